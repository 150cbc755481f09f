"""Facts keep their meaning through storage, and a list knows all of its own."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts import audit, notices, stay, timeline
from domain.facts.fact import Fact, UnknownFact
from domain.facts.reading import all_facts, read_fact
from domain.money.amount import Money

KINDS = [(of, kind) for of, kinds in all_facts().items() for kind in kinds.values()]
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    int: st.integers(-(10**9), 10**9),
    bool: st.booleans(),
    datetime: st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    timedelta: st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    Money: st.builds(Money, st.integers(-(10**6), 10**6), st.sampled_from(["EUR", "JPY", "KWD"])),
}


def values_of(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _of_type(hints[field.name]) for field in fields(kind)})


def _of_type(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return VALUES[hint]


@given(st.data(), st.sampled_from(KINDS))
def test_a_fact_is_read_back_as_it_was_written(data: st.DataObject, kind: tuple[str, type[Fact]]) -> None:
    of, what = kind
    fact = data.draw(values_of(what))
    stored = json.loads(json.dumps(fact.parameters()))
    assert read_fact(of, fact.code, stored) == fact


def test_each_list_knows_its_own_only() -> None:
    assert set(all_facts()) == {"timeline", "notice", "audit"}
    assert notices.Notice.known["receipt"] is notices.Receipt
    assert timeline.Happening.known["settled"] is stay.Settled
    assert audit.Deed.known.keys().isdisjoint({"settled", "receipt"})


@pytest.mark.parametrize(
    ("code", "parameters"),
    [
        ("never_heard_of", {}),
        ("settled", {}),
        ("settled", {"charged": 3}),
        ("arrived", {"sign": "by balloon"}),
        ("slot_moved", {"start": "tomorrow", "end": "2026-11-22T14:00:00+00:00"}),
    ],
)
def test_what_is_no_fact_is_refused(code: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(UnknownFact):
        read_fact("timeline", code, parameters)
