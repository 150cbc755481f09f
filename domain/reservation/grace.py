"""Grace: how long a connector waits for its driver, what makes it longer, and what becomes of it when it ends.

How long. From the slot's start for `policy.grace` (15 minutes), and never beyond the slot's end (`arrival_by`). For who
had to pay first from the confirmation, if that is later: an unpaid hold opens to nobody.

Extended. Once, by 'on my way': until the announced arrival plus ETA_MARGIN (2 minutes), and at most by
`policy.eta_extension` (15 minutes). An arrival that grace covers anyhow leaves the extension unused; a new slot by
reschedule has grace anew. An arrival in the past, or not before the slot's end, is refused. A driver who is moved has
at least `policy.reroute_grace` (15 minutes) from the move on to reach the new connector, and never less than before; an
extension not used yet may go `policy.eta_extension` beyond that (`grace_after_move`). Time in which the connector was
broken, taken or its charger silent does not count, once it is over.

When it ends. It is over when the driver has come: a card, a check-in or a start. Otherwise, at its end:
- the connector was there for them: NO_SHOW. Others may have it. Until the slot's end a late driver is welcome while
  a connector is free; the fee is settled when that is over (`domain.settlement.fees.no_show_fee` has its exceptions).
- it was not: broken, taken by somebody else, or its charger silent
  (`domain.reservation.remembered.Remembered.trouble`). Then nobody is a no-show. The driver is moved to an
  equal or better connector, with grace anew; when none can be had the reservation ends UNFULFILLED, with the
  compensation of the policy.
While time stands still for an operator (PAUSED) its end does nothing until `resolve`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.charging.trouble import later_by_trouble
from domain.errors import SlotInvalid
from domain.facts.refused_actions import EtaAfterSlot, EtaPassed
from domain.facts.refused_bookings import ZoneMissing
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.terms.policy import Policy

_BEFORE_ARRIVAL = (State.AWAITING_PAYMENT, State.CONFIRMED, State.LOCKED)
ETA_MARGIN = timedelta(minutes=2)
"""How far an announced arrival may be off: a minute should not cost a no-show fee, nor be refused as past."""


def arrival_by(progress: Progress, policy: Policy) -> datetime:
    """End of the grace period: later by the one ETA extension or after a reroute, never after the slot's end.

    An extension counts from the present start: after a reschedule an old one grants no more than the policy.
    """
    unextended = _unextended(progress, policy)
    extended = progress.eta_extension_until or unextended
    return max(unextended, min(extended, _latest(progress, policy)))


def awaited_until(progress: Progress, policy: Policy) -> datetime | None:
    """The same while the driver is awaited; None once they have come, or are awaited no more."""
    return arrival_by(progress, policy) if progress.state in _BEFORE_ARRIVAL else None


def eta_extension(progress: Progress, policy: Policy, eta: datetime, now: datetime) -> datetime | None:
    """The end of the grace period for a driver who announces `eta`; None when it extends nothing.

    Never later than the policy's extension after the ordinary end, or the slot's end. An `eta` inside the grace
    period there is anyhow leaves the one extension unused. Raises SlotInvalid for an `eta` without a zone, in the past
    or not before the slot's end.
    """
    if eta.tzinfo is None:
        raise SlotInvalid(ZoneMissing())
    if eta < now - ETA_MARGIN:
        raise SlotInvalid(EtaPassed(eta=eta))
    if progress.slot.is_over(eta):
        raise SlotInvalid(EtaAfterSlot(end=progress.slot.end))
    until = min(eta + ETA_MARGIN, _latest(progress, policy))
    return until if until > _unextended(progress, policy) else None


def extension_used(progress: Progress) -> bool:
    """Has 'on my way' already moved the end of the grace period? It does so once."""
    return progress.eta_extension_until is not None


def grace_after_move(progress: Progress, policy: Policy, slot: Slot, now: datetime) -> datetime:
    """End of the grace period at the new connector: time to get there, and never less than there was."""
    return max(arrival_by(replace(progress, slot=slot), policy), now + policy.reroute_grace)


def late_arrival_open(progress: Progress, now: datetime) -> bool:
    """May a driver who was given up as a no-show still come?"""
    return progress.state is State.NO_SHOW and not progress.slot.is_over(now)


def slot_of_late_arrival(progress: Progress, now: datetime) -> Slot | None:
    """What is left of the slot for them to be held; None when nothing is: they came before its end, and it is over."""
    return None if progress.slot.is_over(now) else Slot(now, progress.slot.end)


def _unextended(progress: Progress, policy: Policy) -> datetime:
    """End of the grace period had the driver announced nothing: beginning + grace, later after a reroute."""
    begins = max(progress.slot.start, progress.grace_from or progress.slot.start)
    ordinary = later_by_trouble(begins, policy.grace, progress.troubles_here)
    return min(max(ordinary, progress.reroute_grace_until or ordinary), progress.slot.end)


def _latest(progress: Progress, policy: Policy) -> datetime:
    """The furthest that 'on my way' can move it."""
    return min(_unextended(progress, policy) + policy.eta_extension, progress.slot.end)
