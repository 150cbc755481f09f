"""Settles a reservation whose workflow is gone, as it would have done itself next: the same ask, the same step.

What it would ask for is in its history, which a worker replays for a query. It is settled under the workflow's own step
key, so it happens once, whether or not the workflow had begun it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from temporalio.exceptions import ApplicationError

from activities.money.settlement import SettlementActivities
from activities.money.settlement_records import Decided, ask_of, decided_under_lock
from activities.money.stripe_gateway import StripeGateway
from contracts.chargers import Connection
from contracts.money import OpenSettlement, SettleReservation
from contracts.reconciliation import Unsettled
from db.audit import record_audited
from db.engine import Sessions
from db.notifications import record_notice
from db.queries.money.unsettled import RunningSession, charged_something, running_sessions
from db.tables import ReservationRow
from domain.charging.commands import CommandOutcome
from domain.facts.audit import OrphanSettled
from domain.facts.notices import Receipt as ReceiptNotice
from domain.money.bill import Receipt
from domain.reservation.left_alone import Meanwhile, meanwhile

_ASKED_FOR = timedelta(days=1)
"""So long nothing is released of who has charged, if nobody answers: longer, money held would be the driver's loss."""

log = structlog.get_logger()


class Ended(Protocol):
    """Reservations whose workflow is closed. Neither raises for what Temporal fails at."""

    async def open_settlement(self, code: str) -> OpenSettlement | Unsettled: ...

    async def stop(self, instance: str, connection: Connection, transaction_id: str) -> CommandOutcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`receipt`: of what was settled now. `why`: it was not. Neither: it had been settled before."""

    ask: SettleReservation | None = None
    receipt: Receipt | None = None
    why: Unsettled | None = None
    charged: bool = False
    """Is there a session to be billed?"""
    keeps: bool = False
    """Nothing may be released yet: it is settled later, with what is held for it."""


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
            row = await session.get(ReservationRow, code)
        if decided.rows and decided.rows[-1].posted_at is not None:
            return Attempt()
        found_at = row.closed_at if row is not None and row.closed_at is not None else now
        ask = await self._ask(decided)
        if isinstance(ask, Unsettled):
            keeps = ask.may_pass and charged and now < found_at + _ASKED_FOR
            return Attempt(why=ask, charged=charged, keeps=keeps)
        if not decided.rows and running and not await self._is_time(ask, running, found_at, now):
            return Attempt(why=Unsettled.STILL_CHARGING, charged=charged, keeps=True)
        try:
            receipt = await self._settlement.settle_reservation(replace(ask, now=max(ask.now, now)))
        except ApplicationError as failure:
            log.error("orphan_not_settled", reservation=code, code=failure.type)
            return Attempt(why=Unsettled.NOT_COLLECTED, charged=charged, keeps=True)
        await self._tell(ask, receipt, closed_as, now)
        return Attempt(ask=ask, receipt=receipt, charged=charged)

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
        notice = ReceiptNotice(
            charged=receipt.payments.captured,
            credit=bill.credit,
            spent=None if receipt.credit_spent.is_zero else receipt.credit_spent,
        )
        key = f"{ask.code}:{ask.step}:settled"
        async with self._sessions.begin() as session:
            await record_audited(session, fact, key=key, actor="system", subject=ask.code, at=now)
            await record_notice(
                session, notice, key=key, driver_id=ask.driver_id, reservation_code=ask.code, at=now
            )
