"""The storm: one blow after the other, all drawn from one generator, each mended after a while."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chaos.breaking.chargers import Chargers
from chaos.breaking.processes import Processes
from chaos.breaking.provider import Provider
from chaos.breaking.wires import Wire

PROCESSES = ("api", "worker", "gateway", "temporal", "postgres")
TARGETS = (*PROCESSES, "connections", "provider", "chargers")
"""What may be broken."""
_WEIGHTS = {"connections": 2.0, "provider": 2.0, "chargers": 3.0}
_BETWEEN = (0.46, 1.54)
"""Times the mean: how long it is from one blow to the next."""
_FREEZES, _FALLS_SILENT = 0.25, 0.4
_FROZEN_S, _SILENT_S, _PROVIDER_S = (1.0, 12.0), (1.0, 12.0), (3.0, 12.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakable:
    """`copies`: names of the processes of each kind."""

    copies: Mapping[str, Sequence[str]]
    processes: Processes
    wires: Sequence[Wire]
    provider: Provider
    chargers: Chargers


class Storm:
    """`blows`: a minute, on average."""

    def __init__(
        self, breakable: Breakable, targets: Sequence[str], dice: random.Random, *, blows: float
    ) -> None:
        self._mean_s = 60 / blows
        self._breakable = breakable
        self._targets = tuple(targets)
        self._dice = dice
        self._under_way: set[asyncio.Task[None]] = set()
        self.connections: Counter[str] = Counter()
        """Connections cut, and times of silence, by wire."""
        self.log: list[tuple[str, str]] = []
        """(when, what), in order."""

    async def rage(self, until: float) -> None:
        """Until that time of the monotonic clock; what is under way then ends by itself."""
        while time.monotonic() < until and self._targets:
            await asyncio.sleep(self._mean_s * self._dice.uniform(*_BETWEEN))
            weights = [_WEIGHTS.get(target, 1.5) for target in self._targets]
            self._strike(self._dice.choices(self._targets, weights)[0])

    async def ends(self) -> None:
        """Wait until everything that was broken for a while is whole again."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    def _strike(self, target: str) -> None:
        parts = self._breakable
        match target:
            case "connections":
                self._at_a_wire()
            case "provider":
                if self._dice.random() < _FREEZES:
                    self._at_a_process("stripe", freeze=True)
                else:
                    self._aside("provider", parts.provider.trouble(self._dice.uniform(*_PROVIDER_S)))
            case "chargers":
                self._aside("charger", parts.chargers.trouble())
            case kind:
                name = self._dice.choice(list(parts.copies[kind]))
                self._at_a_process(name, freeze=self._dice.random() < _FREEZES)

    def _at_a_process(self, name: str, *, freeze: bool) -> None:
        processes, duration_s = self._breakable.processes, self._dice.uniform(*_FROZEN_S)
        if not processes.may_be_hit(name):
            return
        if freeze:
            self._aside(f"freeze {name}", processes.freeze(name, duration_s))
        else:
            self._aside(f"kill {name}", processes.kill(name))

    def _at_a_wire(self) -> None:
        wire, silent_s = self._dice.choice(self._breakable.wires), self._dice.uniform(*_SILENT_S)
        if self._dice.random() < _FALLS_SILENT:
            self.connections[f"{wire.name} silent"] += 1
            self._aside(f"silence {wire.name}", wire.fall_silent(silent_s))
        else:
            self.connections[f"{wire.name} cut"] += wire.cut()
            self._note(f"cut {wire.name}")

    def _aside(self, what: str, blow: Coroutine[Any, Any, None]) -> None:
        self._note(what)
        task = asyncio.create_task(blow)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _note(self, what: str) -> None:
        self.log.append((datetime.now(UTC).isoformat(timespec="milliseconds"), what))
