"""The form of a fact: its code, its typed parameters, how both are written and read back.

A fact is a frozen dataclass; its code is the class's name in snake case, its parameters are the fields: text,
numbers, instants (aware), durations, money, the whereabouts of a site, a word of a closed list (StrEnum), or a tuple of
texts; or None, where there may be none. Codes stay for ever: they are stored.
"""

import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, get_args, get_type_hints

from domain.money.amount import Money
from domain.whereabouts import Whereabouts

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


class UnknownFact(LookupError):
    """Stored by a newer version, or damaged: there is no such fact, or its parameters are not those."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Subclassed once for each list (timeline, notices, audit); the list's own subclasses are its facts."""

    known: ClassVar[dict[str, type["Fact"]]] = {}

    def __init_subclass__(cls, **_: Any) -> None:
        base = next(b for b in cls.__mro__[1:] if issubclass(b, Fact))
        if base is Fact:
            cls.known = {}
        else:
            cls.known[code_of(cls)] = cls  # once more for the copy that `slots` makes, which then counts

    @property
    def code(self) -> str:
        return code_of(type(self))

    def parameters(self) -> dict[str, Any]:
        """As JSON values: instants in ISO 8601, durations in seconds, money and sites by their fields."""
        return {field.name: _written(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def read(cls, code: str, parameters: dict[str, Any]) -> Self:
        """The fact of this list with that code. Raises UnknownFact."""
        kind = cls.known.get(code)
        if kind is None or not issubclass(kind, cls):
            raise UnknownFact(f"{code!r} is no fact of {cls.__name__}")
        hints = _hints(kind)
        try:
            return kind(
                **{
                    f.name: _read(hints[f.name], parameters[f.name])
                    for f in fields(kind)
                    if f.name in parameters
                }
            )
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            raise UnknownFact(f"{code!r} does not take {parameters!r}") from error


def code_of(kind: type[Fact]) -> str:
    return _HUMP.sub("_", kind.__name__).lower()


_HINTS: dict[type[Fact], dict[str, Any]] = {}
"""Kept, because resolving them takes half a millisecond, and a timeline has a hundred facts."""


def _hints(kind: type[Fact]) -> dict[str, Any]:
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    return _HINTS[kind]


def _written(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case Whereabouts():
            return asdict(value)
        case StrEnum():
            return value.value
        case tuple():
            return [str(one) for one in value]
        case _:
            return value


def _read(kind: Any, value: Any) -> Any:
    if isinstance(kind, UnionType):  # a parameter that there may not be
        if value is None:
            return None
        (kind,) = set(get_args(kind)) - {NoneType}
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is timedelta:
        return timedelta(seconds=value)
    if kind is Money:
        return Money(_read(int, value["minor"]), _read(str, value["currency"]))
    if kind is Whereabouts:
        return _whereabouts(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if kind == tuple[str, ...]:
        return tuple(_read(str, one) for one in value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind}")
    return value


def _whereabouts(value: Any) -> Whereabouts:
    return Whereabouts(
        site_id=_read(str, value["site_id"]),
        name=_read(str, value["name"]),
        address=_read(str, value["address"]),
        distance_m=_read(int | None, value["distance_m"]),
    )
