"""Documents of what was settled, by the worker's loop: each once, in the order of posting, equal to the ledger."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from temporalio.exceptions import ApplicationError

from activities.documents.issuing import DocumentIssuer, Issuing, content_of
from activities.holds.activities import HoldActivities
from activities.money.credit_expiry import expire_due
from activities.money.credit_grants import CreditCurrencyMismatch, Grant, grant
from activities.money.debt_write_off import write_off
from db.tables import (
    BillingNote,
    BillingParty,
    ChargingSession,
    Document,
    DocumentDue,
    LedgerEntry,
    LedgerTransaction,
    MeterReading,
    Notification,
)
from domain.charging.readings import Told
from domain.documents.content import Buyer, Content, DocumentKind, PaidBy
from domain.money.accounts import ADVANCES, BAD_DEBT, BANK, CLEARING, CREDIT, RECEIVABLE
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.debt_desk import DebtDesk
from tests.activities.money.money_desk import CODE, NOW, SLOT, VISA, MoneyDesk, money_desk
from tests.factories import make_booking
from tests.factories.documents import ISSUER
from texts.reader import Reader

BOOKING = make_booking()
GONE: dict[str, Any] = {"no_show_at": SLOT.end, "arrived_at": None}
LATER = NOW + timedelta(hours=2)


class DocumentDesk:
    def __init__(self, money: MoneyDesk) -> None:
        self.money = money
        self.issuer = DocumentIssuer(money.sessions, Issuing(issuer=ISSUER, zone=ZoneInfo("Europe/Berlin")))

    async def issued(self) -> list[Content]:
        await self.issuer.issue_all(LATER)
        return [content_of(row.content) for row in await self.rows()]

    async def rows(self) -> Sequence[Document]:
        async with self.money.sessions() as session:
            return (await session.scalars(select(Document).order_by(Document.number))).all()

    async def waiting(self) -> int:
        async with self.money.sessions() as session:
            return await session.scalar(select(func.count()).select_from(DocumentDue)) or 0

    async def equals_the_ledger(self) -> None:
        """Each document, and the entries that it tells of: from the one before, up to its own transaction."""
        since: dict[str | None, int] = {}
        for row in await self.rows():
            told = content_of(row.content).told
            entries = await self._entries(row, since.get(row.reservation_code, 0))
            earned: dict[str, int] = {}
            for entry in entries:
                if entry.account.startswith(("revenue:", ADVANCES)) and entry.line != LineKind.ROUNDING:
                    earned[entry.line] = earned.get(entry.line, 0) - entry.amount_minor
            lines: dict[str, int] = {}
            for line in told.lines:
                lines[line.item.kind] = lines.get(line.item.kind, 0) + line.item.amount.minor
            assert _without_zeros(lines) == _without_zeros(earned)
            assert told.tax.minor == -_sum(entries, "tax_payable")
            by = {means: sum(p.amount.minor for p in told.payments if p.by is means) for means in PaidBy}
            assert by[PaidBy.CARD] == _sum(entries, CLEARING)
            assert by[PaidBy.WRITE_OFF] == _sum(entries, BAD_DEBT)
            assert by[PaidBy.TRANSFER] == _sum(entries, BANK)
            assert told.gross.minor - told.paid.minor == _sum(entries, RECEIVABLE)
            on_account = [entry for entry in entries if not entry.line]
            assert by[PaidBy.CREDIT] == _sum(on_account, CREDIT)
            since[row.reservation_code] = row.transaction_id or 0

    async def _entries(self, row: Document, since: int) -> Sequence[LedgerEntry]:
        async with self.money.sessions() as session:
            found = await session.scalars(
                select(LedgerEntry)
                .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
                .where(
                    LedgerTransaction.reservation_code == row.reservation_code,
                    LedgerTransaction.id > since,
                    LedgerTransaction.id <= row.transaction_id,
                )
            )
            return found.all()


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[DocumentDesk]:
    async with money_desk(database_url) as money:
        yield DocumentDesk(money)


async def test_a_receipt_says_what_was_supplied_where_when_and_how_it_was_paid(desk: DocumentDesk) -> None:
    await desk.money.authorise()
    await desk.money.charged(10_000)
    async with desk.money.sessions.begin() as session:
        session.add(
            BillingParty(
                kind="driver",
                subject="driver-1",
                name="Solo",
                address="Hof 3\n24103 Kiel",
                country="DE",
                changed_at=NOW,
            )
        )
        session.add(
            BillingNote(reservation_code=CODE, cost_center="4711", reference="Trip to Kiel", changed_at=NOW)
        )
    await desk.money.settle()
    (receipt,) = await desk.issued()
    told, supply = receipt.told, receipt.supply
    assert (told.kind, told.net.minor, told.tax.minor, told.gross.minor) == (
        DocumentKind.RECEIPT,
        500,
        95,
        595,
    )
    assert (told.outstanding.minor, receipt.refers_to) == (0, "")
    assert [(one.by, one.amount.minor, one.reference[:3]) for one in told.payments] == [
        (PaidBy.CARD, 595, "pi_")
    ]
    assert (supply.site_id, supply.energy_wh) == ("north", 10_000)
    assert (supply.begins, supply.ends) == (SLOT.start, SLOT.end)
    assert (receipt.issuer, receipt.cost_center, receipt.reference) == (ISSUER, "4711", "Trip to Kiel")
    assert (receipt.course[0].energy_wh, receipt.course[-1].energy_wh) == (0, 10_000)
    assert receipt.buyer == Buyer(name="Solo", address=("Hof 3", "24103 Kiel"), country="DE")


async def test_a_receipt_is_issued_without_its_course_where_nobody_can_tell_it(desk: DocumentDesk) -> None:
    await desk.money.authorise()
    await desk.money.charged(10_000)
    await desk.money.settle()
    async with desk.money.sessions.begin() as session:
        session.add(
            MeterReading(
                session_id=await session.scalar(select(ChargingSession.id)),
                at=SLOT.start,
                wh=1000,
                context="of a later version",
                told=Told.START,
                received_at=NOW,
            )
        )
    (receipt,) = await desk.issued()
    assert (receipt.told.kind, receipt.told.gross.minor, receipt.course) == (DocumentKind.RECEIPT, 595, ())
    assert await desk.waiting() == 0
    (row,) = await desk.rows()
    assert (row.kind, row.reservation_code, row.driver_id, row.month) == (
        "receipt",
        CODE,
        "driver-1",
        "2025-11",
    )
    await desk.equals_the_ledger()


async def test_later_steps_give_what_changed_and_refer_to_what_they_change(desk: DocumentDesk) -> None:
    await desk.money.authorise()
    await desk.money.settle(State.NO_SHOW, **GONE)
    await desk.money.settle(State.NO_SHOW, step="settle-2", waived=[LineKind.NO_SHOW], **GONE)
    await desk.money.charged(20_000)
    await desk.money.settle(step="settle-3")
    fee, back, session = await desk.issued()
    assert [one.told.kind for one in (fee, back, session)] == ["receipt", "credit_note", "receipt"]
    assert (fee.told.gross.minor, back.told.gross.minor, session.told.gross.minor) == (500, -500, 1190)
    assert (fee.refers_to, back.refers_to, session.refers_to) == ("", "T-000001", "T-000002")
    assert all(one.told.outstanding.is_zero for one in (fee, back))
    await desk.equals_the_ledger()
    async with desk.money.sessions() as reading:
        told = await reading.scalars(
            select(Notification).where(Notification.template == "document_issued").order_by(Notification.id)
        )
        sentences = [
            (Reader().notice(one.template, one.parameters, one.at), one.parameters["read_at"]) for one in told
        ]
    rows = await desk.rows()
    assert sentences == [
        (f"{kind} T-00000{n} was issued", f"/v1/documents/{row.id}")
        for n, (kind, row) in enumerate(zip(("Receipt", "Credit note", "Receipt"), rows, strict=True), 1)
    ]


@pytest.mark.parametrize("ending", ["paid", "written_off", "voided"])
async def test_a_debt_is_an_open_receipt_until_it_is_paid_or_forgone(desk: DocumentDesk, ending: str) -> None:
    debts = DebtDesk(desk.money)
    await debts.settled_without_paying()
    (owed,) = await desk.issued()
    assert (owed.told.gross.minor, owed.told.payments, owed.told.outstanding.minor) == (2380, (), 2380)
    if ending == "paid":
        await debts.new_card()
        await debts.collect(timedelta(days=3))
    elif ending == "written_off":
        await _written_off(desk)
    else:
        await desk.money.void()
    _, last = await desk.issued()
    kinds = {"paid": "payment", "written_off": "write_off", "voided": "credit_note"}
    assert (last.told.kind, last.told.outstanding.minor, last.refers_to) == (kinds[ending], 0, "T-000001")
    await desk.equals_the_ledger()


async def test_nothing_is_issued_where_no_money_moved_and_nothing_waits(desk: DocumentDesk) -> None:
    await desk.money.authorise()
    await desk.money.settle(State.UNFULFILLED, arrived_at=None, departed_at=None)
    assert await desk.issued() == []
    assert await desk.waiting() == 0


async def test_credit_is_a_means_of_payment_not_a_line(desk: DocumentDesk) -> None:
    credited = await desk.money.settle(State.UNFULFILLED, arrived_at=None, departed_at=None)
    credit = credited.bill.credit.minor
    assert credit > 0
    await desk.money.authorise(code="OTHER")
    await desk.money.charged(40_000, code="OTHER")
    await desk.money.settle(code="OTHER")
    await desk.money.settle(code="OTHER", step="settle-2", waived=[LineKind.ENERGY, LineKind.RESERVATION_FEE])
    receipt, back = await desk.issued()
    assert (receipt.told.gross.minor, receipt.told.outstanding.minor) == (2380, 0)
    assert (PaidBy.CREDIT, credit) in [(one.by, one.amount.minor) for one in receipt.told.payments]
    assert (PaidBy.CREDIT, -credit) in [(one.by, one.amount.minor) for one in back.told.payments]
    await desk.equals_the_ledger()


async def test_what_is_granted_for_a_reservation_in_another_currency_stops_no_document(
    desk: DocumentDesk,
) -> None:
    """Given before anybody knew in what it would be billed; it expires between two steps of the bill."""
    await _granted(desk, "USD", expires_at=NOW + timedelta(days=1))
    await desk.money.authorise()
    await desk.money.charged(10_000)
    await desk.money.settle()
    assert await expire_due(desk.money.sessions, NOW + timedelta(days=2)) == 1
    with pytest.raises(CreditCurrencyMismatch):
        await _granted(desk, "USD")
    await _granted(desk, "EUR")
    await desk.money.settle(step="settle-2", waived=[LineKind.ENERGY, LineKind.RESERVATION_FEE])
    assert [one.told.kind for one in await desk.issued()] == ["receipt", "credit_note"]
    assert await desk.waiting() == 0
    await desk.equals_the_ledger()


async def test_several_workers_issue_each_document_once_and_in_order(desk: DocumentDesk) -> None:
    await desk.money.charged(10_000)
    for step in range(1, 13):
        waived = [] if step % 2 else [LineKind.ENERGY]
        await desk.money.settle(step="settle" if step == 1 else f"settle-{step}", waived=waived)
    others = [DocumentIssuer(desk.money.sessions, Issuing(issuer=ISSUER)) for _ in range(4)]
    while await desk.waiting():
        await asyncio.gather(*(one.issue_all(LATER) for one in others))
    rows = await desk.rows()
    assert [row.number for row in rows] == list(range(1, 13))
    assert [row.key.split(":")[1] for row in rows] == ["settle", *(f"settle-{step}" for step in range(2, 13))]
    await desk.equals_the_ledger()


async def test_of_series_whose_numbers_look_alike_each_document_is_told(desk: DocumentDesk) -> None:
    """The eleventh of the one, and the first of the other."""
    await desk.money.charged(10_000)
    for step in range(1, 13):
        waived = [] if step % 2 else [LineKind.ENERGY]
        await desk.money.settle(step="settle" if step == 1 else f"settle-{step}", waived=waived)
        issuer = replace(ISSUER, series="R" if step < 12 else "R1")
        await DocumentIssuer(desk.money.sessions, Issuing(issuer=issuer)).issue_all(LATER)
    async with desk.money.sessions() as session:
        issued = select(Notification.parameters).where(Notification.template == "document_issued")
        told = [one["number"] for one in await session.scalars(issued.order_by(Notification.id))]
    assert told == [*(f"R{number:06d}" for number in range(1, 12)), "R1000001"]


async def test_what_cannot_be_issued_holds_up_only_its_own_reservation(desk: DocumentDesk) -> None:
    """A settlement whose lines are not what the ledger says; nobody is told anything wrong about it."""
    await desk.money.charged(10_000)
    await desk.money.settle()
    async with desk.money.sessions.begin() as session:
        broken = await session.connection()
        await broken.exec_driver_sql("UPDATE settlement_lines SET amount_minor = 1 WHERE kind = 'energy'")
    await desk.money.settle(step="settle-2", waived=[LineKind.ENERGY, LineKind.RESERVATION_FEE])
    await desk.money.authorise(code="OTHER")
    await desk.money.settle(State.NO_SHOW, code="OTHER", **GONE)
    assert [one.reservation for one in await desk.issued()] == ["OTHER"]
    assert await desk.waiting() == 2
    async with desk.money.sessions.begin() as session:
        mended = await session.connection()
        await mended.exec_driver_sql("UPDATE settlement_lines SET amount_minor = 500 WHERE kind = 'energy'")
    await desk.issuer.issue_all(LATER + timedelta(minutes=2))
    assert [(row.reservation_code, row.kind) for row in await desk.rows()] == [
        ("OTHER", "receipt"),
        (CODE, "receipt"),
        (CODE, "credit_note"),
    ]


async def test_a_capture_that_failed_once_is_on_no_document_before_it_has_succeeded(
    desk: DocumentDesk,
) -> None:
    await desk.money.authorise()
    await desk.money.charged(10_000)
    await desk.money.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*/capture")
    with pytest.raises(ApplicationError):
        await desk.money.settle()
    assert await desk.issued() == []
    await desk.money.settle()
    assert len(await desk.issued()) == 1
    await desk.equals_the_ledger()


async def _written_off(desk: DocumentDesk) -> None:
    async with desk.money.sessions.begin() as session:
        await write_off(session, CODE, by="operator-1", reason="moved away", now=NOW)


async def _granted(desk: DocumentDesk, currency: str, expires_at: datetime | None = None) -> None:
    ask = Grant(
        driver_id="driver-1",
        amount=Money(1000, currency),
        reason="waited",
        by="olga",
        key=f"{currency}:{expires_at}",
        reservation=CODE,
        expires_at=expires_at,
    )
    async with desk.money.sessions.begin() as session:
        await grant(session, ask, NOW)


def _sum(entries: Sequence[LedgerEntry], account: str) -> int:
    return sum(entry.amount_minor for entry in entries if entry.account == account)


def _without_zeros(amounts: dict[str, int]) -> dict[str, int]:
    return {kind: minor for kind, minor in amounts.items() if minor}


async def test_a_fee_taken_at_booking_has_a_receipt_and_the_bill_deducts_it(desk: DocumentDesk) -> None:
    placed = await HoldActivities(desk.money.sessions).place_hold(BOOKING)
    assert placed.held is not None
    await desk.money.take_fee(code=BOOKING.code)
    (advance,) = await desk.issued()
    told, supply = advance.told, advance.supply
    assert (told.kind, told.net.minor, told.tax.minor, told.paid.minor) == (
        DocumentKind.ADVANCE,
        300,
        57,
        357,
    )
    assert (told.outstanding.minor, advance.driver_id) == (0, "driver-1")
    assert (supply.site_id, supply.begins, supply.ends) == ("north", BOOKING.slot.start, BOOKING.slot.end)
    await desk.money.charged(20_000, code=BOOKING.code)
    await desk.money.settle(code=BOOKING.code, payment_method=VISA)
    _, bill = await desk.issued()
    assert (bill.told.kind, bill.told.gross.minor, bill.told.paid.minor) == (DocumentKind.RECEIPT, 833, 833)
    assert (bill.told.tax.minor, bill.told.outstanding.minor, bill.refers_to) == (133, 0, "T-000001")
    deducted = [(one.item.kind, one.item.amount.minor) for one in bill.told.lines if one.taken_back]
    assert deducted == [(LineKind.ADVANCE, -300)]
    await desk.equals_the_ledger()


async def test_a_bill_of_no_more_than_the_advance_is_issued_all_the_same(desk: DocumentDesk) -> None:
    await desk.money.take_fee()
    await desk.money.charged(2000)
    await desk.money.settle()
    advance, bill = await desk.issued()
    assert (advance.told.kind, advance.told.gross.minor) == (DocumentKind.ADVANCE, 357)
    assert (bill.told.kind, bill.told.gross.minor, bill.told.payments) == (DocumentKind.RECEIPT, 0, ())
    assert sum(one.item.amount.minor for one in bill.told.lines) == bill.told.tax.minor == 0
    assert len(bill.told.lines) > 1
    await desk.equals_the_ledger()


@pytest.mark.parametrize("settled", [True, False])
async def test_an_advance_that_is_given_back_gets_a_credit_note(desk: DocumentDesk, settled: bool) -> None:
    await desk.money.take_fee()
    if settled:
        await desk.money.settle(State.CANCELLED, cancelled_at=SLOT.start - timedelta(days=2))
    else:
        await desk.money.void()
    advance, back = await desk.issued()
    assert (advance.told.kind, back.told.kind) == (DocumentKind.ADVANCE, DocumentKind.CREDIT_NOTE)
    assert (back.told.gross.minor, back.told.tax.minor, back.told.paid.minor) == (-357, -57, -357)
    assert (back.told.outstanding.minor, back.refers_to) == (0, "T-000001")
    await desk.equals_the_ledger()


async def test_an_advance_whose_tax_is_nought_is_told_as_it_is(desk: DocumentDesk) -> None:
    await desk.money.take_fee(tax_basis_points=0)
    (advance,) = await desk.issued()
    assert (advance.told.kind, advance.told.net.minor, advance.told.tax.minor) == ("advance", 357, 0)
    await desk.equals_the_ledger()
