"""What went over the chargers' sockets lately, for operators: noted at once, written to Postgres now and then.

A convenience, never a record: it is bounded everywhere, costs the hot path a fraction of a microsecond, and what
a dead process had not yet written is lost without harm.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, Protocol

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway.exchange.redaction import NotShown, shown_frame
from ocpp_gateway.rounds import rounds
from ocpp_gateway.storage.traffic import KEPT_MESSAGES, TrafficNews, keep_traffic
from ocpp_gateway.wire.frames import CALL

log = structlog.get_logger(__name__)

LONGEST_FRAME = 2_000
"""Characters or bytes. A longer frame is noted without its content: half a frame cannot be redacted."""
_HEARTBEAT = "Heartbeat"
_LONGEST_ACTION = 64
_ROWS_A_STATEMENT = 20
_BETWEEN_STATEMENTS_S = 0.05
"""Two hundred busy chargers in one go kept everybody else's decisions waiting for fifty milliseconds."""
_MOST_GONE = 5_000

PendingCommand = tuple[str, datetime, bool]
"""Action, since when, and whether it has been sent (else it waits for its turn)."""

_Entry = tuple[datetime, bool, str, str | bytes | int]
"""When, heard (else said), action, and the frame or only its length."""


class TrafficLog:
    """The news of one connection: its last messages that are not yet in Postgres.

    Heartbeats are not noted: they would push everything else out, and `last_seen_at` tells of them.
    """

    __slots__ = ("_entries", "shown_pending")

    def __init__(self) -> None:
        self._entries: deque[_Entry] | None = None
        self.shown_pending: Sequence[PendingCommand] = ()
        """What operators see by now; the flusher's own note."""

    def heard(self, at: datetime, action: str, frame: str | bytes) -> None:
        """The charger sent `frame`. `action` may be empty for a reply to a command."""
        if action != _HEARTBEAT:
            entries = self._entries
            if entries is None:
                entries = self._entries = deque(maxlen=KEPT_MESSAGES)
            entries.append((at, True, action, frame if len(frame) <= LONGEST_FRAME else len(frame)))

    def said(self, at: datetime, action: str, frame: str | bytes) -> None:
        """We sent `frame`. `action` of a reply: that of the charger's call; may be empty for a command."""
        if action != _HEARTBEAT:
            entries = self._entries
            if entries is None:
                entries = self._entries = deque(maxlen=KEPT_MESSAGES)
            entries.append((at, False, action, frame if len(frame) <= LONGEST_FRAME else len(frame)))

    @property
    def has_news(self) -> bool:
        return self._entries is not None

    def take(self) -> Sequence[_Entry]:
        """The news, oldest first; the log is empty after it."""
        entries, self._entries = self._entries, None
        return entries or ()

    def put_back(self, entries: Sequence[_Entry]) -> None:
        """They could not be written. What came meanwhile is newer, and wins where the room ends."""
        if entries:
            self._entries = deque((*entries, *(self._entries or ())), maxlen=KEPT_MESSAGES)


class Talking(Protocol):
    """A connection, as far as its traffic goes."""

    @property
    def charger_id(self) -> str: ...

    @property
    def traffic(self) -> TrafficLog: ...

    def pending(self) -> Sequence[PendingCommand]:
        """Commands that wait for their turn or for the charger's answer, oldest first."""
        ...


_Batch = dict[str, tuple[TrafficLog, Sequence[PendingCommand]]]


class TrafficFlusher:
    """Writes the news of all `connections` every `every_s` seconds, in batches, a slice of rendering at a time."""

    def __init__(
        self,
        engine: AsyncEngine,
        connections: Callable[[], Iterable[Talking]],
        *,
        every_s: float = 5.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._connections = connections
        self._every_s = every_s
        self._clock = clock
        self._gone: dict[str, TrafficLog] = {}
        self._flushing = asyncio.Lock()

    def closed(self, connection: Talking) -> None:
        """A connection is over: its last words are written too. Beyond a few thousand, the oldest are let go."""
        traffic = connection.traffic
        if not traffic.has_news and not traffic.shown_pending:
            return
        self._gone.pop(connection.charger_id, None)
        self._gone[connection.charger_id] = traffic
        if len(self._gone) > _MOST_GONE:
            del self._gone[next(iter(self._gone))]

    async def run(self) -> None:
        """Flush for ever."""
        await rounds(self._every_s, partial(self.flush, pause_s=_BETWEEN_STATEMENTS_S))

    async def flush(self, *, pause_s: float = 0.0) -> None:
        """Write all news, with a pause after each statement.

        While Postgres is away the logs keep the newest of them, and it is tried again later.
        """
        async with self._flushing:
            if await self._flush_closed():
                await self._flush_open(pause_s)

    async def _flush_closed(self) -> bool:
        while closed := dict(islice(self._gone.items(), _ROWS_A_STATEMENT)):
            for charger_id in closed:
                del self._gone[charger_id]
            if not await self._write({charger_id: (traffic, ()) for charger_id, traffic in closed.items()}):
                self._gone = {**closed, **self._gone}
                return False
        return True

    async def _flush_open(self, pause_s: float) -> None:
        batch: _Batch = {}
        for connection in list(self._connections()):
            traffic, pending = connection.traffic, tuple(connection.pending())
            if not traffic.has_news and pending == tuple(traffic.shown_pending):
                continue
            batch[connection.charger_id] = (traffic, pending)
            if len(batch) == _ROWS_A_STATEMENT:
                if not await self._write(batch):
                    return
                batch = {}
                await asyncio.sleep(pause_s)
        if batch:
            await self._write(batch)

    async def _write(self, batch: _Batch) -> bool:
        """One statement for all of `batch`; False: the news stay where they were."""
        taken = {charger_id: traffic.take() for charger_id, (traffic, _) in batch.items()}
        written = False
        try:
            news = self._render(taken, {charger_id: pending for charger_id, (_, pending) in batch.items()})
            async with self._engine.begin() as connection:
                await keep_traffic(connection, news, self._clock())
            written = True
        except (SQLAlchemyError, OSError) as error:
            log.warning("traffic_not_written", chargers=len(batch), error=type(error).__name__)
        finally:
            for charger_id, (traffic, pending) in batch.items():
                if written:
                    traffic.shown_pending = pending
                else:
                    traffic.put_back(taken[charger_id])
        return written

    @staticmethod
    def _render(
        taken: dict[str, Sequence[_Entry]], pending: dict[str, Sequence[PendingCommand]]
    ) -> list[TrafficNews]:
        news = []
        for charger_id, entries in taken.items():
            news.append(
                TrafficNews(
                    charger_id=charger_id,
                    messages=_json(_shown(entries)),
                    pending_commands=_json(
                        [
                            {"action": action, "since": since, "sent": sent}
                            for action, since, sent in pending[charger_id]
                        ]
                    ),
                )
            )
        return news


def _shown(entries: Sequence[_Entry]) -> list[dict[str, Any]]:
    """Replies to our commands carry no action of their own: they get the command's, if that is among the news."""
    messages = [_shown_entry(entry) for entry in entries]
    asked: dict[str, str] = {}
    for message in messages:
        frame = message["frame"]
        if frame is None or message["action"]:
            continue
        if frame[0] == CALL:
            message["action"] = frame[2]
            asked[frame[1]] = frame[2]
        else:
            message["action"] = asked.get(frame[1], "")
    return messages


def _shown_entry(entry: _Entry) -> dict[str, Any]:
    at, heard, action, frame = entry
    shown: dict[str, Any] = {
        "at": at,
        "direction": "received" if heard else "sent",
        "action": _printable(action),
        "frame": None,
    }
    if isinstance(frame, int):
        return {**shown, "size": frame, "note": "not shown: too long"}
    shown["size"] = len(frame)
    try:
        shown["frame"] = shown_frame(frame)
    except NotShown as reason:
        shown["note"] = f"not shown: {reason.reason}"
    return shown


def _printable(action: str) -> str:
    return "".join(sign for sign in action[:_LONGEST_ACTION] if sign.isprintable())


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
