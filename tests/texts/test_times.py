"""Every text that tells a time: in German without a second preposition, and with the zone where no place is known."""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts.fact import Fact, code_of
from domain.facts.refusals import RefusalFact
from domain.reservation.deadlines import DeadlineKind
from tests.factories.facts import facts_of
from tests.texts.keys import all_kinds
from tests.texts.test_catalogues import CATALOGUES
from texts import wordings
from texts.languages import Language
from texts.payments import keys as keys_of_payments
from texts.reader import Reader

AT = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
BERLIN = Reader(Language.GERMAN, "Europe/Berlin")
SAID = re.compile(r"\b((ab|bis|seit|um) \d\d:\d\d|(ab dem|am|bis zum|seit dem) \d+\. \S+ um \d\d:\d\d) Uhr")
"""The only ways in which a German text tells a time."""
BEFORE_NO_OTHER = {
    *("ab", "am", "an", "auf", "bei", "bis", "dem", "den", "für", "gegen", "im", "in", "mit", "nach", "seit"),
    *("um", "vom", "von", "vor", "zu", "zum", "zur", "zwischen", "über"),
}
"""Words that no time may stand behind, which brings its own."""


def instants_of(kind: type[Fact]) -> list[str]:
    hints = get_type_hints(kind)
    return [one.name for one in fields(kind) if datetime in (hints[one.name], *get_args(hints[one.name]))]


WITH_TIMES = [kind for kind in all_kinds() if instants_of(kind)]


def _with_times() -> Iterator[tuple[str, list[str]]]:
    """Keys of all messages that may tell a time, and the parameters that do."""
    for kind in WITH_TIMES:
        key = f"{wordings.list_of(kind)}.{code_of(kind)}"
        suffixes = [f".{one.suffix}" for one in wordings.VARIANTS.get(kind, ())]
        yield from ((key + suffix, instants_of(kind)) for suffix in ("", *suffixes))
    yield from ((key, ["at"]) for key in keys_of_payments())
    yield from ((f"deadline.{kind}", ["at"]) for kind in DeadlineKind)


class Filled(dict[str, Any]):
    """What is no time is told as X."""

    def __missing__(self, _name: str) -> str:
        return "X"


@pytest.mark.parametrize(("key", "names"), [pytest.param(*one, id=one[0]) for one in _with_times()])
@pytest.mark.parametrize("now", [AT, AT - timedelta(days=2)])
def test_in_german_a_time_has_the_preposition_that_belongs_to_it_and_no_second_one(
    key: str, names: list[str], now: datetime
) -> None:
    """`von am 3. Juni um 14:00 Uhr` was said of each swap, `bis am 3. Juni` of much else."""
    message = CATALOGUES[Language.GERMAN].get(key)
    assert message is not None
    forms = (message.string,) if isinstance(message.string, str) else message.string
    for form in forms or ():
        said = form.format_map(Filled({name: BERLIN.instant(AT, now) for name in names}))
        found = list(SAID.finditer(said))
        assert len(found) == sum(form.count(f"{{{name}{end}") for name in names for end in "}:"), said
        for time in found:
            assert not BEFORE_NO_OTHER & set(said[: time.start()].lower().split()[-1:]), said


@given(st.data(), st.sampled_from(WITH_TIMES), st.sampled_from(Language))
def test_who_is_told_a_time_of_no_place_is_told_its_zone(
    data: st.DataObject, kind: type[Fact], language: Language
) -> None:
    """As an operator who reads the audit trail of all sites; a refusal says it at any place."""
    fact = data.draw(facts_of(kind))
    at = next(getattr(fact, name) for name in instants_of(kind))
    places = ("", "Asia/Tokyo") if issubclass(kind, RefusalFact) else ("",)
    for place in places:
        said = Reader(language, place).fact(fact, at)
        for time in re.finditer(r"\d\d:\d\d(:\d\d)?( Uhr)?", said):
            assert re.match(r" \(?(UTC|JST|LMT)\b", said[time.end() :]), said
