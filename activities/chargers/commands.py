"""Charger-command activities. They run on the gateway instance that owns the socket, on its own task queue.

At most once on the wire: no retries here, NO_RESPONSE is an answer, and the workflow reconciles by events.
"""

from collections.abc import Callable
from typing import Any, Protocol

from temporalio import activity

from contracts.chargers import COMMANDS, Connection
from domain.charging.commands import Command, CommandReply, name_of


class ChargerLink(Protocol):
    """What the gateway's connection table offers. Never raises for a charger's failings: the reply says it."""

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        """Send over the live connection with this `epoch`; NOT_CONNECTED when that connection is gone."""
        ...


def charger_activities(link: ChargerLink) -> list[Callable[..., Any]]:
    """One activity a command."""
    return [_activity(link, takes) for takes in COMMANDS]


def _activity(link: ChargerLink, takes: type[Command]) -> Callable[..., Any]:
    async def send(connection: Connection, command: Command) -> CommandReply:
        return await link.send(connection.charger_id, connection.epoch, command)

    send.__annotations__["command"] = takes  # by which Temporal decodes it
    return activity.defn(name=name_of(takes))(send)
