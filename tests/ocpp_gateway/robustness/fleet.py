"""Chargers that carry out one transaction after the other and forget nothing: what is unanswered is sent again."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.charge_point.changes import Changes
from tests.ocpp_gateway.conftest import ALICE
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.raw_charger import Lost, RawCharger, Refused, call

_PATIENCE_S = 60.0
_AGAIN_S = 0.05
_PART_OF_RETRY_AFTER = 0.1
"""Of what the gateway asks for, so that tests are short."""
Deed = tuple[str, int]
"""Charger and the number of its transaction."""


@dataclass(slots=True)
class Ledger:
    """What chargers have done, and what of it was answered."""

    begun: set[Deed] = field(default_factory=set)
    started: set[Deed] = field(default_factory=set)
    ended: set[Deed] = field(default_factory=set)
    answers: int = 0
    errors: list[Any] = field(default_factory=list)
    connections: Counter[str] = field(default_factory=Counter)
    put_off: int = 0


class BusyCharger:
    """`where`: the gateway's address at the moment. Odd numbers speak 2.0.1, even ones 1.6."""

    def __init__(
        self, number: int, where: Callable[[], str], ledger: Ledger, changes: Changes, chance: random.Random
    ) -> None:
        self.identity = f"CROWD-{number}"
        self.waits = False
        """For an answer, or to be let in."""
        self._version = "2.0.1" if number % 2 else "1.6"
        self._where = where
        self._ledger = ledger
        self._changes = changes
        self._chance = chance
        self._began = datetime.now(UTC) - timedelta(hours=10)
        self._messages = 0
        self._connection: RawCharger | None = None

    async def run(self, enough: asyncio.Event) -> None:
        """Transactions until `enough`; the last one is carried to its end."""
        n = 0
        try:
            while not enough.is_set():
                await (self._new_transaction(n) if self._version != "1.6" else self._old_transaction(n))
                n += 1
        finally:
            if self._connection is not None:
                await self._connection.leave()

    async def _old_transaction(self, n: int) -> None:
        deed = (self.identity, n)
        self._ledger.begun.add(deed)
        begun = {"connectorId": 1, "idTag": ALICE, "meterStart": n, "timestamp": self._at(n)}
        number = (await self._say("StartTransaction", begun))["transactionId"]
        self._ledger.started.add(deed)
        status = "Charging" if n % 2 else "SuspendedEV"
        await self._say("StatusNotification", {"connectorId": 1, "status": status, "errorCode": "NoError"})
        ended = {"transactionId": number, "meterStop": n + 1, "timestamp": self._at(n, 30)}
        await self._say("StopTransaction", ended)
        self._ledger.ended.add(deed)

    async def _new_transaction(self, n: int) -> None:
        deed = (self.identity, n)
        self._ledger.begun.add(deed)
        token = {"idToken": {"idToken": ALICE, "type": "ISO14443"}}
        await self._say("TransactionEvent", self._event("Started", n, 0, **token))
        self._ledger.started.add(deed)
        await self._say("TransactionEvent", self._event("Updated", n, 1))
        await self._say("TransactionEvent", self._event("Ended", n, 2))
        self._ledger.ended.add(deed)

    def _event(self, kind: str, n: int, seq_no: int, **more: Any) -> dict[str, Any]:
        register = n + (1 if kind == "Ended" else 0)
        return {
            "eventType": kind,
            "timestamp": self._at(n, seq_no),
            "triggerReason": "Trigger",
            "seqNo": seq_no,
            "transactionInfo": {"transactionId": f"{self.identity}/{n}"},
            "evse": {"id": 1, "connectorId": 1},
            "meterValue": [{"timestamp": self._at(n, seq_no), "sampledValue": [{"value": register}]}],
        } | more

    def _at(self, n: int, seconds: int = 0) -> str:
        return (self._began + timedelta(minutes=n, seconds=seconds)).isoformat()

    async def _say(self, action: str, payload: dict[str, Any]) -> Any:
        """Until it is answered, over as many connections as it takes, under the old id or a new one."""
        self._messages += 1
        message_id = str(self._messages)
        while True:
            self.waits = True
            self._changes.notify()
            try:
                connection = await self._connected()
                reply = await connection.ask(call(message_id, action, payload))
            except (Lost, OSError):
                self._connection = None
                self._changes.notify()
                if self._chance.random() < 0.5:
                    self._messages += 1
                    message_id = str(self._messages)
                continue
            self.waits = False
            self._ledger.answers += 1
            self._changes.notify()
            if reply[0] == 3:
                return reply[2]
            self._ledger.errors.append((self.identity, action, reply))

    async def _connected(self) -> RawCharger:
        while self._connection is None:
            try:
                self._connection = await RawCharger.connect(
                    self._where(), self.identity, version=self._version
                )
                self._ledger.connections[self.identity] += 1
            except Refused as refusal:
                if refusal.retry_after is None:
                    raise
                self._ledger.put_off += 1
                await asyncio.sleep(_PART_OF_RETRY_AFTER * refusal.retry_after)
            except OSError:
                await asyncio.sleep(_AGAIN_S)  # nobody listens: nothing tells when somebody will
        return self._connection

    @property
    def is_out(self) -> bool:
        """Does it wait to be let in?"""
        return self.waits and self._connection is None


class Fleet:
    """`count` busy chargers named CROWD-0 …; `seed` decides what they decide by chance."""

    def __init__(self, count: int, where: Callable[[], str], *, seed: int) -> None:
        self.ledger = Ledger()
        self.changes = Changes()
        chance = random.Random(seed)
        self.chargers = [
            BusyCharger(n, where, self.ledger, self.changes, random.Random(chance.random()))
            for n in range(count)
        ]
        self._enough = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        self._running = [asyncio.create_task(charger.run(self._enough)) for charger in self.chargers]

    async def answers(self, more: int) -> None:
        """Return when so many more calls have been answered."""
        wanted = self.ledger.answers + more
        await self.changes.until(lambda: self._broken() or self.ledger.answers >= wanted, _PATIENCE_S)

    async def all_wait(self) -> None:
        """Return when every charger waits for an answer."""
        await self.changes.until(lambda: self._broken() or all(c.waits for c in self.chargers), _PATIENCE_S)

    async def all_out(self) -> None:
        """Return when every charger waits to be let in."""
        await self.changes.until(lambda: self._broken() or all(c.is_out for c in self.chargers), _PATIENCE_S)

    def _broken(self) -> bool:
        return any(task.done() for task in self._running)

    async def finish(self) -> None:
        """Everybody carries the last transaction to its end."""
        self._enough.set()
        async with asyncio.timeout(_PATIENCE_S):
            await asyncio.gather(*self._running)

    async def give_up(self) -> None:
        """For the end of a test that failed."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


async def audit(records: Records, ledger: Ledger, *, finished: bool) -> None:
    """Everything answered is there, nothing is there twice. `finished`: and nothing else is missing."""
    rows = await records.sessions()
    found = Counter((row.charger_id, _number(row)) for row in rows)
    assert not [deed for deed, count in found.items() if count > 1]
    assert ledger.started <= found.keys() <= ledger.begun
    ended = {(row.charger_id, _number(row)): row for row in rows if row.ended_at is not None}
    assert ledger.ended <= ended.keys()
    for deed in ledger.ended:
        row = ended[deed]
        assert row.stop_reason == "Local", row
        assert row.meter_last_wh - row.meter_start_wh == 1
    if finished:
        assert ledger.ended == ledger.begun == found.keys()
        for kind in ("transaction_started", "transaction_ended"):
            assert len(await records.events(kind)) == len(ledger.begun)


def _number(row: Any) -> int:
    parts = str(row.transaction_id).split("/")
    return int(parts[1]) if len(parts) == 2 else int(row.meter_start_wh)
