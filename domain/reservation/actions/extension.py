"""A later end of the slot that a driver asks for. The one that the policy makes: `slot_end`."""

from datetime import datetime

from domain.errors import NotPossibleNow, SlotInvalid
from domain.facts import refused_actions as why
from domain.facts.refused_bookings import ZoneMissing
from domain.place.slots import Slot, check_grid
from domain.reservation.progress import Progress
from domain.terms.accepted import Terms


def check_extension(progress: Progress, terms: Terms, end: datetime, now: datetime) -> Slot:
    """The slot that lasts until `end` instead; that `extend` is possible at all is `require`'s to say.

    Raises SlotInvalid for an end without a zone or off the grid, NotPossibleNow for one that is past, not
    later than the present one or makes the slot too long.
    """
    slot, rules = progress.slot, terms.policy.slots
    if end.tzinfo is None:
        raise SlotInvalid(ZoneMissing())
    if end <= slot.end:
        raise NotPossibleNow(why.EndNotLater(end=slot.end))
    if end <= now:
        raise NotPossibleNow(why.EndPassed(end=end))
    if end - slot.start > rules.longest:
        raise NotPossibleNow(why.EndTooLate(latest=slot.start + rules.longest))
    check_grid(end, rules, terms.site_zone)
    return Slot(slot.start, end)
