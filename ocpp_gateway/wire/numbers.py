"""Numbers that are written as texts: another locale's comma, a unit behind them. What can mean two things is none."""

import re
from typing import Any

_LONGEST = 30
_WITH_UNIT = re.compile(r"([^a-z]+?)\s*([a-z][a-z/. ]*)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_IN_DOUBT = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""Thousands, or a fraction."""


def with_point(text: str) -> str:
    """The number with a point for its fraction and no commas; as it is where that would be a guess."""
    bare = text.strip()
    if len(bare) > _LONGEST or "," not in bare:
        return bare
    if _GROUPED.fullmatch(bare):
        return bare.replace(",", "")
    if _COMMA.fullmatch(bare) and not _IN_DOUBT.fullmatch(bare):
        return bare.replace(",", ".")
    return bare


def is_in_doubt(text: str) -> bool:
    """Of a whole number: a point before three digits parts thousands, or begins a fraction."""
    bare = text.strip()
    return len(bare) <= _LONGEST and _IN_DOUBT.fullmatch(bare.replace(".", ",")) is not None


def parted(text: str | None) -> tuple[float, str]:
    """A measured value and the unit behind it, empty without one; NaN for what is no number."""
    try:
        return float(text or ""), ""
    except ValueError:
        found = (
            _WITH_UNIT.fullmatch(text.strip()) if text and len(text) <= _LONGEST and text.isascii() else None
        )
    if found is None:
        return float("nan"), ""
    try:
        return float(with_point(found[1])), found[2] or ""
    except ValueError:
        return float("nan"), ""


def as_number(value: Any) -> int | float | None:
    """Of a number, or a text that is nothing else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii() or len(text) > _LONGEST:
            return None
        try:
            value = float(text)
        except ValueError:
            return None
    if isinstance(value, int):
        return value
    if not isinstance(value, float) or value != value or value in (float("inf"), float("-inf")):
        return None
    return int(value) if value.is_integer() else value
