"""What duties need of the chargers that are connected here; the exchange's connections are that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from domain.charging.capabilities import Findings
from domain.charging.commands import Command, CommandReply


class SpokenVersion(Protocol):
    """Of the charger's OCPP version, what `ocpp_gateway.wire.version.Version` says of it."""

    @property
    def asks_by_transaction(self) -> bool: ...

    @property
    def number(self) -> str: ...

    @property
    def capability_keys(self) -> Sequence[tuple[str, ...]]: ...

    @property
    def configuration_keys(self) -> Sequence[tuple[str, ...]]: ...

    def read_capabilities(self, answers: Mapping[str, str], /) -> Findings: ...


class LiveCharger(Protocol):
    """One charger's connection."""

    @property
    def charger_id(self) -> str: ...

    @property
    def epoch(self) -> int: ...

    @property
    def version(self) -> SpokenVersion: ...

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
