"""What a person wants to be told by which way, and when not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import QuietHoursInvalid
from domain.facts.refused_telling import NoQuietHours, NoSuchZone
from domain.telling.channels import Channel
from domain.telling.urgency import Urgency

_MAIL = frozenset({Channel.MAIL})
BY_MAIL: Mapping[Urgency, frozenset[Channel]] = dict.fromkeys(Urgency, _MAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `start` until `end` on the clock of `zone` (IANA name), over midnight where `end` is the earlier.

    Raises QuietHoursInvalid: they are empty, or there is no such zone.
    """

    start: time
    end: time
    zone: str

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise QuietHoursInvalid(NoQuietHours())
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise QuietHoursInvalid(NoSuchZone(zone=self.zone)) from error

    def include(self, at: datetime) -> bool:
        told = at.astimezone(ZoneInfo(self.zone)).time()
        if self.start < self.end:
            return self.start <= told < self.end
        return told >= self.start or told < self.end

    def over(self, at: datetime) -> datetime:
        """The first instant from `at` on that is not quiet; UTC."""
        if not self.include(at):
            return at
        zone = ZoneInfo(self.zone)
        today = at.astimezone(zone).date()
        # The clock may show the end twice on the day it is put back, and not at all on the other.
        ends = (
            datetime.combine(today + timedelta(days=days), self.end, zone).replace(fold=fold).astimezone(UTC)
            for days in (0, 1)
            for fold in (0, 1)
        )
        return min(end for end in ends if end > at and not self.include(end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """`language`: of texts.languages; empty: the first one. `quiet` None: never.

    `woken`: what has to be told now is told in quiet hours, too.
    """

    language: str = ""
    quiet: QuietHours | None = None
    channels: Mapping[Urgency, frozenset[Channel]] = field(default_factory=lambda: BY_MAIL)
    woken: bool = True

    def told_at(self, urgency: Urgency, at: datetime) -> datetime:
        """The first instant from `at` on at which something of that urgency may be told."""
        if self.quiet is None or (urgency is Urgency.NOW and self.woken):
            return at
        return self.quiet.over(at)
