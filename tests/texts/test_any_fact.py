"""Whatever a fact holds, it is told in both languages; what is unknown or broken is told as it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Explanation
from domain.facts import audit
from domain.facts.fact import Fact
from domain.facts.reading import LISTS
from tests.factories.facts import facts_of
from tests.texts.keys import all_kinds
from texts.languages import Language
from texts.reader import Reader

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENGLISH = Reader(Language.ENGLISH, "Europe/Berlin")
GERMAN = Reader(Language.GERMAN, "Europe/Berlin")

STORED = [(of, code) for of, base in LISTS.items() for code in base.known]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.data(),
    st.sampled_from(all_kinds()),
    st.sampled_from([ENGLISH, GERMAN, Reader(Language.GERMAN, "Pacific/Kiritimati")]),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_any_fact_is_told_in_any_language_without_leftovers(
    data: st.DataObject, kind: type[Fact], reader: Reader, at: datetime | None
) -> None:
    fact = data.draw(facts_of(kind))
    sentence = reader.fact(fact, at)
    assert sentence
    assert not {"{", "}"} & set(sentence) - {"{", "}"} & set(str(fact))


@given(
    st.sampled_from(STORED),
    st.dictionaries(st.sampled_from(["bay", "charged", "reason", "start", "holds", "cause", "x"]), JSON),
)
def test_what_is_stored_wrong_is_told_as_it_is(fact: tuple[str, str], parameters: dict[str, Any]) -> None:
    of, code = fact
    assert _tell(of)(code, parameters)


def test_what_this_version_does_not_know_is_told_as_it_is() -> None:
    assert ENGLISH.timeline("teleported", {"bay": "Bay 2", "times": 3}) == "teleported (bay: Bay 2, times: 3)"
    assert ENGLISH.timeline("teleported", {}) == "teleported"
    assert ENGLISH.timeline("arrived", {"sign": "by balloon"}) == "arrived (sign: by balloon)"
    assert ENGLISH.notice("locked", {}) == "locked"
    assert ENGLISH.refusal("balloon_missing") == "balloon missing"
    assert ENGLISH.action("fly_home").summary == "Fly home"
    assert ENGLISH.state("FLYING") == "FLYING"
    assert ENGLISH.attention("ballast_lost", "10 kg") == "ballast lost: 10 kg"
    assert GERMAN.deadline("landing_due", NOON, NOON) == "landing_due (um 13:00 Uhr)"


@given(st.data(), st.sampled_from(STORED))
def test_a_stored_fact_is_told_like_the_fact(data: st.DataObject, stored: tuple[str, str]) -> None:
    of, code = stored
    fact = data.draw(facts_of(LISTS[of].known[code]))
    at = None if of in ("why", "price_reason") else NOON
    assert _tell(of)(code, fact.parameters(), at) == GERMAN.fact(fact, at)


@given(st.data(), st.sampled_from(list(audit.AuditFact.known.values())))
def test_a_deed_is_told_like_the_deed_from_how_the_trail_keeps_it(
    data: st.DataObject, kind: type[Fact]
) -> None:
    fact = data.draw(facts_of(kind))
    assert isinstance(fact, audit.AuditFact)
    detail = {**fact.parameters(), "keys": ["more"]}
    assert ENGLISH.audit(fact.code, detail, NOON) == ENGLISH.fact(fact, NOON)


def _tell(of: str) -> Callable[..., str]:
    def why(code: str, parameters: dict[str, Any], _: datetime | None = None) -> str:
        return GERMAN.why(Explanation(code=code, written=parameters))

    def price_reason(code: str, parameters: dict[str, Any], _: datetime | None = None) -> str:
        return GERMAN.price_reason(Explanation(code=code, written=parameters))

    return {
        "timeline": GERMAN.timeline,
        "notice": GERMAN.notice,
        "audit": GERMAN.audit,
        "ledger": GERMAN.ledger,
        "price_reason": price_reason,
        "why": why,
    }[of]
