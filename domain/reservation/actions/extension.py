"""Another end of the slot that a driver asks for. The one that the policy makes: `slot_end`.

Earlier it costs nothing and gives nothing back: the start is kept (`domain.settlement.late_change`), and whatever is
priced by the visit is priced by the visit. From that end on others may have the connector, and who stays overstays.
"""

from datetime import datetime, timedelta

from domain.errors import NotPossibleNow, SlotInvalid
from domain.facts import refused_actions as why
from domain.facts.refused_bookings import ZoneMissing
from domain.place.slots import Slot, check_grid, last_grid_instant, next_grid_start
from domain.reservation.progress import Progress
from domain.terms.accepted import Terms

_LONGER, _EARLIER = timedelta(minutes=30), timedelta(minutes=15)
_TO_CHOOSE = timedelta(minutes=1)


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


def check_shortening(progress: Progress, terms: Terms, end: datetime, now: datetime) -> Slot:
    """The slot that ends at `end` already; that `shorten` is possible at all is `require`'s to say.

    Raises SlotInvalid for an end without a zone or off the grid, NotPossibleNow for one that is past, not earlier than
    the present one, or leaves less than the shortest slot.
    """
    slot, rules = progress.slot, terms.policy.slots
    if end.tzinfo is None:
        raise SlotInvalid(ZoneMissing())
    if end >= slot.end:
        raise NotPossibleNow(why.EndNotEarlier(end=slot.end))
    if end <= now:
        raise NotPossibleNow(why.EndPassed(end=end))
    if end - slot.start < rules.shortest:
        raise NotPossibleNow(why.EndTooEarly(earliest=slot.start + rules.shortest))
    check_grid(end, rules, terms.site_zone)
    return Slot(slot.start, end)


def later_end(slot: Slot, terms: Terms, now: datetime) -> datetime | None:
    """What is offered to a driver who wants to stay longer: half an hour, or more where the grid wants it, or
    what the longest slot leaves. None: there is none that `check_extension` takes.
    """
    rules, zone = terms.policy.slots, terms.site_zone
    wanted = next_grid_start(max(slot.end + _LONGER, now + _TO_CHOOSE), rules.step, zone)
    end = min(wanted, last_grid_instant(slot.start + rules.longest, rules.step, zone))
    return end if end > max(slot.end, now) else None


def earlier_end(slot: Slot, terms: Terms, now: datetime) -> datetime | None:
    """What is offered to who wants to leave earlier: a quarter of an hour, or more where the grid wants it. None:
    `check_shortening` takes nothing as early.
    """
    rules = terms.policy.slots
    end = last_grid_instant(slot.end - _EARLIER, rules.step, terms.site_zone)
    return end if end > now and end - slot.start >= rules.shortest else None
