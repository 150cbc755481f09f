"""The target "a reservation's workflow", reached by a signal. What it hears of which source is data: a line each."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from db.delivery.outbox import Delivery, Unreadable
from db.engine import create_sessions
from db.queries.reservations import is_to_begin
from db.tables import Target
from delivery.home import HomeCheck
from delivery.target import UNREADABLE, TargetAway, TryAgain
from workflows.client.failures import TemporalAway
from workflows.client.signals import SignalOutcome, SignalRefused, signal_reservation

NOTED = "noted"
"""The outcome where the reservation knows already what the fact says."""

log = structlog.get_logger(__name__)


async def _never(_delivery: Delivery) -> bool:
    return False


async def _nothing(_delivery: Delivery) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What reservations hear of one source. The keys of `target` are reservation codes.

    `kinds`: all that this version knows. `read` makes the signal's message; raises Unreadable. `is_known`: the
    reservation has it already. `afterwards`: what its source does once it was told, or knew; `later`: what that raises
    when it has to be done again.
    """

    target: Target
    signal: str
    kinds: Set[str]
    read: Callable[[Delivery], Any]
    is_known: Callable[[Delivery], Awaitable[bool]] = _never
    afterwards: Callable[[Delivery], Awaitable[None]] = _nothing
    later: tuple[type[Exception], ...] = ()


class ReservationTarget:
    """Outcomes: `signalled`, `no_workflow`, `noted`, `unreadable`.

    While versions change, what a newer process recorded may be claimed here: a kind that the line does not have
    waits for a process that knows it. `client` returns None while Temporal has never been reached. In another
    namespace than ours nobody is there, and each would be `no_workflow`: there it is no outcome, all of them wait. So
    does what is for a reservation whose place is held and which is not begun yet.
    """

    def __init__(self, engine: AsyncEngine, line: Line, client: Callable[[], Client | None]) -> None:
        self._line = line
        self._client = client
        self._home = HomeCheck(engine)
        self._sessions = create_sessions(engine)

    @property
    def name(self) -> Target:
        return self._line.target

    @property
    def ready(self) -> bool:
        return self._client() is not None

    async def deliver(self, delivery: Delivery) -> str:
        line = self._line
        if delivery.kind not in line.kinds:
            raise TryAgain(f"this version does not know events of kind {delivery.kind!r}")
        try:
            message = line.read(delivery)
        except Unreadable as fault:
            log.error("fact_unreadable", target=line.target, event_id=delivery.event_id, fault=str(fault))
            return UNREADABLE
        outcome = NOTED if await line.is_known(delivery) else await self._signal(delivery.key, message)
        try:
            await line.afterwards(delivery)
        except line.later as later:
            raise TryAgain(str(later)) from later
        return outcome

    async def _signal(self, code: str, message: Any) -> str:
        client = self._client()
        if client is None:
            raise TargetAway("Temporal was never reached")
        outcome = await self._said(client, code, message)
        if outcome is SignalOutcome.NO_WORKFLOW:
            await self._home.passed(client)
            await self._check_begun(code)
            outcome = await self._said(client, code, message)  # it may have begun since it was not found
        return outcome

    async def _said(self, client: Client, code: str, message: Any) -> SignalOutcome:
        try:
            return await signal_reservation(client, code, self._line.signal, message)
        except TemporalAway as away:
            raise TargetAway(str(away)) from away
        except SignalRefused as refused:
            raise TryAgain(str(refused)) from refused

    async def _check_begun(self, code: str) -> None:
        """Raises TryAgain: it may be started in the next moment, and nobody would tell it."""
        async with self._sessions() as session:
            if await is_to_begin(session, code):
                raise TryAgain("its place is held, and it is not begun yet")
