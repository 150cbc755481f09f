"""What a driver or an operator may do with a reservation now: one rule for each action.

Pure. A rule here looks at the reservation alone; whether a connector is free, or a slot can be moved to
the new time, is decided where the holds are.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.errors import DomainError, ExtensionUsed, NotPossibleNow, OutsideArrivalWindow, SlotInvalid
from domain.place.slots import Slot, check_grid
from domain.reservation.deadlines import arrival_by, unextended_arrival_by
from domain.reservation.lifecycle import FINAL, HOLDING, State
from domain.reservation.progress import Progress
from domain.terms.policy import Policy

ETA_MARGIN = timedelta(minutes=2)
"""Added to an announced arrival: an estimate that is a minute off should not cost a no-show fee."""

Rule = Callable[[Progress, Policy, datetime], DomainError | None]
"""None when the action is possible, else the refusal to raise."""


def possible_actions(progress: Progress, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Names of the actions that `require` lets pass at `now` (aware UTC), the driver's first."""
    return tuple(name for name, rule in _RULES.items() if rule(progress, policy, now) is None)


def require(action: str, progress: Progress, policy: Policy, now: datetime) -> None:
    """Return when `action` is possible at `now` (aware UTC).

    Raises NotPossibleNow, ExtensionUsed or OutsideArrivalWindow with a sentence that says what to do instead,
    and ValueError when there is no action of that name.
    """
    rule = _RULES.get(action)
    if rule is None:
        raise ValueError(f"{action!r} is not an action; there are {', '.join(_RULES)}")
    refusal = rule(progress, policy, now)
    if refusal is not None:
        raise refusal


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
        raise NotPossibleNow(f"the slot already lasts until {_clock(slot.end)}; ask for a later end")
    if end <= now:
        raise NotPossibleNow(f"{_clock(end)} is past already; ask for an end that is still to come")
    if end - slot.start > rules.longest:
        latest = _clock(slot.start + rules.longest)
        raise NotPossibleNow(f"that would exceed the longest slot of this site, which ends at {latest}")
    check_grid(end, rules)
    return Slot(slot.start, end)


def extension_used(progress: Progress, policy: Policy) -> bool:
    """Has 'on my way' already moved the end of the grace period? It does so once."""
    extended = progress.eta_extension_until
    return extended is not None and extended > progress.slot.start + policy.grace


def is_closed(progress: Progress, now: datetime) -> bool:
    """Is nothing left to happen? A no-show stays open for late arrival, anything for attention."""
    if progress.needs_attention or progress.state not in FINAL:
        return False
    return not _late_arrival_open(progress, now)


def transaction_runs(progress: Progress) -> bool:
    """Is a transaction of the reservation running, as far as the charger has told?"""
    if progress.state not in (State.CHARGING, State.OVERSTAYING):
        return False
    ended, since = progress.transaction_ended_at, progress.charging_since
    return ended is None or (since is not None and since > ended)


def _late_arrival_open(progress: Progress, now: datetime) -> bool:
    return progress.state is State.NO_SHOW and now < progress.slot.end


def _in(*states: State) -> Rule:
    def rule(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
        return None if progress.state in states else _wrong_state(progress, states)

    return rule


def _reschedule(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    states = (State.CONFIRMED, State.LOCKED)
    if progress.state not in states:
        return _wrong_state(progress, states)
    until = progress.slot.start - policy.change_until
    if now > until:
        return NotPossibleNow(
            f"rescheduling was possible until {_clock(until)}; cancel and book again instead"
        )
    return None


def _extend(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    states = (State.LOCKED, State.ARRIVED, State.CHARGING, State.OVERSTAYING)
    if progress.state not in states:
        return _wrong_state(progress, states)
    overstay_from = policy.overstay.chargeable_from(progress.slot.end, progress.charging_finished_at)
    until = max(progress.slot.end, overstay_from)
    if now >= until:  # a later end would take back the fee that has accrued since
        return NotPossibleNow(
            f"extending was possible until {_clock(until)}; please unplug and free the bay, "
            "or book a new slot"
        )
    return None


def _on_my_way(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    states = (State.CONFIRMED, State.LOCKED)
    if progress.state not in states:
        return _wrong_state(progress, states)
    until = arrival_by(progress, policy)
    if extension_used(progress, policy):
        return ExtensionUsed(
            f"the grace period was already extended, to {_clock(until)}; it is extended once"
        )
    if now >= until:
        return OutsideArrivalWindow(
            f"the grace period ended at {_clock(until)}; it can no longer be extended"
        )
    return None


def _check_in(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if progress.state is State.NO_SHOW:
        if _late_arrival_open(progress, now):
            return None
        return OutsideArrivalWindow(f"the slot ended at {_clock(progress.slot.end)}; please book a new one")
    states = (State.CONFIRMED, State.LOCKED)
    if progress.state not in states:
        return _wrong_state(progress, (*states, State.NO_SHOW))
    opens, closes = progress.slot.start - policy.early_start, arrival_by(progress, policy)
    if now < opens:
        return OutsideArrivalWindow(f"check-in opens at {_clock(opens)}; please come back then")
    if now > closes:
        return OutsideArrivalWindow(f"check-in closed at {_clock(closes)}, when the grace period ended")
    return None


def _start_charging(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if progress.state in (State.CHARGING, State.OVERSTAYING):
        return NotPossibleNow("charging has begun already")
    if progress.state is not State.ARRIVED:
        return _check_in(progress, policy, now)
    if now >= progress.slot.end:
        return NotPossibleNow(f"the slot ended at {_clock(progress.slot.end)}; please book a new one")
    return None


def _stop_charging(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    states = (State.CHARGING, State.OVERSTAYING)
    if progress.state not in states:
        return _wrong_state(progress, states)
    if not transaction_runs(progress):
        return NotPossibleNow("charging has already stopped; please unplug and free the bay")
    return None


def _operator_cancel(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if progress.state is State.SETTLING:
        return NotPossibleNow("the reservation is being settled; waive its fees instead of cancelling it")
    if progress.state in FINAL and not _late_arrival_open(progress, now):
        return NotPossibleNow(f"the reservation is already over: {progress.state}")
    return None


def _waive(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    if is_closed(progress, now):
        return NotPossibleNow(f"the reservation is closed ({progress.state}); refund the driver instead")
    return None


def _resolve(progress: Progress, policy: Policy, now: datetime) -> DomainError | None:
    return (
        None if progress.needs_attention else NotPossibleNow("nothing about this reservation needs attention")
    )


def _wrong_state(progress: Progress, states: tuple[State, ...]) -> NotPossibleNow:
    allowed = " or ".join(states)
    return NotPossibleNow(f"this is possible while the reservation is {allowed}; now it is {progress.state}")


def _clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


_RULES: dict[str, Rule] = {
    "cancel": _in(State.AWAITING_PAYMENT, State.CONFIRMED, State.LOCKED, State.ARRIVED),
    "reschedule": _reschedule,
    "extend": _extend,
    "on_my_way": _on_my_way,
    "check_in": _check_in,
    "start_charging": _start_charging,
    "stop_charging": _stop_charging,
    "operator_cancel": _operator_cancel,
    "reassign": _in(State.CONFIRMED, State.LOCKED, State.ARRIVED),
    "waive": _waive,
    "force_release": _in(*(state for state in State if state in HOLDING)),
    "resolve": _resolve,
}
