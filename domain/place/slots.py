"""The bookable window: half-open `[start, end)` in UTC, its validation and what the hold must cover.

The grid is the site's clock's, of an IANA `zone`: an hourly grid is full hours there, also at UTC+05:30.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.errors import SlotInPast, SlotInvalid
from domain.facts import refused_bookings as why
from domain.terms.policy import SlotRules

_MIDNIGHT = datetime(1970, 1, 1)  # noqa: DTZ001 - of any clock
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Slot:
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise SlotInvalid(why.ZoneMissing())
        if self.end <= self.start:
            raise SlotInvalid(why.EndNotAfterStart())
        # Arithmetic within one local zone counts the clock's hands; UTC counts time passing.
        for side in ("start", "end"):
            at: datetime = getattr(self, side)
            if at.tzinfo is not UTC:
                object.__setattr__(self, side, at.astimezone(UTC))

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def is_over(self, now: datetime) -> bool:
        return now >= self.end

    def overlaps(self, other: "Slot") -> bool:
        return self.start < other.end and other.start < self.end

    def moved_to(self, start: datetime) -> "Slot":
        return Slot(start, start + self.length)


def occupied_window(slot: Slot, buffer: timedelta) -> Slot:
    """What the hold takes from the connector: the slot and the turnover buffer after it."""
    return Slot(slot.start, slot.end + buffer)


def check_slot(
    slot: Slot, rules: SlotRules, now: datetime, zone: str = "UTC", *, on_the_spot: bool = False
) -> None:
    """Raise SlotInvalid or SlotInPast, with what to change, unless the slot may be booked at `now`.

    `on_the_spot`: it may start off the grid, as it starts now, and ends on it.
    """
    if slot.start < now - rules.late_start_tolerance or slot.end <= now:
        raise SlotInPast(why.StartPassed(start=slot.start))
    if rules.lead and slot.start < now + rules.lead:
        raise SlotInvalid(why.TooShortNotice(lead=rules.lead))
    if slot.start > now + rules.horizon:
        raise SlotInvalid(why.NotOpenYet(horizon=rules.horizon))
    if on_the_spot:
        check_bounds(slot.length, rules)
        check_grid(slot.end, rules, zone)
        return
    check_length(slot.length, rules)
    check_grid(slot.start, rules, zone)


def check_slot_anywhere(
    slot: Slot,
    rules: SlotRules,
    now: datetime,
    zone: str = "UTC",
    *,
    pool_id: str | None = None,
    on_the_spot: bool = False,
) -> None:
    """The same, where it is enough that one pool takes it: `pool_id`, or (None) any. Else the site's rules are told."""
    refusal: SlotInvalid | None = None
    for own in rules.anywhere(pool_id):
        try:
            check_slot(slot, own, now, zone, on_the_spot=on_the_spot)
        except SlotInvalid as error:
            refusal = refusal or error
        else:
            return
    if refusal is not None:
        raise refusal


def takes(rules: SlotRules, slot: Slot, zone: str = "UTC", *, on_the_spot: bool = False) -> bool:
    """Are slots as long as this offered, on this grid?"""
    try:
        if on_the_spot:
            check_bounds(slot.length, rules)
            check_grid(slot.end, rules, zone)
        else:
            check_length(slot.length, rules)
            check_grid(slot.start, rules, zone)
    except SlotInvalid:
        return False
    return True


def check_length(length: timedelta, rules: SlotRules) -> None:
    """Raise SlotInvalid unless slots may be this long."""
    check_bounds(length, rules)
    if rules.step and length % rules.step:
        raise _off_grid(rules)


def check_bounds(length: timedelta, rules: SlotRules) -> None:
    """The same, wherever it starts."""
    if not rules.shortest <= length <= rules.longest:
        raise SlotInvalid(why.LengthNotOffered(shortest=rules.shortest, longest=rules.longest))


def check_grid(at: datetime, rules: SlotRules, zone: str = "UTC") -> None:
    """Raise SlotInvalid unless a slot may start or end at `at`."""
    if not on_grid(at, rules.step, zone):
        raise _off_grid(rules)


def _off_grid(rules: SlotRules) -> SlotInvalid:
    return SlotInvalid(why.OffGrid(step=rules.step))


def on_grid(at: datetime, step: timedelta, zone: str = "UTC") -> bool:
    return not step or not _past_grid(at, step, zone)


def next_grid_start(at: datetime, step: timedelta, zone: str = "UTC") -> datetime:
    """The first grid instant at or after `at`; where the clocks change in between, the first of some."""
    if not step:
        return at
    while past := _past_grid(at, step, zone):
        at = at.astimezone(UTC) + (step - past)
    return at


def last_grid_instant(at: datetime, step: timedelta, zone: str = "UTC") -> datetime:
    """The last grid instant at or before `at`."""
    if not step:
        return at
    while past := _past_grid(at, step, zone):
        at = at.astimezone(UTC) - past
    return at


def ends_on_the_spot(
    at: datetime,
    lengths: Iterable[timedelta],
    rules: SlotRules,
    zone: str = "UTC",
    *,
    to_choose: timedelta = timedelta(0),
) -> tuple[datetime, ...]:
    """When a slot may end that begins as soon as one of these ends is chosen, at `at` or up to `to_choose` later.

    For each length the first end, at a full minute and on the grid, that gives as much; where none can be had, that of
    the shortest slot. Whenever it is chosen, `check_slot` takes it, unless the longest slot is hardly longer than the
    shortest. Empty: nothing can be booked from now on.
    """
    nearest = min(rules.shortest + to_choose, rules.longest)

    def ends(wanted: Iterable[timedelta]) -> set[datetime]:
        found = {next_grid_start(at + one, rules.step or _MINUTE, zone) for one in wanted}
        return {end for end in found if end - at <= rules.longest}

    if rules.lead:
        return ()
    return tuple(sorted(ends(max(one, nearest) for one in lengths) or ends([nearest])))


def is_length_offered(length: timedelta, rules: SlotRules) -> bool:
    """Is it in some pool, of slots that begin on its grid?"""
    for own in rules.anywhere():
        try:
            check_length(length, own)
        except SlotInvalid:
            continue
        return True
    return False


def _past_grid(at: datetime, step: timedelta, zone: str) -> timedelta:
    """How far the site's clock has gone on since the last grid instant."""
    return (at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - _MIDNIGHT) % step
