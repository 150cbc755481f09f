"""Settles a reservation whose workflow is gone, as it would have done itself next: the same ask, the same step.

What it would ask for is in its history, which a worker replays for a query. It is settled under the workflow's own step
key, so it happens once, whether or not the workflow had begun it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.money.settlement import SettlementActivities
from activities.money.settlement_records import Decided, ask_of, decided_under_lock, receipt_of
from activities.money.stripe_gateway import StripeGateway
from contracts.chargers import Connection
from contracts.money import OpenSettlement, SettleReservation
from contracts.reconciliation import Unsettled
from db.audit import record_audited
from db.engine import Sessions
from db.notifications import record_notice
from db.queries import orphans
from db.queries.money.unsettled import RunningSession, charged_something, running_sessions
from db.tables import ReservationRow
from domain.charging.commands import CommandOutcome
from domain.facts.audit import OrphanSettled
from domain.money.bill import Receipt
from domain.reservation.left_alone import Meanwhile, meanwhile
from domain.settlement.told import notice_of

_ASKED_FOR = timedelta(days=1)
"""So long nothing is released if nobody answers what is due: longer, money held would be the driver's loss."""

log = structlog.get_logger()


class Ended(Protocol):
    """Reservations whose workflow is closed. Neither raises for what Temporal fails at."""

    async def open_settlement(self, code: str) -> OpenSettlement | Unsettled: ...

    async def stop(self, instance: str, connection: Connection, transaction_id: str) -> CommandOutcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`receipt`: of what was settled in its place. `why`: it was not. Neither: its workflow had settled it."""

    ask: SettleReservation | None = None
    receipt: Receipt | None = None
    why: Unsettled | None = None
    charged: bool = False
    """Is there a session to be billed?"""
    keeps: bool = False
    """Nothing may be released: it is settled later, with what is held for it, or it has a workflow again."""


def _keeps(why: Unsettled, found_at: datetime, now: datetime) -> bool:
    return why is Unsettled.RUNS or (why.may_pass and now < found_at + _ASKED_FOR)


async def _found_at(session: AsyncSession, code: str) -> datetime | None:
    """When it was found to be without a workflow; at the latest when lists showed it as closed."""
    listed = await orphans.found_at(session, code)
    if listed is not None:
        return listed
    row = await session.get(ReservationRow, code)
    return row.closed_at if row is not None else None


class Settling:
    def __init__(self, sessions: Sessions, stripe: StripeGateway, ended: Ended) -> None:
        self._sessions = sessions
        self._settlement = SettlementActivities(sessions, stripe)
        self._ended = ended

    async def settle(self, code: str, closed_as: str, now: datetime) -> Attempt:
        """`closed_as`: how its workflow ended, which is proven. Repeated after a crash, it goes on where it stopped."""
        async with self._sessions.begin() as session:
            decided = await decided_under_lock(session, code)
            running = await running_sessions(session, code)
            charged = await charged_something(session, code)
            found_at = await _found_at(session, code) or now
        if decided.rows and decided.rows[-1].posted_at is not None:
            ask = await self._anew(decided, found_at)
            if ask is None:
                return await self._untold(decided, closed_as, now)
            if ask is Unsettled.NOTHING_OPEN:
                return Attempt()
        else:
            ask = await self._ask(decided)
        if isinstance(ask, Unsettled):
            return Attempt(why=ask, charged=charged, keeps=_keeps(ask, found_at, now))
        if not decided.rows and running and not await self._is_time(ask, running, found_at, now):
            return Attempt(why=Unsettled.STILL_CHARGING, charged=charged, keeps=True)
        async with self._sessions.begin() as session:
            await orphans.note(session, code, closed_as, now)
        try:
            receipt = await self._settlement.settle_reservation(replace(ask, now=max(ask.now, now)))
        except ApplicationError as failure:
            log.error("orphan_not_settled", reservation=code, code=failure.type)
            return Attempt(why=Unsettled.NOT_COLLECTED, charged=charged, keeps=True)
        await self._tell(ask, receipt, closed_as, now)
        return Attempt(ask=ask, receipt=receipt, charged=charged)

    async def _anew(self, decided: Decided, found_at: datetime) -> SettleReservation | Unsettled | None:
        """What the workflow would have begun after the newest step, which is posted. None: nobody was told of that.

        The workflow knows no receipt of what it asked for and never heard of; nor does anybody of what one of us did.
        """
        last = decided.rows[-1]
        if ask_of(last) is None or last.posted_at is None:
            return Unsettled.NOTHING_OPEN
        if last.posted_at >= found_at and not decided.is_followed_up:
            return None
        told = await self._ended.open_settlement(decided.code)
        if isinstance(told, Unsettled):
            return told
        if told.ask is None:
            return Unsettled.NOTHING_OPEN
        if decided.of(told.ask.step) is None:
            return told.ask
        return None if told.ask.step == last.step else Unsettled.NOTHING_OPEN

    async def _untold(self, decided: Decided, closed_as: str, now: datetime) -> Attempt:
        """Of what is posted; its message is sent once."""
        last = decided.rows[-1]
        ask = ask_of(last)
        async with self._sessions() as session:
            receipt = await receipt_of(session, last)
        if ask is None or receipt is None:
            return Attempt()
        await self._tell(ask, receipt, closed_as, now)
        return Attempt(ask=ask, receipt=receipt)

    async def _ask(self, decided: Decided) -> SettleReservation | Unsettled:
        """What was decided goes on as it was, unless the workflow would have begun another step since."""
        last = decided.rows[-1] if decided.rows else None
        begun = ask_of(last) if last is not None else None
        if last is not None and begun is not None:
            begun = replace(begun, giving_back=None)
            if decided.is_followed_up:
                return begun
        told = await self._ended.open_settlement(decided.code)
        if isinstance(told, Unsettled):
            return begun or told
        if told.ask is None:
            return begun or Unsettled.NOTHING_OPEN
        return told.ask if begun is None or decided.of(told.ask.step) is None else begun

    async def _is_time(
        self, ask: SettleReservation, running: list[RunningSession], found_at: datetime, now: datetime
    ) -> bool:
        """Although a session runs."""
        match meanwhile(ask.progress, ask.terms.policy, found_at=found_at, now=now):
            case Meanwhile.SETTLE:
                return True
            case Meanwhile.STOP:
                for one in running:
                    await self._stop(ask.code, one)
        return False

    async def _stop(self, code: str, one: RunningSession) -> None:
        outcome = CommandOutcome.NOT_CONNECTED
        if one.gateway_instance is not None:
            connection = Connection(charger_id=one.charger_id, epoch=one.epoch)
            outcome = await self._ended.stop(one.gateway_instance, connection, one.transaction_id)
        log.info("orphan_stop_asked", reservation=code, charger_id=one.charger_id, outcome=outcome)

    async def _tell(self, ask: SettleReservation, receipt: Receipt, closed_as: str, now: datetime) -> None:
        bill = receipt.bill
        fact = OrphanSettled(workflow=closed_as, charged=bill.charge, energy_wh=bill.energy_wh)
        key = f"{ask.code}:{ask.step}:settled"
        async with self._sessions.begin() as session:
            await record_audited(session, fact, key=key, actor="system", subject=ask.code, at=now)
            await record_notice(
                session,
                notice_of(receipt),
                key=key,
                driver_id=ask.driver_id,
                reservation_code=ask.code,
                at=now,
            )
