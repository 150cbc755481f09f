"""Stories at another pace: every length of time multiplied by one factor, for machines that are slow or busy."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

Rules = TypeVar("Rules")


def at_pace(rules: Rules, factor: float) -> Rules:
    """A copy of a frozen dataclass with all durations in it, however deep, `factor` times as long."""
    stretched: Any = _stretched(rules, factor)
    return stretched  # type: ignore[no-any-return]


def _stretched(value: Any, factor: float) -> Any:
    if isinstance(value, timedelta):
        return value * factor
    if isinstance(value, tuple):
        return tuple(_stretched(one, factor) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _stretched(getattr(value, f.name), factor) for f in fields(value)})
    return value
