"""When did it happen? Chargers' clocks are wrong, and chargers that were away tell things later. Pure.

What is known of a charger: since when it is connected, when it was away before, and how far its clock is off, learned
from what it says of the present. Rules:
- What happens while it is connected happens now. Its clock's word counts only where it is about right.
- "Queued while it was away" is believed only for times at which it *was* away (2.x says which messages it queued; 1.6
  does not, so there a time before the connection means it). A charger whose clock is five hours slow and which has
  just come back speaks of now, unless it was away five hours ago; so does one that comes for the first time. A 2.x
  message that says it was queued and is stamped with a time at which the charger was there is of now, too, unless the
  charger has just come back: then it is of that absence.
- What it queued it tells within half an hour of coming back: who has been here for so long since has told it. Only a
  2.x message that says that it was queued is believed later, too, of a time at which the charger was away.
- A clock that is off by a known offset is corrected before it is asked anything.
- Where its word cannot be true, the nearest moment of an absence is taken of which it can have something to tell yet,
  and marked as an estimate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

CLOCK_TRUST = timedelta(minutes=5)
"""A clock that is further off is not taken for what it says of the present."""
EDGE = timedelta(minutes=2)
"""A connection that ends is noticed late, and clocks are only about right."""
QUEUE_TOLD = timedelta(minutes=30)
"""By then a charger that came back has told what it queued."""
READINGS = 3
"""So many in a row have to agree before a clock counts as off."""
AGREES = timedelta(minutes=1)
RUNS_AHEAD = timedelta(seconds=5)
"""Stamps that come so much closer to our clock over those readings are a queue that is being told, not a clock."""
FASTEST_W = 500_000
"""No connector delivers more: what seems to have charged faster did so before we were told."""


class InstantBasis(StrEnum):
    """How an instant is known."""

    NOW = "now"
    """It happened while the charger was connected: our clock, or the charger's where the two agree."""
    CHARGER = "charger"
    """The charger's clock, for a time at which it was away."""
    CORRECTED = "corrected"
    """The same, by the offset that its clock was seen to have."""
    ESTIMATED = "estimated"
    """What it said cannot be true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """From when to when nothing of the charger was heard. Aware UTC."""

    start: datetime
    end: datetime

    def covers(self, at: datetime) -> bool:
        return self.start - EDGE <= at <= self.end + EDGE

    def nearest_to(self, at: datetime) -> datetime:
        return min(max(at, self.start), self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known of a charger's being there. `absences`: the latest, oldest first; before the first of them nothing
    is known. An empty one is a charger's first connection. `offset`: what has to be added to its clock."""

    connected_since: datetime
    absences: tuple[Absence, ...] = ()
    offset: timedelta = timedelta(0)

    def was_away(self, at: datetime) -> bool | None:
        """None: that far back nothing is known."""
        if at > self.connected_since + EDGE:
            return False
        if any(absence.covers(at) for absence in self.absences):
            return True
        if not self.absences or at < self.absences[0].start - EDGE:
            return None
        return False

    def may_tell_of(self, at: datetime, received: datetime) -> bool:
        """May it have queued what happened then, and have told it no sooner than it was `received`?"""
        was_away = self.was_away(at)
        return not self._has_told(received) if was_away is None else was_away

    def may_still_tell_of(self, at: datetime, received: datetime) -> bool:
        """The same of a known absence and of what does not say itself that it was queued: only while that is told."""
        if received - self.connected_since > QUEUE_TOLD or not self.was_away(at):
            return False
        return any(absence.covers(at) for absence in self.untold)

    @property
    def untold(self) -> tuple[Absence, ...]:
        """The latest absences, of which it can have something to tell yet: before them it was here for long enough."""
        told = [
            n
            for n, (one, after) in enumerate(pairwise(self.absences), 1)
            if after.start - one.end > QUEUE_TOLD
        ]
        return self.absences[told[-1] if told else 0 :]

    @property
    def is_known_from_its_first(self) -> bool:
        """Is its first connection among those that are known? Before that it had nothing to tell us."""
        return bool(self.absences) and self.absences[0].start == self.absences[0].end

    def _has_told(self, received: datetime) -> bool:
        """What it queued before all that is known: it has been here for long enough since, at one time or now."""
        if received - self.connected_since > QUEUE_TOLD:
            return True
        return len(self.untold) < len(self.absences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`live`: it happens now, and is judged by our clock."""

    at: datetime
    basis: InstantBasis
    live: bool


def moment_of(
    told: datetime,
    received: datetime,
    presence: Presence,
    *,
    queued: bool | None,
    presented: bool,
    unset: bool = False,
) -> Moment:
    """When it happened, by what the charger `told` and what is known of it.

    `queued`: does the message say that it happened without a connection? None: the version does not say (1.6).
    `presented`: its token was presented over this very connection. `unset`: it told no time that can be one.
    """
    is_off = abs(presence.offset) > CLOCK_TRUST and not unset
    corrected = told + presence.offset if is_off else told
    if queued:
        is_live = _is_live_all_the_same(corrected, received, presence, unset=unset)
    else:
        is_live = queued is False or presented or _is_live(corrected, received, presence)
    if is_live:
        return Moment(at=present(told, received), basis=InstantBasis.NOW, live=True)
    cannot_be = unset or corrected > received + CLOCK_TRUST
    if not cannot_be and presence.may_tell_of(corrected, received):
        basis = InstantBasis.CHARGER if corrected == told else InstantBasis.CORRECTED
        return Moment(at=min(corrected, received), basis=basis, live=False)
    nearest = min(
        (absence.nearest_to(corrected) for absence in presence.untold),
        key=lambda at: abs(at - corrected),
        default=received,
    )
    return Moment(at=nearest, basis=InstantBasis.ESTIMATED, live=False)


def may_be_queued_since(
    told: datetime, received: datetime, presence: Presence, *, unset: bool = False
) -> Absence | None:
    """The absence in which it may have happened, where its version does not say and its clock does not help: what is
    told soon after a charger came back by a clock that is far off, and nobody knows how far, is of now or of before.
    """
    absence = presence.absences[-1] if presence.absences else None
    if absence is None or absence.end - absence.start <= EDGE or received - presence.connected_since > EDGE:
        return None
    is_known = abs(presence.offset) > CLOCK_TRUST and not unset
    corrected = told + presence.offset if is_known else told
    tells = abs(received - corrected) <= CLOCK_TRUST or not _is_live(corrected, received, presence)
    return None if tells and not unset else absence


def present(told: datetime, received: datetime) -> datetime:
    """Of what happens now: the charger's word, unless its clock is far off."""
    return received if abs(received - told) > CLOCK_TRUST else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A transaction whose end is told. `started_at`, `ended_at`: as we believe; `stamped`: what lies between the
    charger's own stamps of the two, which is right however far its clock is off. `energy_wh`: its register's rise, at a
    connector of `power_w` (0: not known).
    """

    started_at: datetime
    ended_at: datetime
    stamped: timedelta
    energy_wh: int
    unset: bool = False
    """Its end told no time that can be one."""
    estimated: bool = False
    """Its start is: nobody knows by how much."""
    power_w: int = 0

    @property
    def shortest(self) -> timedelta:
        """It cannot have been faster than its connector."""
        return self.energy_wh * timedelta(hours=1) / (self.power_w or FASTEST_W)


def stretched(visit: Visit, presence: Presence) -> tuple[datetime, datetime] | None:
    """Start and end of a visit that was queued and was not when it was believed to be; None: it is as it was believed.

    The start of a queued visit is told when the charger is back, or was estimated: it may really have been earlier.
    What lies between the stamps of both is its length. Of a clock that was never set nothing is known but that no
    connector is faster than it is: nobody pays for more time than that.
    """
    absence = presence.absences[-1] if presence.absences else None
    if absence is None or visit.started_at - presence.connected_since > EDGE:
        return None
    if visit.unset:
        return _by_energy(visit, presence.connected_since, absence)
    believed = visit.ended_at - visit.started_at
    if visit.estimated and abs(visit.stamped - believed) > AGREES:
        earlier = visit.ended_at - max(visit.stamped, visit.shortest)
        if visit.stamped >= timedelta(0) and any(one.covers(earlier) for one in presence.absences):
            return earlier, visit.ended_at
    if visit.stamped <= believed + AGREES or visit.started_at < absence.start - EDGE:
        return None
    earlier, later = visit.ended_at - visit.stamped, visit.started_at + visit.stamped
    if absence.covers(earlier):
        return earlier, visit.ended_at
    return (visit.started_at, later) if absence.covers(later) else None


def _by_energy(visit: Visit, connected_since: datetime, absence: Absence) -> tuple[datetime, datetime] | None:
    """Of a clock that was never set: as short as it can have been, from when it is believed to have begun."""
    if visit.started_at < absence.start - EDGE or absence.end - absence.start <= EDGE:
        return None
    if (
        visit.ended_at - connected_since > EDGE
    ):  # the end is of now; the start was before the charger came back
        latest = max(visit.started_at, connected_since)
        started_at = max(absence.start, min(latest, visit.ended_at - visit.shortest))
        ended_at = visit.ended_at
    elif visit.started_at + visit.shortest <= visit.ended_at:
        started_at, ended_at = visit.started_at, visit.started_at + visit.shortest
    else:
        started_at, ended_at = max(absence.start, visit.ended_at - visit.shortest), visit.ended_at
    return started_at, ended_at


def offset_of(readings: Sequence[timedelta]) -> timedelta | None:
    """From the last differences between our clock and what a charger said of the present; None: they do not agree.

    Below CLOCK_TRUST a clock counts as right: that far messages are late.
    """
    latest = readings[-READINGS:]
    if len(latest) < READINGS or max(latest) - min(latest) > AGREES:
        return None
    if latest[0] - latest[-1] > RUNS_AHEAD:
        return None
    seconds = median(one.total_seconds() for one in latest)
    return timedelta(seconds=round(seconds)) if abs(seconds) > CLOCK_TRUST.total_seconds() else timedelta(0)


def absences_of(document: Iterable[Sequence[str]]) -> tuple[Absence, ...]:
    """From pairs of ISO texts, oldest first; what is not in order is left out."""
    found = [
        Absence(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
        for start, end in document
    ]
    whole = [absence for absence in found if absence.start <= absence.end]
    ordered = all(before.end <= after.start for before, after in pairwise(whole))
    return tuple(whole) if ordered else tuple(sorted(whole, key=lambda absence: absence.start))


def _is_live(corrected: datetime, received: datetime, presence: Presence) -> bool:
    """Where nobody says whether it was queued: only a time at which it can have been means so."""
    if corrected >= presence.connected_since:
        return True
    if presence.is_known_from_its_first and presence.was_away(corrected) is None:
        return True
    if presence.was_away(corrected):
        return not presence.may_still_tell_of(corrected, received)
    return not presence.may_tell_of(corrected, received)


def _is_live_all_the_same(
    corrected: datetime, received: datetime, presence: Presence, *, unset: bool
) -> bool:
    """Of what says that it was queued: it is stamped with now, or told when the queue has long been told."""
    if presence.may_tell_of(corrected, received):
        return False
    agrees = abs(received - corrected) <= CLOCK_TRUST and not unset
    return agrees or received - presence.connected_since > QUEUE_TOLD
