"""Values that chargers say about themselves. Vendors answer nonsense, which then says nothing."""

import re
from collections.abc import Mapping

Values = Mapping[str, str]
"""By the key, or `Component.Variable[Instance]`, that was asked for."""

_YES = frozenset({"true", "1", "yes", "on", "enabled"})
_NO = frozenset({"false", "0", "no", "off", "disabled"})
_BETWEEN = re.compile(r"[,;|\s]+")


def flag(values: Values, key: str) -> bool | None:
    """None: it is not said, or not intelligibly."""
    value = values.get(key, "").strip().lower()
    return True if value in _YES else False if value in _NO else None


def words(values: Values, key: str) -> list[str]:
    """Of a list, whatever stands between its items."""
    return [word for word in _BETWEEN.split(values.get(key, "")) if word]


def any_of(*flags: bool | None) -> bool | None:
    if True in flags:
        return True
    return None if None in flags else False


def all_of(*flags: bool | None) -> bool | None:
    if False in flags:
        return False
    return None if None in flags else True
