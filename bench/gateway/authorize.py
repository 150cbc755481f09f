"""Access decisions at a steady rate, with a network's worth of reservations in the database.

An open loop: each call has its moment, and its time counts from that moment, whether or not it could be sent then.
So a pause of the gateway is seen in every call that fell into it.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from bench.figures import milliseconds, quantile
from bench.gateway.cores import Shares
from bench.gateway.fleet import booted, hang_up
from bench.gateway.ground import Ground, Say
from bench.gateway.messages import Message, authorize
from bench.gateway.place import identities
from bench.gateway.reservations import Presentation, plant_reservations
from bench.gateway.sizes import Sizes
from bench.gateway.wire import ChargerSocket, ServerBroke, refusal

_TICK_S = 0.001


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Raises ServerBroke when a call is answered with anything else than its CALLRESULT, or not at all."""
    url = await ground.database("authorize")
    say(f"authorize: planting {sizes.reservations:,} reservations")
    presentations = await plant_reservations(url, count=sizes.reservations)
    known = set(identities(sizes.chargers))
    presentations = [(charger, tag) for charger, tag in presentations if charger in known]
    async with ground.gateway(url) as server:
        names = sorted({charger for charger, _tag in presentations})
        sockets = await booted(server.port, names)
        await _Presenting(sockets, presentations).run(sizes.authorize_rate, sizes.warm_up_s)
        say(f"authorize: {sizes.authorize_rate:,} a second")
        presenting = _Presenting(sockets, presentations)
        shares = Shares(server.process.pid, ground.postgres.process.pid)
        await presenting.run(sizes.authorize_rate, sizes.authorize_s)
        cores = shares.cores()
        hang_up(sockets)
    return {
        "reservations": sizes.reservations,
        "asked_per_second": sizes.authorize_rate,
        "decisions": len(presenting.took),
        "decided": dict(sorted(presenting.decided.items())),
        "p50_ms": milliseconds(quantile(presenting.took, 0.5)),
        "p99_ms": milliseconds(quantile(presenting.took, 0.99)),
        "max_ms": milliseconds(max(presenting.took)),
        "cores_used": cores,
    }


class _Presenting:
    def __init__(self, sockets: Sequence[ChargerSocket], presentations: Sequence[Presentation]) -> None:
        self.took: list[float] = []
        self.decided: Counter[str] = Counter()
        self.broken: ServerBroke | None = None
        readers = {socket.identity: _Reader(self, socket) for socket in sockets}
        self._turns = [(readers[charger], tag) for charger, tag in presentations]

    async def run(self, rate: int, seconds: float) -> None:
        """`rate` calls a second for `seconds`, then until all are answered. Raises ServerBroke."""
        total, sent = round(rate * seconds), 0
        began = time.perf_counter()
        while sent < total:
            due = min(total, int((time.perf_counter() - began) * rate) + 1)
            for number in range(sent, due):
                reader, tag = self._turns[number % len(self._turns)]
                reader.present(tag, began + number / rate)
            sent = due
            self._check()
            await asyncio.sleep(_TICK_S)
        deadline = time.perf_counter() + 30
        while len(self.took) < total:
            self._check()
            if time.perf_counter() > deadline:
                raise ServerBroke(f"{total - len(self.took)} calls stay unanswered")
            await asyncio.sleep(_TICK_S)

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken


class _Reader:
    """A charger's card reader: one call at a time, the others queue and their time runs."""

    def __init__(self, presenting: _Presenting, socket: ChargerSocket) -> None:
        self._presenting = presenting
        self._socket = socket
        self._waiting: deque[tuple[str, float]] = deque()
        self._asked: tuple[Message, float] | None = None
        self._number = 0
        self._run = f"{time.perf_counter_ns():x}"
        socket.received = self._received
        socket.lost = self._lost

    def present(self, tag: str, due: float) -> None:
        self._waiting.append((tag, due))
        if self._asked is None:
            self._next()

    def _next(self) -> None:
        tag, due = self._waiting.popleft()
        self._number += 1
        message = authorize(f"{self._run}-{self._number:012d}", tag)
        self._asked = (message, due)
        self._socket.send(message.frame)

    def _received(self, payload: bytes) -> None:
        if payload.startswith(b"[2,"):
            self._socket.send(refusal(payload))
            return
        asked, self._asked = self._asked, None
        if asked is None or not payload.startswith(asked[0].answered_by):
            self._presenting.broken = ServerBroke(f"{self._socket.identity}: {payload[:200]!r}")
            return
        self._presenting.took.append(time.perf_counter() - asked[1])
        self._presenting.decided[_status(payload)] += 1
        if self._waiting:
            self._next()

    def _lost(self, code: int) -> None:
        self._presenting.broken = ServerBroke(f"{self._socket.identity}: closed with {code}")


def _status(payload: bytes) -> str:
    _before, _key, after = payload.partition(b'"status":"')
    return after.partition(b'"')[0].decode()
