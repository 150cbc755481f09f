"""The hold on the device: a cache of ours, pushed, re-pushed when lost, cancelled; it sets the honest promise.

Whether a hold is missing is decided by the gateway, which sees what the charger shows over time and knows whether
it shows holds at all (`ocpp_gateway.duties.device_holds`). Here is decided what to do about it.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts.chargers import Route
    from domain.charging.commands import CommandOutcome, ReserveNow
    from domain.charging.enforcement import EnforcementLevel
    from domain.charging.events import HoldLoss
    from domain.reservation.deadlines import arrival_by
    from domain.reservation.lifecycle import State
    from domain.reservation.progress import Assignment

    from workflows.reservation.effects import Effects
    from workflows.reservation.record import Record

RE_PUSHES = 5
"""A charger that keeps losing its hold is left to the backend gate after so many pushes."""

_OUT_OF_ORDER = (CommandOutcome.FAULTED, CommandOutcome.UNAVAILABLE)


_LOST: dict[str, str] = {
    HoldLoss.EXPIRED: "The charger let the hold expire too early",
    HoldLoss.REMOVED: "The charger removed its hold",
    HoldLoss.MISSING: "The charger shows no hold",
    HoldLoss.NO_TRANSACTION: "No charging has followed at the charger",
}

RECONCILED = "device-hold-is-reconciled-by-the-gateway"
"""Patch: reservations begun before still push at the first Available, and stop pushing without a word."""


class DeviceHold:
    def __init__(self, record: Record, effects: Effects) -> None:
        self._record = record
        self._effects = effects

    async def push(self, route: Route | None = None) -> CommandOutcome:
        """Send ReserveNow for the present connector and record what may now be promised to the driver."""
        record = self._record
        held = record.held
        if held is None:
            return CommandOutcome.REJECTED
        place = held.assignment
        record.device_hold = False
        route = route or await self._effects.chargers.route(place.charger_id)
        if route.queue is None or route.can_reserve is False:
            outcome = CommandOutcome.NOT_CONNECTED if route.queue is None else CommandOutcome.NOT_SUPPORTED
        else:
            reply = await self._effects.chargers.reserve_now(
                place.charger_id,
                ReserveNow(
                    connector_number=place.connector_number,
                    hold_id=place.hold_id,
                    id_tag=held.id_tag,
                    parent_id_tag=held.parent_id_tag,
                    expires_at=arrival_by(record.progress, record.accepted_terms.policy),
                    token_kind=record.token_kind,
                ),
                route=route,
            )
            outcome = reply.outcome
        self._learn(outcome, route)
        return outcome

    async def lost(self, detail: str) -> None:
        """The charger says, or shows, that the hold is gone. `detail`: of the event, a HoldLoss if we know it."""
        await self.push_again(_LOST.get(detail, f"The charger removed its hold ({detail})"))

    async def push_again(self, why: str) -> None:
        """The charger lost it (reboot, reconnect, removal): push again, a bounded number of times."""
        record = self._record
        if not self._is_wanted():
            return
        if record.device_holds_lost >= RE_PUSHES:
            self._give_up(why)
            return
        record.device_holds_lost += 1
        outcome = await self.push()
        record.tell(workflow.now(), f"{why}; hold pushed to the charger again: {outcome}")

    def _is_wanted(self) -> bool:
        """Until the driver has come, or came and did not start; at its end the grace period is our own timer's."""
        record = self._record
        locked = record.progress.state is State.LOCKED
        came = record.came_without_starting and record.progress.state is State.ARRIVED
        in_time = workflow.now() < arrival_by(record.progress, record.accepted_terms.policy)
        return (locked or came) and in_time

    def _give_up(self, why: str) -> None:
        """The charger keeps losing it: the backend's gate is what is left, and is all that may be promised."""
        record = self._record
        hard = record.progress.enforcement is EnforcementLevel.HARD
        if not (hard or record.device_hold) or not workflow.patched(RECONCILED):
            return
        record.device_hold = False
        if hard:
            record.progress.enforcement = EnforcementLevel.BACKEND
        record.tell(workflow.now(), f"{why}; not held there any more, only by us")

    async def cancel(self, place: Assignment | None = None) -> None:
        """Best effort: our own timer and the backend gate decide; a charger that is gone forgets by expiry.

        `place`: where the hold was pushed, when the reservation has moved on since.
        """
        record = self._record
        place = place or record.progress.assignment
        if place is None or not record.device_hold:
            return
        record.device_hold = False
        reply = await self._effects.chargers.cancel_reservation(place.charger_id, place.hold_id)
        gone = reply.outcome is CommandOutcome.REJECTED
        what = "The charger had no hold left" if gone else f"Hold on the charger given up: {reply.outcome}"
        record.tell(workflow.now(), what)

    def _learn(self, outcome: CommandOutcome, route: Route) -> None:
        record = self._record
        accepted = outcome is CommandOutcome.ACCEPTED
        record.device_hold = accepted or outcome is CommandOutcome.NO_RESPONSE
        if outcome is CommandOutcome.NOT_CONNECTED:
            # A charger that is offline may start without asking us.
            record.progress.enforcement = EnforcementLevel.SOFT
        else:
            record.progress.enforcement = route.promise_held if accepted else route.promise_not_held
        if outcome in _OUT_OF_ORDER and record.progress.fault_since is None:
            record.progress.fault_since = workflow.now()
        record.device_hold_told_at = workflow.now()
        record.dirty = True
