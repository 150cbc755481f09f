"""What duties need of the chargers that are connected here; the exchange's connections are that."""

from collections.abc import Iterator
from typing import Protocol

from domain.charging.commands import Command, CommandReply
from ocpp_gateway.wire.version import Version


class LiveCharger(Protocol):
    """One charger's connection."""

    @property
    def charger_id(self) -> str: ...

    @property
    def epoch(self) -> int: ...

    @property
    def version(self) -> Version: ...

    @property
    def is_open(self) -> bool: ...

    async def command(self, command: Command) -> CommandReply:
        """Send a command. Never raises for a charger's failings: the reply says it."""
        ...


class LiveChargers(Protocol):
    """All connections of this gateway."""

    def __iter__(self) -> Iterator[LiveCharger]: ...

    def get(self, charger_id: str) -> LiveCharger | None: ...

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply: ...
