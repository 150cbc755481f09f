"""The hold on the charger, carried out: pushed, pushed again when lost, withdrawn. Its rules: `device_pushes`."""

from temporalio import workflow

from contracts.chargers import Route
from domain.charging.commands import CommandOutcome, ReserveNow
from domain.charging.trouble import TroubleCause
from domain.facts.timeline import HoldLeftToUs, HoldPushedAgain, HoldWithdrawn, PushReason
from domain.reservation.assignment import Assignment
from domain.reservation.device_hold import OUT_OF_ORDER, promised
from domain.reservation.device_pushes import is_wanted, may_push_again, something_was_promised
from domain.reservation.grace import arrival_by
from workflows.reservation.effects import Effects
from workflows.reservation.record import Record


class DeviceHolds:
    def __init__(self, record: Record, effects: Effects) -> None:
        self._record = record
        self._effects = effects

    async def push(self, route: Route | None = None) -> CommandOutcome:
        """Send ReserveNow for the present connector and record what may now be promised to the driver."""
        record, held = self._record, self._record.held
        if held is None:
            return CommandOutcome.REJECTED
        record.progress.device.sending()
        route = route or await self._effects.chargers.route(held.assignment.charger_id)
        outcome = await self._ask(route)
        progress = record.progress
        progress.device.answered(outcome, workflow.now())
        progress.is_promised(promised(outcome, held=route.promise_held, not_held=route.promise_not_held))
        if outcome in OUT_OF_ORDER:
            progress.broke(TroubleCause.FAULT, workflow.now())
        record.dirty = True
        return outcome

    async def _ask(self, route: Route) -> CommandOutcome:
        record, held = self._record, self._record.held
        if route.queue is None or held is None:
            return CommandOutcome.NOT_CONNECTED
        if route.can_reserve is False:
            return CommandOutcome.NOT_SUPPORTED
        command = ReserveNow(
            connector_number=held.assignment.connector_number,
            hold_id=held.assignment.hold_id,
            id_tag=held.id_tag,
            parent_id_tag=held.parent_id_tag,
            expires_at=arrival_by(record.progress, record.accepted_terms.policy),
            token_kind=record.token_kind,
        )
        reply = await self._effects.chargers.reserve_now(held.assignment.charger_id, command, route=route)
        return reply.outcome

    async def push_again(self, reason: PushReason) -> None:
        """The charger lost it, or never took it: push again, a bounded number of times, while it is wanted."""
        record, progress = self._record, self._record.progress
        if not is_wanted(progress, record.accepted_terms.policy, workflow.now()):
            return
        if may_push_again(progress):
            progress.device.lost()
            outcome = await self.push()
            record.tell(HoldPushedAgain(reason=reason, outcome=outcome))
        elif something_was_promised(progress):
            progress.promise_falls_to_backend()
            record.tell(HoldLeftToUs(reason=reason))

    async def withdraw(self, place: Assignment | None = None) -> None:
        """Best effort: our own timer and the backend gate decide; a charger that is gone forgets by expiry.

        `place`: where the hold was pushed, when the reservation has moved on since.
        """
        record = self._record
        place = place or record.progress.assignment
        if place is None or not record.progress.device.held:
            return
        record.progress.device.gone()
        reply = await self._effects.chargers.cancel_reservation(place.charger_id, place.hold_id)
        record.tell(HoldWithdrawn(outcome=reply.outcome))
