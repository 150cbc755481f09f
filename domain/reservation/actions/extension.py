"""A later end of the slot that a driver asks for. The one that the policy makes: `slot_end`."""

from datetime import datetime

from domain.errors import NotPossibleNow, SlotInvalid, written
from domain.place.slots import Slot, check_grid
from domain.reservation.progress import Progress
from domain.terms.policy import Policy


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
