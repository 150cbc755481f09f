"""The fake gateway: what chargers answer and hold. The real charger activities run on top of it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from contracts.chargers import RESOLVE_ROUTE, Route
from contracts.declaration import implements
from domain.charging.capabilities import CapabilityRecord, promise
from domain.charging.commands import CancelReservation, Command, CommandOutcome, CommandReply, ReserveNow
from tests.workflows.troubles import Troubles


@dataclass(slots=True)
class Chargers:
    """Everybody answers Accepted unless `answers` (by charger and command type) says otherwise."""

    troubles: Troubles
    queue: str
    epoch: int = 1
    answers: dict[tuple[str, type], list[CommandOutcome]] = field(default_factory=dict)
    disconnected: set[str] = field(default_factory=set)
    cannot_reserve: set[str] = field(default_factory=set)
    records: dict[str, CapabilityRecord] = field(default_factory=dict)
    """What is known of a charger, where that is not simply that it can or cannot reserve."""
    dead_queues: dict[str, str] = field(default_factory=dict)
    """Charger → a queue that nobody serves: the lease of a gateway that died."""
    deeds: dict[type, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    sent: list[tuple[str, Command]] = field(default_factory=list)
    holding: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def when_sent(self, command: type, does: Callable[[], Awaitable[None]]) -> None:
        """What the charger does once it has such a command."""
        self.deeds[command] = does

    def answer(self, charger_id: str, command: type, *outcomes: CommandOutcome) -> None:
        """The next answers; the last one stays."""
        self.answers[(charger_id, command)] = list(outcomes)

    def commands(self, charger_id: str) -> list[str]:
        return [type(command).__name__ for charger, command in self.sent if charger == charger_id]

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        """The ChargerLink of the real activities."""
        await self.troubles.meet(type(command).__name__)
        if charger_id in self.disconnected or epoch != self.epoch:
            return CommandReply(outcome=CommandOutcome.NOT_CONNECTED)
        self.sent.append((charger_id, command))
        outcome = self._outcome(charger_id, command)
        if type(command) in self.deeds:
            await self.deeds[type(command)]()
        if outcome is CommandOutcome.ACCEPTED and isinstance(command, ReserveNow):
            self.holding[charger_id].add(command.hold_id)
        if isinstance(command, CancelReservation):
            self.holding[charger_id].discard(command.hold_id)
        return CommandReply(outcome=outcome)

    @implements(RESOLVE_ROUTE)
    async def resolve_route(self, charger_id: str) -> Route:
        await self.troubles.meet("resolve_route")
        queue = self.dead_queues.pop(charger_id, self.queue)
        known = self.records.get(charger_id) or CapabilityRecord(
            reserve_now=False if charger_id in self.cannot_reserve else None
        )
        return Route(
            charger_id=charger_id,
            queue=None if charger_id in self.disconnected else queue,
            epoch=self.epoch,
            can_reserve=known.reserve_now,
            promise_held=promise(known, held=True),
            promise_not_held=promise(known, held=False),
        )

    def _outcome(self, charger_id: str, command: Command) -> CommandOutcome:
        script = self.answers.get((charger_id, type(command)))
        if not script:
            return CommandOutcome.ACCEPTED
        return script.pop(0) if len(script) > 1 else script[0]
