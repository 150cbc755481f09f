"""What happens when the slot of a driver who is still charging ends.

Who has the next slot on the same berth, too, goes on into it: the session stays the first reservation's until that slot
ends (`Remembered.stay_ends`), and nothing of what follows happens before.
By `policy.at_slot_end`: EXTEND_IF_FREE makes the slot one step longer, while the connector is free then and the slot
not longer than the site allows; STOP ends the transaction; OVERSTAY (the default) does nothing. Whoever is still there
afterwards overstays. A transaction that has ended is neither extended nor stopped: only the cable is still there.
"""

from domain.place.slots import Slot
from domain.reservation.progress import Progress
from domain.terms.policy import AtSlotEnd, Policy


def at_slot_end(progress: Progress, policy: Policy) -> AtSlotEnd:
    """What is to be tried first. Who has gone on into their next slot extends that one."""
    if progress.goes_on_until is not None and policy.at_slot_end is AtSlotEnd.EXTEND_IF_FREE:
        return AtSlotEnd.OVERSTAY
    return policy.at_slot_end if progress.transaction_ended_at is None else AtSlotEnd.OVERSTAY


def extension_at_slot_end(progress: Progress, policy: Policy) -> Slot | None:
    """The slot that an automatic extension asks for: one step longer; None when no slot may be that long."""
    rules = policy.slots
    longer = Slot(progress.slot.start, progress.slot.end + (rules.step or rules.shortest))
    return longer if longer.length <= rules.longest else None
