"""When each action is possible: one rule an action, by name.

Pure. A rule here looks at the reservation alone; whether a connector is free, or a slot can be moved to
the new time, is decided where the holds are.
"""

from collections.abc import Callable
from datetime import datetime

from domain.errors import DomainError, ExtensionUsed, NotPossibleNow, OutsideArrivalWindow
from domain.facts import refused_actions as why
from domain.money.lines import WAIVABLE
from domain.reservation.grace import arrival_by, extension_used, late_arrival_open
from domain.reservation.lifecycle import FINAL, HOLDING, PLUGGED_IN, THERE, State
from domain.reservation.progress import Progress
from domain.reservation.swapping import swapped_until
from domain.terms.policy import Policy

_CAME = frozenset({*THERE, State.SETTLING, State.COMPLETED})

Rule = Callable[[Progress, Policy, datetime], DomainError | None]
"""None when the action is possible, else the refusal to raise."""


def is_closed(progress: Progress, now: datetime) -> bool:
    """Is nothing left to happen? A no-show stays open for late arrival, anything for attention."""
    if progress.needs_attention or progress.state not in FINAL:
        return False
    return not late_arrival_open(progress, now)


def _in(*states: State) -> Rule:
    def rule(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
        return None if progress.state in states else _wrong_state(progress, states)

    return rule


cancel = _in(State.AWAITING_PAYMENT, State.CONFIRMED, State.LOCKED, State.ARRIVED)
reassign = _in(State.CONFIRMED, State.LOCKED, State.ARRIVED)
force_release = _in(*(state for state in State if state in HOLDING))


def reschedule(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    states = (State.CONFIRMED, State.LOCKED)
    if progress.state not in states:
        return _wrong_state(progress, states)
    until = progress.slot.start - policy.change_until
    if now > until:
        return NotPossibleNow(why.ChangeTooLate(until=until))
    return None


def swap(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if progress.state is not State.CONFIRMED:
        return _wrong_state(progress, (State.CONFIRMED,))
    until = swapped_until(progress.slot, policy)
    return NotPossibleNow(why.ChangeTooLate(until=until)) if now >= until else None


def accept_move(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    return None if progress.proposal is not None else NotPossibleNow(why.NothingProposed())


decline_move = accept_move


def shorten(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    states = (State.CONFIRMED, State.LOCKED, State.ARRIVED, State.CHARGING)
    if progress.state not in states:
        return _wrong_state(progress, states)
    earliest = max(progress.slot.start + policy.slots.shortest, now)
    if earliest >= progress.slot.end:
        return NotPossibleNow(why.EndTooEarly(earliest=earliest))
    return None


def extend(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    states = (State.LOCKED, State.ARRIVED, State.CHARGING, State.OVERSTAYING)
    if progress.state not in states:
        return _wrong_state(progress, states)
    overstay_from = policy.overstay.chargeable_from(progress.slot.end, progress.charging_finished_at)
    until = max(progress.slot.end, overstay_from)
    if now >= until:  # a later end would take back the fee that has accrued since
        return NotPossibleNow(why.ExtendTooLate(until=until))
    return None


def on_my_way(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    states = (State.CONFIRMED, State.LOCKED)
    if progress.state not in states:
        return _wrong_state(progress, states)
    until = arrival_by(progress, policy)
    if extension_used(progress):
        return ExtensionUsed(why.AlreadyExtended(until=until))
    if now >= until:
        return OutsideArrivalWindow(why.GraceOver(until=until))
    return None


def check_in(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if progress.state is State.NO_SHOW:
        if late_arrival_open(progress, now):
            return None
        return OutsideArrivalWindow(why.SlotOver(end=progress.slot.end))
    states = (State.CONFIRMED, State.LOCKED)
    if progress.state not in states:
        return _wrong_state(progress, (*states, State.NO_SHOW))
    opens, closes = progress.slot.start - policy.early_start, arrival_by(progress, policy)
    if now < opens:
        return OutsideArrivalWindow(why.CheckInOpens(opens=opens))
    if now > closes:
        return OutsideArrivalWindow(why.CheckInClosed(closes=closes))
    return None


def start_charging(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if progress.state in PLUGGED_IN:
        return NotPossibleNow(why.ChargingBegun())
    if progress.state is not State.ARRIVED:
        return check_in(progress, policy, now)
    if progress.slot.is_over(now):
        return NotPossibleNow(why.SlotOver(end=progress.slot.end))
    return None


def stop_charging(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if progress.state not in PLUGGED_IN:
        return _wrong_state(progress, PLUGGED_IN)
    if not progress.transaction_runs:
        return NotPossibleNow(why.ChargingStopped())
    return None


def operator_cancel(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if progress.state is State.SETTLING:
        return NotPossibleNow(why.BeingSettledWaive())
    if progress.state in FINAL and not late_arrival_open(progress, now):
        return NotPossibleNow(why.Over(state=progress.state))
    return None


def waive(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if is_closed(progress, now):
        return NotPossibleNow(why.OverRefund(state=progress.state))
    return None


def check_agreement(*, agreed: bool, reason: str) -> None:
    """Raises NotPossibleNow where an operator speaks for a driver and does not say how they know."""
    if agreed and not reason.strip():
        raise NotPossibleNow(why.AgreementUnexplained())


def may_be_undone(state: State) -> bool:
    """With what it is a part of. Whose driver is at the bay, or was, is not cut off, and settles what they had."""
    return state not in _CAME


def check_undone(state: State) -> None:
    """Raises NotPossibleNow where it may not be."""
    if not may_be_undone(state):
        raise NotPossibleNow(why.DriverHasCome())


def check_waiver(kind: str) -> None:
    """Raises NotPossibleNow for what is no fee: a waiver only ever lowers the bill."""
    if kind not in WAIVABLE:
        raise NotPossibleNow(why.NoSuchFee(kind=kind, fees=tuple(sorted(WAIVABLE))))


def resolve(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    return needs_attention(progress)


def needs_attention(progress: Progress) -> DomainError | None:
    return None if progress.needs_attention else NotPossibleNow(why.NothingToResolve())


def _wrong_state(progress: Progress, states: tuple[State, ...]) -> NotPossibleNow:
    return NotPossibleNow(why.WrongState(allowed=states, state=progress.state))
