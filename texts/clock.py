"""Instants and durations in words, on the clock of one place."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from texts.catalogue import Catalogue

FORMS = ("until", "from", "since")
"""Of an instant in a sentence, beside the plain one. In German a preposition and `am` exclude each other."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An instant for a sentence, in the form that the message asks for: `{until}`, or `{until:until}`."""

    clock: "Clock"
    at: datetime
    today: date | None
    zoned: bool = False

    def __format__(self, form: str) -> str:
        return self.clock.spoken(self.at, self.today, form=form, zoned=self.zoned)


@dataclass(frozen=True, slots=True)
class Clock:
    """`seconds`: with them in any case, as another instant of the same text has some."""

    words: Catalogue
    zone: ZoneInfo
    seconds: bool = False

    def for_text_with(self, instants: Iterable[datetime]) -> Self:
        """The same for a text that tells all of `instants`: with seconds if one of them has some."""
        if self.seconds or not any(self._local(at).second for at in instants):
            return self
        return replace(self, seconds=True)

    def day_of(self, at: datetime) -> date:
        return self._local(at).date()

    def bare(self, at: datetime, today: date | None) -> str:
        """`14:15`, and `24 Nov 14:15` when it is not `today` (None: it may be any day)."""
        return self._formatted("clock", at, today)

    def spoken(self, at: datetime, today: date | None, *, form: str = "", zoned: bool = False) -> str:
        """The same as an adverb of a sentence: `um 14:15 Uhr`, `am 24. Nov. um 14:15 Uhr`; `zoned`: with the zone.

        `form`: `until`, `from` or `since`, with that word: `bis 14:15 Uhr`, `bis zum 24. Nov. um 14:15 Uhr`.
        """
        text = self._formatted(f"instant.{form}" if form else "instant", at, today, doubted=not zoned)
        return self.words.text("clock.zoned", clock=text, zone=self.zone_name(at)) if zoned else text

    def span(self, start: datetime, end: datetime) -> str:
        """`Tue 24 Nov 14:00 to 15:00 CET`; of an end on another day the day is told, too."""
        alike = self.for_text_with((start, end))
        return self.words.text(
            "clock.span",
            weekday=self.words.text(f"weekday.{self._local(start).isoweekday()}"),
            start=alike._undoubted("clock.dated", self._local(start), zoned=False),
            end=alike._undoubted(
                "clock.today" if self.day_of(start) == self.day_of(end) else "clock.dated",
                self._local(end),
                zoned=False,
            ),
            zone=self.zone_name(end),
        )

    def zone_name(self, at: datetime) -> str:
        """As it is called at that instant: `CET` or `CEST`."""
        return self._local(at).tzname() or str(self.zone)

    def duration(self, length: timedelta) -> str:
        """`15 minutes`, `1 hour 30 minutes`, `2 days`; fractions of a second are dropped."""
        minutes, seconds = divmod(abs(length) // timedelta(seconds=1), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        parts = [("days", days), ("hours", hours), ("minutes", minutes), ("seconds", seconds)]
        spoken = [self.words.plural(f"duration.{unit}", n, n=str(n)) for unit, n in parts if n]
        return " ".join(spoken) or self.words.plural("duration.minutes", 0, n="0")

    def _formatted(self, form: str, at: datetime, today: date | None, *, doubted: bool = True) -> str:
        local = self._local(at)
        key = f"{form}.today" if local.date() == today else f"{form}.dated"
        return self._undoubted(key, local, zoned=doubted)

    def _undoubted(self, key: str, local: datetime, *, zoned: bool = True) -> str:
        """Seconds only when the text has some; in the hour that a clock change repeats, the zone is named."""
        text = self.words.text(
            key,
            clock=f"{local:%H:%M:%S}" if self.seconds or local.second else f"{local:%H:%M}",
            day=str(local.day),
            month=self.words.text(f"month.{local.month}"),
        )
        repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        if not (zoned and repeated):
            return text
        return self.words.text("clock.zoned", clock=text, zone=local.tzname() or "")

    def _local(self, at: datetime) -> datetime:
        try:
            return at.astimezone(self.zone)
        except OverflowError:  # at the very ends of the calendar there is no such hour elsewhere
            return at
