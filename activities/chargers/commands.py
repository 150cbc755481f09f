"""Charger-command activities. They run on the gateway instance that owns the socket, on its own task queue.

At most once on the wire: no retries here, NO_RESPONSE is an answer, and the workflow reconciles by events.
"""

from collections.abc import Callable
from typing import Any, Protocol

from temporalio import activity

from contracts.chargers import Connection
from domain.charging.commands import (
    CancelReservation,
    ChangeAvailability,
    ClearCache,
    ClearChargingProfile,
    Command,
    CommandReply,
    GetBaseReport,
    GetCompositeSchedule,
    GetConfiguration,
    GetLocalListVersion,
    GetLogs,
    RemoteStart,
    RemoteStop,
    ReserveNow,
    Reset,
    SendLocalList,
    SetChargingProfile,
    SetConfiguration,
    TriggerMessage,
    UnlockConnector,
    UpdateFirmware,
)


class ChargerLink(Protocol):
    """What the gateway's connection table offers. Never raises for a charger's failings: the reply says it."""

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        """Send over the live connection with this `epoch`; NOT_CONNECTED when that connection is gone."""
        ...


class ChargerActivities:
    """One activity a command, so that the timeline of the Temporal UI names what was asked of the charger."""

    def __init__(self, link: ChargerLink) -> None:
        self._link = link

    def all(self) -> list[Callable[..., Any]]:
        return [
            self.reserve_now,
            self.cancel_reservation,
            self.remote_start,
            self.remote_stop,
            self.reset,
            self.change_availability,
            self.unlock_connector,
            self.trigger_message,
            self.get_configuration,
            self.set_configuration,
            self.get_base_report,
            self.clear_cache,
            self.send_local_list,
            self.get_local_list_version,
            self.set_charging_profile,
            self.clear_charging_profile,
            self.get_composite_schedule,
            self.get_logs,
            self.update_firmware,
        ]

    @activity.defn
    async def reserve_now(self, connection: Connection, command: ReserveNow) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def cancel_reservation(self, connection: Connection, command: CancelReservation) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def remote_start(self, connection: Connection, command: RemoteStart) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def remote_stop(self, connection: Connection, command: RemoteStop) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def reset(self, connection: Connection, command: Reset) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def change_availability(self, connection: Connection, command: ChangeAvailability) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def unlock_connector(self, connection: Connection, command: UnlockConnector) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def trigger_message(self, connection: Connection, command: TriggerMessage) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def get_configuration(self, connection: Connection, command: GetConfiguration) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def set_configuration(self, connection: Connection, command: SetConfiguration) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def get_base_report(self, connection: Connection, command: GetBaseReport) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def clear_cache(self, connection: Connection, command: ClearCache) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def send_local_list(self, connection: Connection, command: SendLocalList) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def get_local_list_version(
        self, connection: Connection, command: GetLocalListVersion
    ) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def set_charging_profile(self, connection: Connection, command: SetChargingProfile) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def clear_charging_profile(
        self, connection: Connection, command: ClearChargingProfile
    ) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def get_composite_schedule(
        self, connection: Connection, command: GetCompositeSchedule
    ) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def get_logs(self, connection: Connection, command: GetLogs) -> CommandReply:
        return await self._send(connection, command)

    @activity.defn
    async def update_firmware(self, connection: Connection, command: UpdateFirmware) -> CommandReply:
        return await self._send(connection, command)

    async def _send(self, connection: Connection, command: Command) -> CommandReply:
        return await self._link.send(connection.charger_id, connection.epoch, command)
