"""Evidence from Postgres, read only."""

from collections import Counter, defaultdict
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, select, text

from api.desk.bills import with_follow_ups
from chaos.audit.evidence import (
    Entry,
    Event,
    Given,
    HoldRecord,
    Line,
    Listed,
    Notice,
    PaymentRecord,
    Priced,
    Seen,
    SessionRecord,
)
from contracts.publication import ReservationView
from db.engine import Sessions
from db.tables import (
    AuditEntry,
    ChargingSession,
    Credit,
    CreditUse,
    Hold,
    IdempotencyRecord,
    InboxEvent,
    LedgerEntry,
    LedgerTransaction,
    Notification,
    OutboxDelivery,
    Payment,
    ReservationRow,
    Settlement,
    Source,
)
from domain.facts.audit import FollowUpSettled
from domain.facts.fact import code_of

_RECONCILER = "system"
"""Its name in the audit trail."""
_VIEW = TypeAdapter(ReservationView)
_OVERLAPS = text(
    "SELECT a.reservation_code || ' and ' || b.reservation_code FROM holds a JOIN holds b"
    " ON a.connector_id = b.connector_id AND a.id < b.id AND a.during && b.during"
    " WHERE a.released_at IS NULL AND b.released_at IS NULL"
)
_UNSETTLED = text(
    "SELECT (SELECT count(*) FROM reservations WHERE closed_at IS NULL AND needs_attention = '')"
    " + (SELECT count(*) FROM outbox WHERE delivered_at IS NULL)"
    " + (SELECT count(*) FROM holds WHERE released_at IS NULL)"
)


async def overlaps(sessions: Sessions) -> list[str]:
    """Pairs of reservations that hold one connector at the same time, now."""
    async with sessions() as session:
        return [str(pair) for pair in await session.scalars(_OVERLAPS)]


async def unsettled(sessions: Sessions) -> int:
    """How many reservations, deliveries and holds are still on their way."""
    async with sessions() as session:
        return int((await session.scalars(_UNSETTLED)).one())


class Records:
    """One method a kind of record; each reads all there are."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def listed(self) -> dict[str, Listed]:
        listed = {}
        async with self._sessions() as session:
            for row in (await session.scalars(select(ReservationRow))).all():
                view, closed = _VIEW.validate_python(row.snapshot), row.closed_at is not None
                followed = seen_of(await with_follow_ups(session, view)) if closed else None
                listed[row.code] = Listed(seen=seen_of(view), closed=closed, followed=followed)
        return listed

    async def holds(self) -> tuple[HoldRecord, ...]:
        return tuple(
            HoldRecord(
                id=row.id,
                code=row.reservation_code,
                connector_id=row.connector_id,
                begins=row.during.lower,
                ends=row.during.upper,
                open=row.released_at is None,
            )
            for row in await self._all(select(Hold).order_by(Hold.id))
        )

    async def sessions(self) -> tuple[SessionRecord, ...]:
        return tuple(
            SessionRecord(
                charger_id=row.charger_id,
                transaction_id=row.transaction_id,
                code=row.reservation_code or "",
                authorised=row.authorised,
                meter_start_wh=row.meter_start_wh,
                meter_last_wh=row.meter_last_wh,
                ended=row.ended_at is not None,
            )
            for row in await self._all(select(ChargingSession).order_by(ChargingSession.id))
        )

    async def events(self) -> tuple[Event, ...]:
        statement = select(InboxEvent).where(InboxEvent.source == Source.CHARGER).order_by(InboxEvent.id)
        return tuple(
            Event(
                event_id=row.event_id,
                kind=row.kind,
                charger_id=row.subject,
                transaction_id=str(row.payload.get("transaction_id") or ""),
                received_at=row.received_at,
            )
            for row in await self._all(statement)
        )

    async def undelivered(self) -> tuple[str, ...]:
        statement = select(OutboxDelivery).where(OutboxDelivery.delivered_at.is_(None))
        return tuple(f"{row.target} {row.key} #{row.id}" for row in await self._all(statement))

    async def priced(self) -> tuple[Priced, ...]:
        return tuple(
            Priced(
                code=row.reservation_code,
                step=row.step,
                outcome=row.outcome,
                priced_at=row.priced_at,
                posted=row.posted_at is not None,
            )
            for row in await self._all(select(Settlement).order_by(Settlement.id))
        )

    async def payments(self) -> tuple[PaymentRecord, ...]:
        return tuple(
            PaymentRecord(
                code=row.reservation_code,
                intent_id=row.payment_intent_id or "",
                status=row.status,
                captured=row.captured_minor,
                refunded=row.refunded_minor,
            )
            for row in await self._all(select(Payment).order_by(Payment.id))
        )

    async def ledger(self) -> tuple[Entry, ...]:
        statement = (
            select(LedgerTransaction.key, LedgerTransaction.reservation_code, LedgerEntry)
            .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
            .order_by(LedgerEntry.id)
        )
        async with self._sessions() as session:
            rows = (await session.execute(statement)).all()
        return tuple(
            Entry(
                transaction=key,
                code=code,
                account=entry.account,
                minor=entry.amount_minor,
                provider_object=entry.provider_object,
            )
            for key, code, entry in rows
        )

    async def credits(self) -> tuple[Given, ...]:
        paid: dict[int, Counter[str]] = defaultdict(Counter)
        for use in await self._all(select(CreditUse).order_by(CreditUse.id)):
            paid[use.credit_id][use.reservation_code] += use.amount_minor
        return tuple(
            Given(
                key=row.key,
                code=row.reservation_code,
                given=row.granted_minor,
                spent=row.spent_minor,
                expired=row.expired_minor,
                paid=paid[row.id],
            )
            for row in await self._all(select(Credit).order_by(Credit.id))
        )

    async def notices(self) -> tuple[Notice, ...]:
        return tuple(
            Notice(code=row.reservation_code, template=row.template, parameters=row.parameters)
            for row in await self._all(select(Notification).order_by(Notification.id))
        )

    async def helped(self) -> tuple[tuple[str, str], ...]:
        freed = (AuditEntry.actor == _RECONCILER, AuditEntry.code != code_of(FollowUpSettled))
        statement = select(AuditEntry).where(*freed).order_by(AuditEntry.id)
        return tuple((row.subject, row.code) for row in await self._all(statement))

    async def key_records(self) -> dict[str, str]:
        return {row.key: row.reservation_code for row in await self._all(select(IdempotencyRecord))}

    async def _all(self, statement: Select[Any]) -> list[Any]:
        async with self._sessions() as session:
            return list((await session.scalars(statement)).all())


def seen_of(view: ReservationView) -> Seen:
    """A public view, from the list or from the workflow, as the audit compares it."""
    receipt = view.receipt
    lines = receipt.bill.lines if receipt else ()
    return Seen(
        state=view.state,
        start=view.slot_start,
        end=view.slot_end,
        needs_attention=",".join(attention.problem for attention in view.attention),
        ended_by=view.ended_by,
        lines=tuple(Line(kind=line.kind, cause=line.cause, minor=line.amount.minor) for line in lines),
        charge=receipt.bill.charge.minor if receipt else 0,
        credit=receipt.bill.credit.minor if receipt else 0,
        credit_spent=receipt.credit_spent.minor if receipt else 0,
        captured=receipt.payments.captured.minor if receipt else 0,
        energy_wh=receipt.bill.energy_wh if receipt else 0,
        timeline=tuple((entry.code, entry.parameters) for entry in view.timeline),
    )
