"""What a person wants to be told by which way, and when not."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import QuietHoursInvalid
from domain.facts.refused_telling import NoQuietHours, NoSuchZone
from domain.telling.channels import AT_FIRST, MAY_CARRY, Channel
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
        ends = (*_shown(self.end, at, zone), *_changes(at, zone))
        return min(end for end in ends if end > at and not self.include(end))


_AHEAD = 3
"""Days: one on which the clock does not show the end at all, and the one after it."""
_A_DAY_S = 24 * 3600


def _shown(told: time, at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When the clock shows that, on the day of `at` and those after it; UTC. Twice on a day it is put back, and on a
    day it leaves that out, some instant around."""
    today = at.astimezone(zone).date()
    for days in range(_AHEAD):
        for fold in (0, 1):
            then = datetime.combine(today + timedelta(days=days), told, zone)
            yield then.replace(fold=fold).astimezone(UTC)


def _changes(at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When the clock is put forward or back, from `at` on; UTC, to the second."""
    first = at.astimezone(UTC).replace(microsecond=0)
    for days in range(_AHEAD):
        day = first + timedelta(days=days)
        seconds = bisect_left(range(_A_DAY_S + 1), True, key=partial(_is_changed, day, zone))
        if seconds <= _A_DAY_S:
            yield day + timedelta(seconds=seconds)


def _is_changed(since: datetime, zone: ZoneInfo, seconds: int) -> bool:
    later = since + timedelta(seconds=seconds)
    return later.astimezone(zone).utcoffset() != since.astimezone(zone).utcoffset()


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

    def goes_by(self, channel: Channel, urgency: Urgency) -> bool:
        """Whatever they have said, nobody is called for what can wait."""
        return channel in self.channels[urgency] and urgency in MAY_CARRY[channel]

    def turned_on(self, channel: Channel) -> "Preferences":
        """The same where something goes by it already; else with what goes there at first."""
        if any(self.goes_by(channel, urgency) for urgency in Urgency):
            return self
        more = {
            urgency: channels | {channel} if urgency in AT_FIRST[channel] else channels
            for urgency, channels in self.channels.items()
        }
        return replace(self, channels=more)
