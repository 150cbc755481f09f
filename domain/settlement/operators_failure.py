"""What a failure on the operator's side takes off the bill, and what it adds.

Promise P3: a fee whose cause is ours is dropped (`without_fees_of_ours`).
- Trouble stood when a driver cancelled (at most `policy.fault_watch`, 2 hours, before the slot), did not come, or came
  and never charged: no fee for the reservation, for cancelling or for not coming. Nor where it lasted longer than a
  flicker (`policy.fault_debounce`) while a driver who never charged was there. A start that was refused, that nobody
  answered, or after which no transaction began, is trouble until one succeeds.
- Maintenance was planned there in their slot when they gave it up, however early: nothing would have been repaired in
  time. No fee for cancelling, nor for another time.
- The operator ended it (cancelled, released): no fee, not even for the session, and no compensation.
- The driver was moved, whatever they then did: fees for the reservation, for not coming, for cancelling and for
  changing the slot late are dropped. The session fee, energy, time and their own overstay are paid. What the move is
  credited with, if anything, the policy says (`compensation`).
- Nothing else was free (UNFULFILLED): no fee at all, not even for the session. Energy and time that were delivered are
  paid, the policy's compensation is credited (`compensation`), and the rest of the deposit is released.
- Who was there, could not charge or was cut short, and left before that: no fee either (`kept_off`).
"""

from datetime import datetime

from domain.causes import Cause
from domain.charging.trouble import blame, troubled
from domain.money.lines import FEES, LineItem
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.reservation.remembered import LateChange
from domain.terms.policy import Policy


def operators_failure(progress: Progress, policy: Policy) -> Cause | None:
    """The cause on the operator's side that bars fees for booking, cancelling or not coming; or None.

    A driver who was moved, or ended up before a charger that was broken, silent or taken, owes no fee for
    what they then did. Trouble long before the slot does not count: it may be repaired in time.
    """
    failure = failure_while_served(progress)
    if failure is not None:
        return failure
    given_up = _given_up_at(progress)
    if _closed_by_plan(progress, given_up, progress.slot):
        return Cause.MAINTENANCE
    early = progress.slot.start - policy.fault_watch
    if progress.state is State.CANCELLED and given_up is not None and given_up < early:
        return None
    return _standing_then(progress, given_up) or _met_while_there(progress, given_up, policy)


def _closed_by_plan(progress: Progress, at: datetime | None, slot: Slot) -> bool:
    """Had they been told then that their place would be closed in the slot that they gave up?"""
    planned, heard = progress.maintenance, progress.maintenance_heard_at
    if planned is None or heard is None or at is None:
        return False
    return heard <= at and planned.closes(slot.start, slot.end)


def _given_up_at(progress: Progress) -> datetime | None:
    """When the driver cancelled, or was waited for no more; None: neither."""
    match progress.state:
        case State.CANCELLED:
            return progress.cancelled_at
        case State.NO_SHOW:
            return progress.no_show_at
        case _:
            return None


def _standing_then(progress: Progress, at: datetime | None) -> Cause | None:
    if at is None:
        return progress.trouble
    return blame(one for one in progress.troubles_here if one.stands_at(at))


def _met_while_there(progress: Progress, until: datetime | None, policy: Policy) -> Cause | None:
    since, until = progress.arrived_at, until or progress.departed_at or progress.slot.end
    if since is None or troubled(since, until, progress.troubles_here) <= policy.fault_debounce:
        return None
    return blame(one for one in progress.troubles_here if troubled(since, until, [one]))


def failure_at_change(progress: Progress, change: LateChange, policy: Policy) -> Cause | None:
    """Of a slot that the driver gave up for another one: trouble that stood there then, as for who cancels."""
    if _closed_by_plan(progress, change.at, change.gave_up):
        return Cause.MAINTENANCE
    place = change.place
    if place is None or change.at < change.gave_up.start - policy.fault_watch:
        return None
    met = (one for one in progress.troubles if one.is_met_at(place.charger_id, place.connector_number))
    return blame(one for one in met if one.stands_at(change.at))


def failure_while_served(progress: Progress) -> Cause | None:
    """The same for a driver who did charge: trouble at the very end does not undo that."""
    if ended_by_operator(progress) is not None:
        return progress.ended_by
    return next((cause for cause in progress.rerouted_for if cause.is_operators), None)


def ended_by_operator(progress: Progress) -> Cause | None:
    """The cause of an end that was not the driver's doing, whatever happened before; or None."""
    return progress.ended_by if progress.ended_by is not None and progress.ended_by.is_operators else None


def without_fees_of_ours(lines: list[LineItem]) -> list[LineItem]:
    return [line for line in lines if not (line.kind in FEES and line.cause.is_operators)]
