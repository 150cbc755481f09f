"""What crosses to the gateway that owns a charger's socket: routes, connections, and one activity a command.

One activity a command, so that the timeline of the Temporal UI names what was asked of the charger.
"""

from dataclasses import dataclass
from typing import get_args

from contracts.declaration import Activity, Kind
from domain.charging.commands import Command
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


RESOLVE_ROUTE = Activity("resolve_route", str, Route, Kind.READS)
"""Takes the charger's id. Fails with charger_unknown."""

COMMANDS: tuple[type[Command], ...] = get_args(Command)
"""Each is an activity under its own name (`name_of`): it takes a Connection and the command, gives a CommandReply."""
