"""Facts keep their meaning through storage, and a list knows all of its own."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts import audit, money_notices, notices, stay, timeline
from domain.facts.fact import Fact, UnknownFact
from domain.facts.reading import all_facts, read_fact
from tests.factories.facts import facts_of

KINDS = [(of, kind) for of, kinds in all_facts().items() for kind in kinds.values()]


@given(st.data(), st.sampled_from(KINDS))
def test_a_fact_is_read_back_as_it_was_written(data: st.DataObject, kind: tuple[str, type[Fact]]) -> None:
    of, what = kind
    fact = data.draw(facts_of(what))
    stored = json.loads(json.dumps(fact.parameters()))
    assert read_fact(of, fact.code, stored) == fact


def test_each_list_knows_its_own_only() -> None:
    assert set(all_facts()) == {"timeline", "notice", "audit", "ledger", "price_reason", "why"}
    assert notices.NoticeFact.known["receipt"] is money_notices.Receipt
    assert timeline.TimelineFact.known["settled"] is stay.Settled
    assert audit.AuditFact.known.keys().isdisjoint({"settled", "receipt"})


@pytest.mark.parametrize(
    ("code", "parameters"),
    [
        ("never_heard_of", {}),
        ("settled", {}),
        ("settled", {"charged": 3}),
        ("settled", {"charged": {"minor": "3", "currency": "EUR"}}),
        ("arrived", {"sign": "by balloon"}),
        ("slot_moved", {"start": "tomorrow", "end": "2026-11-22T14:00:00+00:00"}),
    ],
)
def test_what_is_no_fact_is_refused(code: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(UnknownFact):
        read_fact("timeline", code, parameters)
