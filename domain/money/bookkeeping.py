"""How an operator keeps the books: months on the clock of one place, and accounts by the numbers of one chart."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from domain.money.chart import ACCOUNTS, CHART_DIGITS, Chart, number_of

MONTH = "^20[0-9]{2}-(0[1-9]|1[0-2])$"
"""How a month is written: 2026-11."""


@dataclass(frozen=True, slots=True)
class Month:
    year: int
    number: int

    @classmethod
    def read(cls, written: str) -> Self:
        """Raises ValueError for what is no month."""
        if not re.fullmatch(MONTH, written):
            raise ValueError(written)
        return cls(int(written[:4]), int(written[5:]))

    @classmethod
    def begun(cls, now: datetime, zones: Iterable[str]) -> Self:
        """The one that it is in whichever of the zones (IANA names) has the latest day; without any, in UTC."""
        today = max((now.astimezone(ZoneInfo(zone)).date() for zone in zones), default=now.date())
        return cls(today.year, today.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self._following - timedelta(days=1)

    def and_before(self, count: int) -> tuple[Self, ...]:
        """So many months up to this one, the oldest first."""
        last = self.year * 12 + self.number - 1
        return tuple(type(self)(month // 12, month % 12 + 1) for month in range(last - count + 1, last + 1))

    @property
    def _following(self) -> date:
        return date(self.year + self.number // 12, self.number % 12 + 1, 1)

    def begins(self, zone: tzinfo) -> datetime:
        """Aware UTC: its first instant on that clock."""
        return _midnight(self.first, zone)

    def ends(self, zone: tzinfo) -> datetime:
        """Aware UTC: the first instant of the next month."""
        return _midnight(self._following, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookkeeping:
    """`own_numbers`: account → number, before the chart's. `consultant`, `client`: who the operator is at DATEV."""

    zone: tzinfo = UTC
    chart: Chart = Chart.SKR03
    own_numbers: Mapping[str, str] = field(default_factory=dict)
    consultant: int = 1001
    client: int = 1

    @property
    def digits(self) -> int:
        """How long every account's number is: a bookkeeping program knows one length."""
        return max([CHART_DIGITS, *map(len, self.own_numbers.values())])

    def number_of(self, account: str) -> str:
        """Shorter ones are lengthened at the end, as bookkeeping programs do."""
        return number_of(account, self.chart, self.own_numbers).ljust(self.digits, "0")

    def shared_numbers(self) -> dict[str, list[str]]:
        """Numbers under which more than one account would be exported, with their accounts; empty: as it should be."""
        accounts: dict[str, list[str]] = {}
        for account in ACCOUNTS:
            accounts.setdefault(self.number_of(account), []).append(account)
        return {number: shared for number, shared in accounts.items() if len(shared) > 1}


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
