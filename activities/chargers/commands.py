"""Charger-command activities. They run on the gateway instance that owns the socket, on its own task queue.

At most once on the wire: no retries here, NO_RESPONSE is an answer, and the workflow reconciles by events.
"""

from collections.abc import Callable
from typing import Any, Protocol

from temporalio import activity

from contracts.chargers import COMMAND_ACTIVITIES, Connection
from domain.charging.commands import Command, CommandReply


class ChargerLink(Protocol):
    """What the gateway's connection table offers. Never raises for a charger's failings: the reply says it."""

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        """Send over the live connection with this `epoch`; NOT_CONNECTED when that connection is gone."""
        ...


def charger_activities(link: ChargerLink) -> list[Callable[..., Any]]:
    """One activity for each of `contracts.chargers.COMMAND_ACTIVITIES`."""
    return [_activity(link, takes, name) for takes, name in COMMAND_ACTIVITIES.items()]


def _activity(link: ChargerLink, takes: type[Command], name: str) -> Callable[..., Any]:
    async def send(connection: Connection, command: Command) -> CommandReply:
        return await link.send(connection.charger_id, connection.epoch, command)

    send.__annotations__["command"] = takes  # by which Temporal decodes it
    return activity.defn(name=name)(send)
