"""Reservations of an invoice account: every path of their money ends on the account, and none at the provider."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from activities.documents.issuing import DocumentIssuer, Issuing, content_of
from activities.money.credit_grants import Grant, grant
from activities.money.refund_decisions import RefundTooLarge
from activities.reconciliation.provider import ProviderReconciliation
from contracts.provider_reconciliation import MoneyReconciliation
from db.tables import Credit, Debt, Document, InvoiceAccount, Notification
from domain.causes import Cause
from domain.documents.content import Content, DocumentKind, PaidBy
from domain.documents.statement import entry_of
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from tests.activities.money.account_desk import FLEET_ID, AccountDesk, make_account
from tests.activities.money.money_desk import CODE, NOW, SLOT, VISA, money_desk
from tests.activities.reconciliation.forgotten import Forgotten
from tests.factories.documents import ISSUER


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[AccountDesk]:
    async with money_desk(database_url) as money:
        desk = AccountDesk(money.sessions, money.api, money.stripe, money.connector)
        async with desk.sessions.begin() as session:
            session.add(make_account())
        yield desk


async def issued(desk: AccountDesk) -> list[Content]:
    issuer = DocumentIssuer(desk.sessions, Issuing(issuer=ISSUER, zone=ZoneInfo("Europe/Berlin")))
    await issuer.issue_all(NOW + timedelta(hours=2))
    return [content_of(row.content) for row in await desk.all(Document, Document.number)]


def on_statement(content: Content) -> int:
    return entry_of(content, 1, NOW).invoiced.minor


async def test_a_session_goes_onto_the_account_although_the_driver_has_card_and_credit(
    desk: AccountDesk,
) -> None:
    async with desk.sessions.begin() as session:
        given = Grant(driver_id="driver-1", amount=Money(9900, "EUR"), reason="kind", by="olga", key="g")
        await grant(session, given, NOW)
    await desk.charged(10_000)
    receipt = await desk.settle(payment_method=VISA, customer="cus_1")
    assert (receipt.account, receipt.invoiced.minor, receipt.outstanding.minor) == (FLEET_ID, 595, 0)
    assert (receipt.payments.captured.minor, receipt.credits) == (0, ())
    assert await desk.settle(payment_method=VISA, customer="cus_1") == receipt
    assert await desk.ledger() == {
        "fleet_receivable": 595,
        "revenue:energy": -500,
        "revenue:reservation_fee": -300,
        "revenue:fee_credit": 300,
        "tax_payable": -95,
    }
    assert (await desk.owed(), await desk.all(Debt, Debt.id)) == (595, [])
    assert [row.spent_minor for row in await desk.all(Credit, Credit.id)] == [0]
    await desk.nothing_at_the_provider()
    (document,) = await issued(desk)
    assert [(one.by, one.amount.minor) for one in document.told.payments] == [(PaidBy.INVOICE, 595)]
    assert (document.told.outstanding.minor, document.fleet_id, on_statement(document)) == (0, FLEET_ID, 595)


@pytest.mark.parametrize(
    ("state", "over", "owed"),
    [
        (State.CANCELLED, {"ended_by": Cause.DRIVER, "cancelled_at": SLOT.start}, 200),
        (State.NO_SHOW, {"no_show_at": SLOT.end, "arrived_at": None}, 500),
        (State.NO_SHOW, {"no_show_at": SLOT.end, "arrived_at": None, "waived": [LineKind.NO_SHOW]}, 0),
    ],
    ids=["cancelled", "no_show", "waived"],
)
async def test_fees_go_onto_the_account_unless_they_are_waived(
    desk: AccountDesk, state: State, over: dict[str, Any], owed: int
) -> None:
    receipt = await desk.settle(state, **over)
    assert (receipt.bill.charge.minor, await desk.owed()) == (owed, owed)
    await desk.nothing_at_the_provider()


async def test_what_our_failure_promises_is_a_credit_note_of_the_account(desk: AccountDesk) -> None:
    receipt = await desk.settle(State.UNFULFILLED, ended_by=Cause.CHARGER_FAULT)
    assert (receipt.bill.credit.minor, receipt.invoiced.minor) == (500, -500)
    assert await desk.ledger() == {"compensation_expense": 500, "fleet_receivable": -500}
    assert (await desk.owed(), await desk.all(Credit, Credit.id)) == (-500, [])
    (note,) = await issued(desk)
    assert (note.told.kind, note.told.gross.minor, note.told.credited) == (
        DocumentKind.CREDIT_NOTE,
        -500,
        (),
    )
    assert [line.item.kind for line in note.told.lines] == [LineKind.COMPENSATION]
    assert (note.told.outstanding.minor, on_statement(note)) == (0, -500)


async def test_what_comes_later_changes_what_the_account_owes(desk: AccountDesk) -> None:
    await desk.charged(10_000)
    await desk.settle(payment_method=VISA)
    await desk.close()
    await desk.corrected(6_000)
    assert await desk.follow_up() == [CODE]
    assert await desk.owed() == 357
    await desk.give_back(100, key="a")
    await desk.follow_up()
    assert await desk.owed() == 257
    with pytest.raises(RefundTooLarge):
        await desk.give_back(258, key="b")
    await desk.give_back(key="c")
    await desk.follow_up()
    assert (await desk.owed(), await desk.steps()) == (0, ["settle", "follow-up-1", "refund-1", "refund-2"])
    await desk.nothing_at_the_provider()
    told = [
        (one.template, one.parameters["charged"]["minor"])
        for one in await desk.all(Notification, Notification.at)
    ]
    assert told == [("invoiced", 357), ("invoiced", 257), ("invoiced", 0)]
    nobody = Forgotten()
    compare = ProviderReconciliation(desk.sessions, desk.stripe, nobody, nobody).reconcile_money
    report = await compare(MoneyReconciliation(days=3, quiet_seconds=0))
    assert (report.findings, report.provider, report.ledger) == ((), {}, {})
    documents = await issued(desk)
    assert [on_statement(one) for one in documents] == [595, -238, -100, -257]
    assert [one.told.kind for one in documents] == ["receipt", "credit_note", "credit_note", "credit_note"]


async def test_undone_it_leaves_the_compensation_to_the_account(desk: AccountDesk) -> None:
    await desk.charged(10_000)
    await desk.settle(rerouted_for=[Cause.CHARGER_FAULT])
    before = await desk.ledger()
    await desk.void()
    compensated = before.get("compensation_expense", 0)
    assert await desk.ledger() == (
        {"compensation_expense": compensated, "fleet_receivable": -compensated} if compensated else {}
    )
    assert await desk.owed() == -compensated
    assert sum(on_statement(one) for one in await issued(desk)) == -compensated


async def test_what_an_account_owes_is_only_what_the_ledger_says(desk: AccountDesk) -> None:
    await desk.charged(10_000)
    await desk.settle()
    for change in (
        update(InvoiceAccount).values(open_minor=0),
        update(InvoiceAccount).values(currency="SEK"),
        text("DELETE FROM invoice_accounts"),
    ):
        with pytest.raises(DBAPIError):
            async with desk.sessions.begin() as session:
                await session.execute(change)
    assert await desk.owed() == 595


async def test_nothing_is_posted_to_an_account_that_is_not_there(desk: AccountDesk) -> None:
    await desk.charged(10_000)
    async with desk.sessions.begin() as session:
        await session.execute(
            text("ALTER TABLE invoice_accounts DISABLE TRIGGER invoice_accounts_keep_count")
        )
        await session.execute(text("DELETE FROM invoice_accounts"))
        await session.execute(text("ALTER TABLE invoice_accounts ENABLE TRIGGER invoice_accounts_keep_count"))
    with pytest.raises(DBAPIError, match="no invoice account"):
        await desk.settle()
    assert await desk.ledger() == {}
