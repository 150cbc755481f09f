"""Sessions in doubt: their charger is asked, once for each doubt, and what it contradicts ends as inferred.

A stop may still be on its way (chargers show Available before they tell what was queued), so without an answer an end
is inferred only after a settling time. What is open at a charger that booted or came back, and was not heard of since,
is asked about once its own messages have had time; of many that come together, a few at a time. What is open at a
charger that stays away ends as inferred after a bounded silence: nobody would ever be billed for it. So does, after a
longer one, what a charger that is there never tells of, though it was asked about it again and again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.charging.asking import GetTransactionStatus, Question, Word, questions, word_of
from domain.charging.capabilities import does_not_know
from domain.charging.clocks import QUEUE_TOLD
from domain.charging.commands import Command, CommandOutcome, CommandReply, TriggerMessage
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.live_chargers import LiveCharger, LiveChargers
from ocpp_gateway.duties.session_ends import infer_end
from ocpp_gateway.rounds import rounds
from ocpp_gateway.storage import session_signs
from ocpp_gateway.storage.doubted import (
    Doubt,
    believe_what_goes_on,
    contradicted_before,
    locked,
    quiet_before,
    silent_before,
    unheard_since,
)

log = structlog.get_logger(__name__)

_MOST_REMEMBERED = 1000
_OVERDUE = 4
"""Settling times after which an end is inferred although its charger was not asked: it comes and goes, or another
instance serves it and does not get to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtOptions:
    """Seconds. `every_s`: between two looks. `settle_s`: from the contradiction to the inferred end.

    `arrived_s`: from an arrival or boot to the question. `answer_s`: for each question. `queued_s`: how long an end
    that the charger says is queued is waited for. `silent_s`: from the last word of a session and of its charger,
    which is away, to its inferred end, looked for every `silent_every_s`. `quiet_s`: from the last word of a session
    whose charger is there to each question. `muted_s`: to its inferred end; longer than anybody charges.
    `chargers_a_look`, of those that arrived; `at_once`: questions.
    """

    every_s: float = 30.0
    settle_s: float = 25.0
    arrived_s: float = 15.0
    answer_s: float = 10.0
    queued_s: float = 600.0
    silent_s: float = 24 * 3600.0
    silent_every_s: float = 300.0
    quiet_s: float = 6 * 3600.0
    muted_s: float = 48 * 3600.0
    chargers_a_look: int = 200
    at_once: int = 32


class Doubts:
    """`wake`: an event was recorded, deliver it."""

    def __init__(
        self,
        engine: AsyncEngine,
        chargers: LiveChargers,
        capabilities: CapabilityRecords,
        *,
        wake: Callable[[], None],
        options: DoubtOptions | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._chargers = chargers
        self._capabilities = capabilities
        self._wake = wake
        self._options = options or DoubtOptions()
        self._clock = clock
        self._turns = asyncio.Semaphore(self._options.at_once)
        self._database = asyncio.Semaphore(1)
        """Many doubts take one connection of the pool from the chargers' own messages, no more."""
        self._asked: dict[str, set[tuple[int, datetime | int | None]]] = {}
        """By charger: session and contradiction, or for how long it was quiet, since it last arrived."""
        self._arrived: dict[str, datetime] = {}
        self._queued_since: dict[int, datetime] = {}
        self._silent_looked_at: datetime | None = None

    def arrived(self, charger: LiveCharger) -> None:
        """It has connected or booted: what was open there is asked about, unless it is heard of soon."""
        self._asked.pop(charger.charger_id, None)
        self._arrived.pop(charger.charger_id, None)
        self._arrived[charger.charger_id] = self._clock()

    async def run(self) -> None:
        """Look for ever."""
        await rounds(self._options.every_s, self.look)

    async def look(self) -> None:
        """Ask about what is new, end what is settled. The database's troubles leave it to the next look."""
        now = self._clock()
        came = self._ripe(now)
        try:
            async with self._engine.begin() as connection:
                contradicted = await contradicted_before(connection, now)
                unheard = await unheard_since(connection, came) if came else []
                silent, quiet = await self._silent(connection, now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("doubts_not_found", error=repr(error))
            self._arrived = came | self._arrived
            return
        await asyncio.gather(
            *(self._settle(doubt, now) for doubt in (*contradicted, *unheard, *quiet)),
            *(self._give_up(doubt) for doubt in silent),
        )

    async def _silent(
        self, connection: AsyncConnection, now: datetime
    ) -> tuple[Sequence[Doubt], Sequence[Doubt]]:
        """What is given up, and what is asked about. Now and then: neither hurries."""
        options, last = self._options, self._silent_looked_at
        if last is not None and now - last < timedelta(seconds=options.silent_every_s):
            return (), ()
        await believe_what_goes_on(connection, now - QUEUE_TOLD)
        away = await silent_before(connection, now - timedelta(seconds=options.silent_s))
        came_before = now - timedelta(seconds=options.queued_s)
        quiet = await quiet_before(connection, now - timedelta(seconds=options.quiet_s), came_before)
        self._silent_looked_at = now
        muted = now - timedelta(seconds=options.muted_s)
        return (
            [*away, *(doubt for doubt in quiet if doubt.last_sign_at < muted)],
            [doubt for doubt in quiet if doubt.last_sign_at >= muted],
        )

    async def _give_up(self, doubt: Doubt) -> None:
        """It ends at its last sign of life. Nothing contradicts it: any later word of it reopens or corrects it."""
        try:
            async with self._database, self._engine.begin() as connection:
                session = await locked(connection, doubt)
                if session is None:
                    return
                await infer_end(connection, doubt.charger_id, session, self._clock())
        except (SQLAlchemyError, OSError) as error:
            log.warning("silent_session_not_ended", charger=doubt.charger_id, error=repr(error))
            return
        log.info("silent_session_ended", charger=doubt.charger_id, transaction=doubt.transaction_id)
        self._wake()

    def _ripe(self, now: datetime) -> dict[str, datetime]:
        """Those that came longest ago, taken off the list."""
        before = now - timedelta(seconds=self._options.arrived_s)
        ripe = [charger_id for charger_id, at in self._arrived.items() if at <= before]
        return {
            charger_id: self._arrived.pop(charger_id) for charger_id in ripe[: self._options.chargers_a_look]
        }

    async def _settle(self, doubt: Doubt, now: datetime) -> None:
        try:
            async with self._turns:
                await self._ask_or_end(doubt, now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("doubt_not_settled", charger=doubt.charger_id, error=repr(error))

    async def _ask_or_end(self, doubt: Doubt, now: datetime) -> None:
        since = doubt.contradicted_at
        settle = timedelta(seconds=self._options.settle_s)
        overdue = since is not None and now - since > _OVERDUE * settle
        if not overdue and await self._ask(doubt):
            return
        if since is None or now - since < settle:
            return
        if doubt.connected and not overdue and self._chargers.get(doubt.charger_id) is None:
            return  # the instance that serves it asks
        await self._take(doubt, Word.OVER)

    async def _ask(self, doubt: Doubt) -> bool:
        """Was it asked now? Once for a doubt and arrival; without an answer to one question the next is put."""
        charger = self._chargers.get(doubt.charger_id)
        if charger is None:
            return False
        asked = self._asked.setdefault(doubt.charger_id, set())
        since = self._clock() - doubt.last_sign_at
        times = since // timedelta(seconds=self._options.quiet_s) if doubt.quiet else None
        key = (doubt.session_id, doubt.contradicted_at or times)
        if key in asked:
            return False
        if len(asked) > _MOST_REMEMBERED:
            asked.clear()
        asked.add(key)
        put = False
        for question in await self._questions(charger, doubt):
            reply = await self._put(charger, question, doubt)
            put = put or reply.outcome is not CommandOutcome.NOT_SUPPORTED
            match reply.outcome:
                case CommandOutcome.ACCEPTED:
                    await self._take(doubt, word_of(question, reply.values or {}))
                    break
                case CommandOutcome.NOT_SUPPORTED:
                    await self._capabilities.teach(
                        doubt.charger_id, partial(does_not_know, question=question)
                    )
                case CommandOutcome.NOT_CONNECTED:
                    break
        return put

    async def _questions(self, charger: LiveCharger, doubt: Doubt) -> Sequence[Question]:
        async with self._database:
            known = await self._capabilities.described(doubt.charger_id)
        unknown = () if known is None else known.record.unknown_questions
        return questions(
            by_id=charger.version.asks_by_transaction,
            names_it=doubt.quiet or doubt.contradicted_at is not None,
            unknown=(*unknown, Question.TRANSACTION_STATUS) if doubt.shares_id else unknown,
        )

    async def _put(self, charger: LiveCharger, question: Question, doubt: Doubt) -> CommandReply:
        command: Command
        if question is Question.TRANSACTION_STATUS:
            command = GetTransactionStatus(transaction_id=doubt.transaction_id)
        else:
            command = TriggerMessage(
                message=question.value, connector_number=doubt.connector_number, plug=doubt.plug
            )
        try:
            async with asyncio.timeout(self._options.answer_s):
                return await charger.command(command)
        except TimeoutError:
            return CommandReply(outcome=CommandOutcome.NO_RESPONSE)

    async def _take(self, doubt: Doubt, word: Word) -> None:
        """Make of the session what its charger says, unless something was heard of it meanwhile."""
        if word is Word.NOTHING:
            return
        now = self._clock()
        if word is Word.OVER_BUT_QUEUED and self._waited(doubt, now):
            word = Word.OVER
        if word is not Word.OVER_BUT_QUEUED:
            self._queued_since.pop(doubt.session_id, None)
        async with self._database, self._engine.begin() as connection:
            session = await locked(connection, doubt)
            if session is None:
                return
            if word is Word.GOES_ON:
                await session_signs.live_on(connection, session, now, live=True)
                return
            if word is Word.OVER_BUT_QUEUED:
                await session_signs.contradict(connection, {session.id: now})
                return
            if doubt.contradicted_at is None:
                await session_signs.contradict(connection, {session.id: now})
            await infer_end(connection, doubt.charger_id, session, now)
        log.info("session_end_inferred", charger=doubt.charger_id, transaction=doubt.transaction_id)
        self._wake()

    def _waited(self, doubt: Doubt, now: datetime) -> bool:
        """Long enough for messages that the charger says it has queued?"""
        if len(self._queued_since) > _MOST_REMEMBERED:
            self._queued_since.clear()
        since = self._queued_since.setdefault(doubt.session_id, now)
        return now - since > timedelta(seconds=self._options.queued_s)
