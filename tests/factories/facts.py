"""Facts with any parameters of their types."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from hypothesis import strategies as st

from domain.facts.fact import Fact
from domain.money.amount import Money
from domain.whereabouts import Whereabouts

_SITES = st.builds(
    Whereabouts,
    site_id=st.text(max_size=9),
    name=st.text(max_size=20),
    address=st.text(max_size=20),
    distance_m=st.none() | st.integers(0, 40_000_000),
)
_AMOUNTS = st.builds(Money, st.integers(-(10**6), 10**6), st.sampled_from(["EUR", "JPY", "KWD"]))
_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    int: st.integers(-(10**9), 10**9),
    int | None: st.none() | st.integers(0, 3),
    bool: st.booleans(),
    float: st.floats(0, 100),
    datetime: st.datetimes(timezones=st.just(UTC)),
    timedelta: st.timedeltas().map(lambda length: timedelta(seconds=length // timedelta(seconds=1))),
    tuple[str, ...]: st.lists(st.text(max_size=9), max_size=4).map(tuple),
    Whereabouts: _SITES,
    Money: _AMOUNTS,
}


def facts_of(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _of_type(hints[field.name]) for field in fields(kind)})


def _of_type(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    if hint not in _VALUES and type(None) in get_args(hint):
        (own,) = (one for one in get_args(hint) if one is not type(None))
        return st.none() | _of_type(own)
    return _VALUES[hint]
