"""Later ends: of the grace period, once, by 'on my way'; of the slot, by an extension."""

from datetime import datetime, timedelta

from domain.errors import NotPossibleNow, SlotInvalid, written
from domain.place.slots import Slot, check_grid
from domain.reservation.deadlines import unextended_arrival_by
from domain.reservation.progress import Progress
from domain.terms.policy import Policy

ETA_MARGIN = timedelta(minutes=2)
"""Added to an announced arrival: an estimate that is a minute off should not cost a no-show fee."""


def eta_extension(progress: Progress, policy: Policy, eta: datetime) -> datetime | None:
    """The end of the grace period for a driver who announces `eta`; None when it extends nothing.

    Never later than the policy's extension after the ordinary end, or the slot's end. An `eta` inside the grace
    period there is anyhow leaves the one extension unused. Raises SlotInvalid for an `eta` without a zone.
    """
    if eta.tzinfo is None:
        raise SlotInvalid("the time of arrival needs a zone; send e.g. 2026-11-22T14:00:00+01:00")
    unextended = unextended_arrival_by(progress, policy)
    latest = min(unextended + policy.eta_extension, progress.slot.end)
    until = min(eta + ETA_MARGIN, latest)
    return until if until > unextended else None


def check_extension(progress: Progress, policy: Policy, end: datetime, now: datetime) -> Slot:
    """The slot that lasts until `end` instead; that `extend` is possible at all is `require`'s to say.

    Raises SlotInvalid for an end without a zone or off the grid, NotPossibleNow for one that is past, not
    later than the present one or makes the slot too long.
    """
    slot, rules = progress.slot, policy.slots
    if end.tzinfo is None:
        raise SlotInvalid("the new end needs a zone; send e.g. 2026-11-22T14:00:00+01:00")
    if end <= slot.end:
        raise NotPossibleNow(f"the slot already lasts until {written(slot.end)}; ask for a later end")
    if end <= now:
        raise NotPossibleNow(f"{written(end)} is past already; ask for an end that is still to come")
    if end - slot.start > rules.longest:
        latest = written(slot.start + rules.longest)
        raise NotPossibleNow(f"that would exceed the longest slot of this site, which ends at {latest}")
    check_grid(end, rules)
    return Slot(slot.start, end)


def extension_at_slot_end(progress: Progress, policy: Policy) -> Slot | None:
    """The slot that an automatic extension asks for: one step longer; None when no slot may be that long."""
    rules = policy.slots
    longer = Slot(progress.slot.start, progress.slot.end + (rules.step or rules.shortest))
    return longer if longer.length <= rules.longest else None


def extension_used(progress: Progress) -> bool:
    """Has 'on my way' already moved the end of the grace period? It does so once."""
    return progress.eta_extension_until is not None
