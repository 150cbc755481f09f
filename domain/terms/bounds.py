"""How large a figure of a policy or a tariff may be at all: beyond it nothing could be reckoned with, or be stored."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

from domain.terms.flaw import Flaw
from domain.terms.policy import Policy
from domain.terms.tariff import Tariff

LARGEST = 10**9
"""Of counts, and of minor units."""
LONGEST = timedelta(days=36_525)
"""So that an instant and such a time after it are dates."""
MOST_ITEMS = 100


def bound_flaws(rules: Policy | Tariff) -> tuple[Flaw, ...]:
    """Of what is within them it can be asked whether it makes sense (`domain.terms.figures`)."""
    return tuple(_beyond(rules, ""))


def _beyond(value: Any, path: str) -> Iterator[Flaw]:
    if isinstance(value, timedelta):
        if abs(value) > LONGEST:
            yield Flaw(path, f"must be at most {LONGEST.days} days")
    elif isinstance(value, int):
        if abs(value) > LARGEST:
            yield Flaw(path, f"must be at most {LARGEST}")
    elif isinstance(value, tuple):
        if len(value) > MOST_ITEMS:
            yield Flaw(path, f"must be at most {MOST_ITEMS}")
        for index, item in enumerate(value):
            yield from _beyond(item, f"{path}[{index}]")
    elif is_dataclass(value):
        for each in fields(value):
            yield from _beyond(getattr(value, each.name), f"{path}.{each.name}".lstrip("."))
