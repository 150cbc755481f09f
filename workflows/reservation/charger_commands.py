"""Commands to a charger: found by its route, sent to the gateway that owns the socket, re-routed when that is gone."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.chargers.commands import ChargerActivities
    from activities.chargers.routing import RoutingActivities
    from contracts.chargers import Connection, Route
    from domain.charging.commands import (
        CancelReservation,
        CommandOutcome,
        CommandReply,
        RemoteStart,
        RemoteStop,
        ReserveNow,
    )

    from workflows.engine.options import CHARGER_COMMAND, COMMAND_ROUTES, UNTIL_DONE
    from workflows.engine.step import StepFailed, step
    from workflows.reservation.record import Record


class ChargerCommands:
    def __init__(self, record: Record) -> None:
        self._record = record

    @step
    async def route(self, charger_id: str) -> Route:
        return await workflow.execute_local_activity_method(
            RoutingActivities.resolve_route, charger_id, summary="Find the charger's gateway", **UNTIL_DONE
        )

    async def reserve_now(self, charger_id: str, command: ReserveNow, *, route: Route) -> CommandReply:
        until = self._record.local_clock(command.expires_at)
        return await self._command(
            charger_id,
            ChargerActivities.reserve_now,
            command,
            f"Hold connector {command.connector_number} on the charger until {until}",
            route,
        )

    async def cancel_reservation(self, charger_id: str, hold_id: int) -> CommandReply:
        return await self._command(
            charger_id,
            ChargerActivities.cancel_reservation,
            CancelReservation(hold_id=hold_id),
            "Give up the hold on the charger",
        )

    async def remote_start(self, charger_id: str, command: RemoteStart) -> CommandReply:
        return await self._command(
            charger_id, ChargerActivities.remote_start, command, "Start charging remotely"
        )

    async def remote_stop(self, charger_id: str, transaction_id: str) -> CommandReply:
        return await self._command(
            charger_id,
            ChargerActivities.remote_stop,
            RemoteStop(transaction_id=transaction_id),
            "Stop charging remotely",
        )

    async def _command(
        self,
        charger_id: str,
        activity: Callable[..., Awaitable[CommandReply]],
        command: object,
        summary: str,
        known_route: Route | None = None,
    ) -> CommandReply:
        """Send to the gateway that owns the socket; look the route up again when that one is gone."""
        reply = CommandReply(outcome=CommandOutcome.NOT_CONNECTED)
        for attempt in range(COMMAND_ROUTES):
            if attempt:
                await workflow.sleep(timedelta(seconds=1), summary="Give the charger a moment to reconnect")
            route = known_route or await self.route(charger_id)
            known_route = None
            if route.queue is None:
                return reply
            try:
                reply = await self._send(route.queue, route.epoch, charger_id, activity, command, summary)
            except StepFailed as failed:
                if not failed.never_started:
                    # It may have reached the charger; only events can tell.
                    return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail="gateway lost")
                reply = CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail="gateway gone")
            if reply.outcome is not CommandOutcome.NOT_CONNECTED:
                return reply
        return reply

    @step
    async def _send(
        self,
        queue: str,
        epoch: int,
        charger_id: str,
        activity: Callable[..., Awaitable[CommandReply]],
        command: object,
        summary: str,
    ) -> CommandReply:
        return await workflow.execute_activity(
            activity,
            args=[Connection(charger_id=charger_id, epoch=epoch), command],
            task_queue=queue,
            summary=summary,
            **CHARGER_COMMAND,
        )
