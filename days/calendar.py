"""When a day is, and how long its minutes are: as on the clock in virtual time, parts of a second over real sockets."""

from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

Rules = TypeVar("Rules")


@dataclass(frozen=True, slots=True)
class Calendar:
    """`morning`: minute 0. `minute`: how long one is."""

    morning: datetime
    minute: timedelta = timedelta(minutes=1)

    def instant(self, minute: float) -> datetime:
        return self.morning + self.span(minute)

    def minute_of(self, at: datetime) -> float:
        return round((at - self.morning) / self.minute, 2)

    def span(self, minutes: float) -> timedelta:
        return minutes * self.minute

    def told(self, at: datetime) -> str:
        """As on the clock of the site."""
        return f"{VIRTUAL.instant(self.minute_of(at)):%H:%M:%S}"

    def scaled(self, rules: Rules) -> Rules:
        """Rules whose durations last as many of this calendar's minutes."""
        values: dict[str, Any] = {}
        for one in fields(rules):  # type: ignore[arg-type]  # every set of rules is a dataclass
            value = getattr(rules, one.name)
            if isinstance(value, timedelta):
                values[one.name] = value / timedelta(minutes=1) * self.minute
            elif isinstance(value, tuple):
                values[one.name] = tuple(self.scaled(part) if is_dataclass(part) else part for part in value)
            elif is_dataclass(value):
                values[one.name] = self.scaled(value)
        return replace(rules, **values)  # type: ignore[type-var]


VIRTUAL = Calendar(datetime(2026, 3, 2, 8, tzinfo=UTC))
