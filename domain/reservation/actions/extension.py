"""Later ends: of the grace period, once, by 'on my way'; of the slot, by an extension."""

from datetime import datetime, timedelta

from domain.errors import NotPossibleNow, SlotInvalid, written
from domain.place.slots import Slot, check_grid
from domain.reservation.deadlines import unextended_arrival_by
from domain.reservation.progress import Progress
from domain.terms.policy import Policy

ETA_MARGIN = timedelta(minutes=2)
"""Added to an announced arrival: an estimate that is a minute off should not cost a no-show fee."""


def eta_extension(progress: Progress, policy: Policy, eta: datetime) -> datetime:
    """The end of the grace period for a driver who announces `eta`; to be kept as `eta_extension_until`.

    Never earlier than without the announcement, never later than the policy's extension after it or the
    slot's end. An `eta` inside the ordinary grace period extends nothing and leaves the extension unused.
    """
    unextended = unextended_arrival_by(progress, policy)
    latest = min(unextended + policy.eta_extension, progress.slot.end)
    return max(unextended, min(eta + ETA_MARGIN, latest))


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


def extension_used(progress: Progress, policy: Policy) -> bool:
    """Has 'on my way' already moved the end of the grace period? It does so once."""
    extended = progress.eta_extension_until
    return extended is not None and extended > progress.slot.start + policy.grace
