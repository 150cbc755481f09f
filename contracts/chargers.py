"""What crosses to the gateway that owns a charger's socket: routes, connections, and one activity a command.

One activity a command, so that the timeline of the Temporal UI names what was asked of the charger.
"""

from dataclasses import dataclass

from contracts.declaration import Activity
from domain.charging import commands
from domain.charging.enforcement import EnforcementLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a charger's socket lives now. `queue` None: not connected."""

    charger_id: str
    queue: str | None
    epoch: int
    can_reserve: bool | None
    """Does the charger support ReserveNow? None: not known, try."""
    promise_held: EnforcementLevel = EnforcementLevel.HARD
    """What may be promised once the charger has accepted the hold (domain.charging.capabilities.promise)."""
    promise_not_held: EnforcementLevel = EnforcementLevel.BACKEND
    """What may be promised while it is connected and has no hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One connection of one charger; `epoch` fences a charger that has reconnected elsewhere."""

    charger_id: str
    epoch: int


RESOLVE_ROUTE = Activity("resolve_route", str, Route)
"""Takes the charger's id. Fails with charger_unknown."""

COMMAND_ACTIVITIES: dict[type[commands.Command], str] = {
    commands.ReserveNow: "reserve_now",
    commands.CancelReservation: "cancel_reservation",
    commands.RemoteStart: "remote_start",
    commands.RemoteStop: "remote_stop",
    commands.Reset: "reset",
    commands.ChangeAvailability: "change_availability",
    commands.UnlockConnector: "unlock_connector",
    commands.TriggerMessage: "trigger_message",
    commands.GetConfiguration: "get_configuration",
    commands.SetConfiguration: "set_configuration",
    commands.GetBaseReport: "get_base_report",
    commands.ClearCache: "clear_cache",
    commands.SendLocalList: "send_local_list",
    commands.GetLocalListVersion: "get_local_list_version",
    commands.SetChargingProfile: "set_charging_profile",
    commands.ClearChargingProfile: "clear_charging_profile",
    commands.GetCompositeSchedule: "get_composite_schedule",
    commands.GetLogs: "get_logs",
    commands.UpdateFirmware: "update_firmware",
}
"""Name of the activity by command. Each takes a Connection and the command and gives a CommandReply."""
