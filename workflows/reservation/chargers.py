"""Commands to a charger: found by its route, sent to the gateway that owns the socket, re-routed when that is gone."""

from datetime import timedelta

from temporalio import workflow

from contracts.chargers import RESOLVE_ROUTE, Connection, Route
from domain.charging.commands import (
    CancelReservation,
    Command,
    CommandOutcome,
    CommandReply,
    RemoteStart,
    RemoteStop,
    ReserveNow,
    name_of,
)
from domain.facts import stay
from texts import steps
from workflows.engine.effects import StepFailed, at_once, carry_out
from workflows.engine.step import StepUnderWay
from workflows.reservation.details import summary_of
from workflows.reservation.options import CHARGER_COMMAND, COMMAND_ROUTES, UNTIL_DONE
from workflows.reservation.record import Record


class Chargers:
    def __init__(self, record: Record, under_way: StepUnderWay) -> None:
        self._record = record
        self._under_way = under_way

    async def route(self, charger_id: str) -> Route:
        return await carry_out(
            RESOLVE_ROUTE, charger_id, self._under_way, UNTIL_DONE, summary=self._summary(steps.FindGateway())
        )

    async def reserve_now(self, charger_id: str, command: ReserveNow, *, route: Route) -> CommandReply:
        step = steps.HoldOnCharger(connector=command.connector_number, until=command.expires_at)
        return await self._command(charger_id, command, step, route)

    async def cancel_reservation(self, charger_id: str, hold_id: int) -> CommandReply:
        command = CancelReservation(hold_id=hold_id)
        return await self._command(charger_id, command, steps.GiveUpHoldOnCharger())

    async def remote_start(self, charger_id: str, command: RemoteStart) -> CommandReply:
        return await self._command(charger_id, command, steps.StartCharging())

    async def remote_stop(self, charger_id: str, transaction_id: str) -> CommandReply:
        command = RemoteStop(transaction_id=transaction_id)
        return await self._command(charger_id, command, steps.StopCharging())

    async def end_session(self, charger_id: str, transaction_id: str) -> None:
        """Because the reservation ends, or moves: nobody listens to this charger any more, so it is told what is known.

        Nobody knows what becomes of a stop without an answer.
        """
        outcome = (await self.remote_stop(charger_id, transaction_id)).outcome
        self._record.tell(stay.StopAsked(outcome=outcome))
        if outcome is CommandOutcome.ACCEPTED:
            self._record.tell(stay.ChargingEnded())
        elif not outcome.may_take_effect and outcome is not CommandOutcome.NOT_CONNECTED:
            self._record.tell(stay.StopRefused())

    async def _command(
        self, charger_id: str, command: Command, step: steps.Step, known_route: Route | None = None
    ) -> CommandReply:
        """Send to the gateway that owns the socket; look the route up again when that one is gone."""
        reply = CommandReply(outcome=CommandOutcome.NOT_CONNECTED)
        for attempt in range(COMMAND_ROUTES):
            if attempt:
                await workflow.sleep(timedelta(seconds=1), summary=self._summary(steps.AwaitReconnect()))
            route = known_route or await self.route(charger_id)
            known_route = None
            if route.queue is None:
                return reply
            try:
                reply = await at_once(
                    name_of(type(command)),
                    [Connection(charger_id=charger_id, epoch=route.epoch), command],
                    CommandReply,
                    self._under_way,
                    CHARGER_COMMAND,
                    queue=route.queue,
                    summary=self._summary(step),
                )
            except StepFailed as failed:
                if not failed.never_started:
                    # It may have reached the charger; only events can tell.
                    return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail="gateway lost")
                reply = CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail="gateway gone")
            if reply.outcome is not CommandOutcome.NOT_CONNECTED:
                return reply
        return reply

    def _summary(self, step: steps.Step) -> str:
        return summary_of(self._record, step, workflow.now())
