"""Whoever reads: a language and the clock of a place. Everything told to people is put into words here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

from domain.charging.enforcement import EnforcementLevel
from domain.errors import DomainError, Explained, Explanation, Why
from domain.facts import certainty
from domain.facts.attention import Problem
from domain.facts.fact import Fact, UnknownFact
from domain.facts.reading import read_fact
from domain.facts.refusals import RefusalFact
from domain.money.amount import Money
from domain.money.bookkeeping import Month
from domain.money.lines import LineItem
from domain.place.slots import Slot
from domain.reservation.deadlines import DeadlineKind
from domain.reservation.lifecycle import State
from domain.settlement.prices import if_all_goes_well, prices_of
from domain.terms.accepted import Terms
from domain.terms.certainty import Certainty
from domain.whereabouts import Whereabouts
from texts import amounts, lines, places, wordings
from texts.catalogue import Catalogue, catalogue
from texts.clock import Clock, Spoken
from texts.languages import Language, preferred
from texts.words import OTHERWISE, listed, word

_KEPT_BY = {
    EnforcementLevel.HARD: certainty.KeptByCharger(),
    EnforcementLevel.BACKEND: certainty.KeptByUs(),
    EnforcementLevel.SOFT: certainty.KeptByNobody(),
}


@dataclass(frozen=True, slots=True)
class ActionText:
    summary: str
    """A few words, for a button or a list."""
    description: str
    """A sentence."""


@dataclass(frozen=True, slots=True)
class Reader:
    """`zone`: IANA name, of the site that is read about; empty: of none, then each instant of a sentence says that it
    is UTC. Raises ZoneInfoNotFoundError for another one.

    Codes and parameters come as they are stored. One that this version does not know is told as it is.
    """

    language: Language = Language.ENGLISH
    zone: str = ""

    @classmethod
    def for_languages(cls, accept_language: str | None, zone: str = "") -> Self:
        """By the header Accept-Language; never raises for what it says."""
        return cls(preferred(accept_language), zone)

    # --- what happened, and what was told ------------------------------------------------------------

    def timeline(self, code: str, parameters: Mapping[str, Any], at: datetime | None = None) -> str:
        """An entry of the timeline, of `at`: instants of that day go without a date."""
        return self._stored("timeline", code, parameters, at)

    def notice(self, code: str, parameters: Mapping[str, Any], at: datetime | None = None) -> str:
        """What the driver is told, at `at`."""
        return self._stored("notice", code, parameters, at)

    def audit(self, code: str, parameters: Mapping[str, Any], at: datetime | None = None) -> str:
        """An entry of the audit trail, without who did it."""
        return self._stored("audit", code, parameters, at)

    def ledger(self, code: str, parameters: Mapping[str, Any], at: datetime | None = None) -> str:
        """What a transaction of the ledger was posted for."""
        return self._stored("ledger", code, parameters, at)

    def fact(self, fact: Fact, at: datetime | None = None) -> str:
        """Any fact at hand: of the lists above, a step (`texts.steps`), a detail (`texts.details`), a display."""
        key, values = wordings.key_of(fact), dict(self._values(fact, at))
        counted = wordings.COUNTED.get(type(fact))
        if counted is None:
            return self._words.text(key, **values)
        return self._words.plural(key, getattr(fact, counted), **values)

    # --- what is, and what will be -------------------------------------------------------------------

    def deadline(self, kind: DeadlineKind | str, at: datetime, now: datetime, *, zoned: bool = False) -> str:
        """`The booked time ends at 14:15`; dated on another day than `now`.

        `zoned`: with the zone behind it, for people who may be elsewhere.
        """
        instant, key = Spoken(self._clock, at, self._day(now)), f"deadline.{kind}"
        text = self._words.text(key, at=instant) if self._words.has(key) else f"{kind} ({instant})"
        return self._words.text("deadline.zoned", deadline=text, zone=self.zone_name(at)) if zoned else text

    def attention(self, problem: Problem | str, detail: str = "") -> str:
        """What an operator has to look at; `detail`: the outside world's own words."""
        text = listed(self._words, "attention", problem)
        return self._words.text("attention.detailed", problem=text, detail=detail) if detail else text

    def refusal(self, code: str) -> str:
        """The title of an error code."""
        return listed(self._words, "refusal", code)

    def why(self, why: Why) -> str:
        """What to do about a refusal. Its instants name their zone: whoever asked may be anywhere."""
        zone = why.zone if isinstance(why, Explanation) else ""
        return replace(self, zone=zone or self.zone)._stored("why", why.code, why.parameters(), None)

    def refused(self, error: DomainError) -> str:
        """The same for an error; one that is for developers stays in English."""
        return self.why(error.why) if isinstance(error, Explained) else error.message

    def terms(self, terms: Terms, slot: Slot | None = None) -> tuple[str, ...]:
        """Everything that can cost money by them, a sentence each; of `slot`, if one is spoken of."""
        there = replace(self, zone=terms.site_zone)
        return tuple(there.fact(price) for price in prices_of(terms, slot))

    def price(self, terms: Terms) -> tuple[str, ...]:
        """The first of `terms`: what whoever comes, charges and leaves in time pays."""
        there = replace(self, zone=terms.site_zone)
        return tuple(there.fact(price) for price in if_all_goes_well(terms))

    def certainty(self, told: Certainty) -> tuple[str, ...]:
        """How likely it is kept, what keeps others away, and what it counts on."""
        short = (certainty.CountsOnRepair(),) if told.overbooked else ()
        facts = (certainty.LikelyKept(percent=told.percent), _KEPT_BY[told.level], *short)
        return tuple(self.fact(fact) for fact in facts)

    def price_reason(self, reason: Explanation) -> str:
        """One step of `domain.terms.priced`."""
        return self._stored("price_reason", reason.code, reason.parameters(), None)

    def action(self, name: str) -> ActionText:
        """`name`: of `domain.reservation.actions.table`."""
        keys = (f"action.{name}.summary", f"action.{name}.description")
        if not self._words.has(keys[0]):
            name = name.replace("_", " ").capitalize()
            return ActionText(name, name)
        return ActionText(*(self._words.text(key) for key in keys))

    def state(self, state: State | str) -> str:
        return listed(self._words, "state", state)

    def word(self, member: StrEnum) -> str:
        """A member of a closed list."""
        return word(self._words, member)

    def weekday(self, day: date) -> str:
        """`Mon`"""
        return self._words.text(f"weekday.{day.isoweekday()}")

    def dated(self, day: date) -> str:
        """`Tue 24 Nov`, whatever the clock."""
        month = self._words.text(f"month.{day.month}")
        return self._words.text("clock.date", weekday=self.weekday(day), day=str(day.day), month=month)

    def month(self, month: Month | str) -> str:
        """`Nov 2026`, of one of the calendar; also as it is stored."""
        of = Month.read(str(month))
        return f"{self._words.text(f'month.{of.number}')} {of.year}"

    def decimal(self, number: float, digits: int) -> str:
        """Rounded to `digits` behind the language's decimal mark."""
        return amounts.decimal(self._words, number, digits)

    def shortest(self, number: float) -> str:
        """Without zeros at its end, behind the language's decimal mark."""
        return amounts.shortest(self._words, number)

    def page(self, name: str, **values: str) -> str:
        """What stands on a page beside facts: `name` as its template says it."""
        return self._words.text(f"page.{name}", **values)

    # --- money and time ------------------------------------------------------------------------------

    def line(self, item: LineItem) -> str:
        """A bill's line without its amount: `10.00 kWh at Bay 1`."""
        return lines.line_text(self._words, item)

    def money(self, amount: Money) -> str:
        return amounts.money(self._words, amount)

    def clock(self, at: datetime, now: datetime | None = None) -> str:
        """`14:15`; dated on another day than `now`, if that is given."""
        return self._clock.bare(at, self._day(now or at))

    def instant(self, at: datetime, now: datetime) -> Spoken:
        """For a sentence, in the form that it asks for; dated on another day than `now`."""
        return Spoken(self._clock, at, self._day(now), zoned=not self.zone)

    def duration(self, length: timedelta) -> str:
        """`1 hour 30 minutes`"""
        return self._clock.duration(length)

    def span(self, start: datetime, end: datetime) -> str:
        """`Tue 24 Nov 14:00 to 15:00 CET`: to the minutes that have begun by then."""
        return self._clock.span(*(at.replace(second=0, microsecond=0) for at in (start, end)))

    def zone_name(self, at: datetime) -> str:
        """The zone as it is called at that instant, `CET` or `CEST`."""
        return self._clock.zone_name(at)

    # -------------------------------------------------------------------------------------------------

    @property
    def _words(self) -> Catalogue:
        return catalogue(self.language)

    @property
    def _clock(self) -> Clock:
        return Clock(self._words, ZoneInfo(self.zone or "UTC"))

    def _day(self, at: datetime | None) -> date | None:
        return None if at is None else self._clock.day_of(at)

    def _stored(self, of: str, code: str, parameters: Mapping[str, Any], at: datetime | None) -> str:
        try:
            return self.fact(read_fact(of, code, dict(parameters)), at)
        except UnknownFact:  # of a newer version
            listed = ", ".join(f"{name}: {value}" for name, value in parameters.items())
            return f"{code} ({listed})" if listed else code

    def _values(self, fact: Fact, at: datetime | None) -> Iterator[tuple[str, object]]:
        """Parameters in words. An instant is dated unless it is of the day that was mentioned last."""
        today = self._day(at)
        instants = (getattr(fact, field.name) for field in fields(fact))
        clock = self._clock.for_text_with(value for value in instants if isinstance(value, datetime))
        zoned = not self.zone or isinstance(fact, RefusalFact)
        for field in fields(fact):
            value = getattr(fact, field.name)
            otherwise = OTHERWISE.get((type(fact), field.name))
            if isinstance(value, tuple):
                yield (
                    field.name,
                    self._either(
                        [listed(self._words, otherwise, one) if otherwise else one for one in value]
                    ),
                )
            elif otherwise is not None:
                yield field.name, listed(self._words, otherwise, value)
            elif isinstance(value, datetime):
                yield field.name, Spoken(clock, value, today, zoned)
                today = self._day(value)
            else:
                yield field.name, self._value(value)

    def _either(self, choices: Sequence[str]) -> str:
        *first, last = choices or ("",)
        return self._words.text("enumeration.or", first=", ".join(first), last=last) if first else last

    def _value(self, value: Any) -> str:
        match value:
            case Money():
                return self.money(value)
            case timedelta():
                return self.duration(value)
            case Whereabouts():
                return places.site(self._words, value)
            case StrEnum():
                return self.word(value)
            case float():
                return amounts.shortest(self._words, value)
            case _:
                return str(value)
