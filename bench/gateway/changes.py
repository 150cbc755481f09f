"""Chargers whose every message is another status, and the database's word that what was answered is in it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bench.gateway.fleet import connect
from bench.gateway.messages import Message, StatusChanges
from bench.gateway.wire import ChargerSocket, ServerBroke, refusal

_TRY_AGAIN_S = 0.5
_WRITTEN = """
SELECT subject, at, count(*) FROM inbox
WHERE source = 'charger' AND kind = 'connector_status' AND at >= %s GROUP BY subject, at
"""


_AHEAD = timedelta(minutes=4)
"""The changes' clock tells them from other events, which say now; further ahead the gateway believes no clock."""


@dataclass(slots=True)
class Tally:
    """`answered`: (when it was answered, seconds it took), on the loop's clock."""

    answered: list[tuple[float, float]] = field(default_factory=list)
    errors: int = 0
    reconnects: int = 0


@dataclass(frozen=True, slots=True)
class Audit:
    """What the database says. `missing`: answered, and not there."""

    answered: int
    rows: int
    missing: int
    duplicated: int
    unasked: int
    """Rows of changes that were sent and not answered: allowed, the answer was lost."""


class ChangingFleet:
    """The chargers' clocks say `began`, an hour ago, plus a millisecond a change.

    `patient`: an error answer or a lost socket is counted and the same message is sent again; otherwise either
    breaks the measurement off.
    """

    def __init__(self, port: int, sockets: Sequence[ChargerSocket], *, patient: bool) -> None:
        self.tally = Tally()
        self.stopping = False
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.port = port
        self.patient = patient
        now = datetime.now(UTC).replace(microsecond=0)
        self.began = now + _AHEAD
        self._chargers = [_Charger(self, socket, self.began) for socket in sockets]

    @property
    def unanswered(self) -> int:
        return sum(charger.waiting for charger in self._chargers)

    @property
    def sockets(self) -> list[ChargerSocket]:
        """The present ones: patient chargers may have connected again."""
        return [charger.socket for charger in self._chargers]

    def begin(self) -> None:
        for charger in self._chargers:
            charger.ask()

    async def keep_on(self, seconds: float) -> None:
        """Let them go on for that long. Raises ServerBroke."""
        await asyncio.wait({self.broken}, timeout=seconds)
        if self.broken.done():
            self.broken.result()

    async def stop(self, patience_s: float = 60.0) -> None:
        """No new message; wait until what is under way has been answered, or patience ends."""
        self.stopping = True
        deadline = time.monotonic() + patience_s
        while self.unanswered and time.monotonic() < deadline:
            await self.keep_on(0.02)

    def break_off(self, error: Exception) -> None:
        if not self.broken.done():
            self.broken.set_exception(error)

    def all_answered_since(self, moment: float) -> bool:
        return all(charger.answered_at > moment for charger in self._chargers)

    async def audit(self, database_url: str) -> Audit:
        """Compare every single change with the rows in the inbox."""
        address = database_url.replace("+psycopg", "", 1)
        async with await psycopg.AsyncConnection.connect(address) as connection:
            rows = await (await connection.execute(_WRITTEN, (self.began,))).fetchall()
        written = {(charger, _number(at - self.began)): times for charger, at, times in rows}
        answered = {(c.identity, number) for c in self._chargers for number in range(1, c.answered + 1)}
        return Audit(
            answered=len(answered),
            rows=sum(written.values()),
            missing=len(answered - written.keys()),
            duplicated=sum(times - 1 for times in written.values()),
            unasked=len(written.keys() - answered),
        )


def _number(since: timedelta) -> int:
    return round(since / timedelta(milliseconds=1))


class _Charger:
    """Every message is answered before the next, so the answered ones are the first `answered`."""

    __slots__ = (
        "_changes",
        "_fleet",
        "_message",
        "_sent_at",
        "answered",
        "answered_at",
        "identity",
        "socket",
    )

    def __init__(self, fleet: ChangingFleet, socket: ChargerSocket, began: datetime) -> None:
        self.identity = socket.identity
        self.answered = 0
        self.answered_at = 0.0
        self._fleet = fleet
        self._changes = StatusChanges(socket.identity, began)
        self._message: Message | None = None
        self._sent_at = 0.0
        self.socket = socket
        self._adopt(socket)

    @property
    def waiting(self) -> bool:
        return self._message is not None

    def ask(self) -> None:
        self._message = message = self._changes.next()
        self._sent_at = time.perf_counter()
        self.socket.send(message.frame)

    def received(self, payload: bytes) -> None:
        if self._message is None or not payload.startswith(self._message.answered_by):
            self._other(payload)
            return
        now = time.perf_counter()
        self.answered += 1
        self.answered_at = now
        self._message = None
        self._fleet.tally.answered.append((now, now - self._sent_at))
        if not self._fleet.stopping:
            self.ask()

    def lost(self, code: int) -> None:
        if not self._fleet.patient:
            self._fleet.break_off(ServerBroke(f"{self.identity}: closed with {code}"))
            return
        self._fleet.tally.reconnects += 1
        _later(self._connect_again)

    # -- what a patient charger lives with ----------------------------------------------------------------
    def _other(self, payload: bytes) -> None:
        if payload.startswith(b"[2,"):
            self.socket.send(refusal(payload))
        elif self._fleet.patient and payload.startswith(b"[4,"):
            self._fleet.tally.errors += 1
            _later(self._repeat)
        else:
            self._fleet.break_off(ServerBroke(f"{self.identity}: {payload[:200].decode(errors='replace')}"))

    def _adopt(self, socket: ChargerSocket) -> None:
        self.socket = socket
        socket.received, socket.lost = self.received, self.lost

    def _connect_again(self) -> None:
        task = asyncio.ensure_future(self._reconnect())
        task.add_done_callback(self._reconnected)

    async def _reconnect(self) -> None:
        self._adopt(await connect(self._fleet.port, self.identity))
        self._repeat()

    def _reconnected(self, task: asyncio.Future[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _later(self._connect_again)

    def _repeat(self) -> None:
        if self._message is not None:
            self.socket.send(self._message.frame)


def _later(act: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(_TRY_AGAIN_S, act)


def audit_figures(audit: Audit) -> dict[str, Any]:
    return {
        "answered": audit.answered,
        "rows": audit.rows,
        "missing": audit.missing,
        "duplicated": audit.duplicated,
        "written_unanswered": audit.unasked,
    }
