"""What a refund could not bring goes to the driver another way: once, no more than is owed, and never again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from activities.money.refund_decisions import NotSettled, RefundDisputed
from activities.money.settlement_records import receipt_of, settlements_of
from api.desk.money_requests import MoneyRequests
from api.desk.returns import ReturnOrder, Returns, carry_out_return
from contracts.debts import CollectDebt
from db.tables import AuditEntry, Credit, MoneyRequest, Notification, Return
from domain.documents.content import PaidBy
from domain.money.amount import Money
from domain.money.authority import Authority, RequestKind, Role
from domain.money.credits import CreditOrigin
from domain.money.returns import MoreThanOwed, ReturnBookedOtherwise, ReturnWay
from domain.reservation.code import reservation_code
from tests.activities.documents.test_issuing import DocumentDesk
from tests.activities.money.debt_desk import BROKE, NO_DEPOSIT, DebtDesk
from tests.activities.money.money_desk import CODE, NOW, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_failed_refunds import failed_for_good
from tests.activities.money.test_refunds import FINN, OLGA, Desk

OTHER = reservation_code("owed", "other")


class OwingDesk(Desk):
    """2.00 of 5.95 are owed to the driver: they could not go back to the card."""

    @property
    def returns(self) -> Returns:
        return Returns(self.sessions, self.limits, lambda: datetime.now(UTC))

    async def give(
        self, minor: int | None = None, *, way: ReturnWay = ReturnWay.BANK_TRANSFER, reference: str = "T-1"
    ) -> Return | MoneyRequest:
        order = ReturnOrder(way=way, reference=reference, minor=minor, reason="the card is closed")
        return await self.returns.give(OLGA, CODE, order)

    @property
    def requests(self) -> MoneyRequests:
        effects = {RequestKind.RETURN: carry_out_return}
        return MoneyRequests(self.sessions, self.limits, effects, lambda: datetime.now(UTC))

    async def disputed(self) -> None:
        (row,) = [row for row in (await self.rows()).values() if row.captured_minor]
        assert row.payment_intent_id
        dispute = await self.api.dispute(row.payment_intent_id)
        await ProviderSays(self).hear(of=dispute["id"])

    async def owed(self) -> int:
        return (await self.returns.of(OLGA, CODE)).owed.minor

    async def bill(self) -> tuple[int, int, int]:
        """Charged, taken by the provider, still owed by the driver."""
        async with self.sessions() as session:
            receipt = await receipt_of(session, (await settlements_of(session, CODE))[-1])
        assert receipt is not None
        return receipt.bill.charge.minor, receipt.payments.captured.minor, receipt.outstanding.minor


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[OwingDesk]:
    async with money_desk(database_url) as desk:
        owing = OwingDesk(desk.sessions, desk.api, desk.stripe, desk.connector)
        await failed_for_good(owing)
        yield owing


async def test_a_transfer_is_booked_told_and_audited_once(desk: OwingDesk) -> None:
    assert (await desk.owed(), await desk.bill()) == (200, (395, 595, -200))
    first, again = await desk.give(), await desk.give(200)
    assert isinstance(first, Return)
    assert isinstance(again, Return)
    assert first.id == again.id
    assert (await desk.owed(), await desk.bill()) == (0, (395, 595, 0))
    ledger = await desk.ledger()
    assert (ledger["bank"], ledger["stripe_clearing"]) == (-200, 595)
    assert "driver_receivable" not in ledger
    told = [row for row in await desk.all(Notification, Notification.at) if "transfer" in row.template]
    assert [(row.template, row.parameters["reference"]) for row in told] == [("refund_transferred", "T-1")]
    audited = [row.code for row in await desk.all(AuditEntry, AuditEntry.id)]
    assert audited.count("refund_transferred") == 1
    await desk.agree()


@pytest.mark.parametrize(
    ("way", "by"), [(ReturnWay.BANK_TRANSFER, PaidBy.TRANSFER), (ReturnWay.CREDIT, PaidBy.CREDIT)]
)
async def test_a_document_says_how_it_went_back(desk: OwingDesk, way: ReturnWay, by: PaidBy) -> None:
    await desk.give(way=way)
    documents = DocumentDesk(desk)
    *_, failed, given = await documents.issued()
    assert (failed.told.outstanding.minor, given.told.outstanding.minor) == (-200, 0)
    assert [(one.by, one.amount.minor) for one in given.told.payments] == [(by, -200)]
    await documents.equals_the_ledger()


@pytest.mark.parametrize("way", ReturnWay)
async def test_no_later_step_pays_it_again(desk: OwingDesk, way: ReturnWay) -> None:
    await desk.give(way=way)
    assert await desk.follow_up() == []
    await desk.in_dashboard(100)
    await desk.told()
    await desk.follow_up()
    assert await desk.bill() == (295, 495, 0)
    await desk.corrected(6_000)
    await desk.follow_up()
    assert await desk.bill() == (57, 257, 0)  # 3.57 less 3.00, beside the 2.00 that went another way
    await desk.corrected(10_000)
    await desk.follow_up()
    assert await desk.bill() == (295, 495, 0)
    await desk.give_back(key="all the rest")
    await desk.follow_up()
    assert await desk.bill() == (0, 200, 0)
    await desk.agree()


async def test_as_a_credit_it_pays_the_next_bill_and_stays_the_drivers(desk: OwingDesk) -> None:
    given = await desk.give(way=ReturnWay.CREDIT, reference="mail of 12 December")
    (credit,) = await desk.all(Credit, Credit.id)
    assert isinstance(given, Return)
    assert (given.credit_id, credit.granted_minor, credit.origin) == (credit.id, 200, CreditOrigin.RETURNED)
    assert (credit.reservation_code, credit.expires_at) == (CODE, None)
    assert (await desk.ledger())["driver_credit"] == -200
    await desk.corrected(6_000)
    await desk.follow_up()  # takes none of it back, and spends none of it
    await desk.agree()
    await desk.authorise(code=OTHER)
    await desk.charged(10_000, code=OTHER, transaction="other")
    receipt = await desk.settle(code=OTHER)
    assert (receipt.payments.captured.minor, receipt.credit_spent.minor) == (395, 200)
    (credit,) = await desk.all(Credit, Credit.id)
    assert (credit.granted_minor, credit.spent_minor) == (200, 200)
    await desk.agree()


async def test_as_a_credit_it_pays_at_once_what_the_driver_owes_elsewhere(desk: OwingDesk) -> None:
    owing = DebtDesk(desk)
    await desk.charged(10_000, code=OTHER, transaction="other")
    await desk.settle(code=OTHER, terms=NO_DEPOSIT, payment_method=BROKE)
    before = await owing.looks(OTHER)
    for _ in range(2):
        await desk.give(way=ReturnWay.CREDIT)
    assert await owing.looks(OTHER) == before + 1
    standing = await owing.debts.collect_debt(CollectDebt(code=OTHER, now=NOW))
    assert (standing.state, standing.outstanding) == ("open", Money(395, "EUR"))


async def test_no_more_than_is_owed_is_given_and_a_reference_is_used_once(desk: OwingDesk) -> None:
    with pytest.raises(MoreThanOwed):
        await desk.give(201)
    await desk.give(150)
    for minor, way in ((100, ReturnWay.BANK_TRANSFER), (None, ReturnWay.CREDIT)):
        with pytest.raises(ReturnBookedOtherwise):
            await desk.give(minor, way=way)
    await desk.give(reference="T-2")
    with pytest.raises(MoreThanOwed):
        await desk.give(reference="T-3")
    assert [row.amount_minor for row in await desk.all(Return, Return.id)] == [150, 50]
    with pytest.raises(IntegrityError):
        async with desk.sessions.begin() as session:
            await session.execute(delete(Return))


async def test_beyond_the_limit_a_second_person_decides(desk: OwingDesk) -> None:
    desk.limits = Authority(alone={Role.MANAGER: {"EUR": 150}, Role.FINANCE: {"EUR": 500}})
    await desk.give(100)
    waits = await desk.give(reference="T-2")
    assert isinstance(waits, MoneyRequest)
    assert (waits.amount_minor, await desk.owed()) == (100, 100)
    again = await desk.give(reference="T-2")
    assert isinstance(again, MoneyRequest)
    assert again.id == waits.id
    await desk.requests.approve(FINN, waits.id, "yes")
    given = await desk.give(reference="T-2")
    assert isinstance(given, Return)
    assert (given.request_id, given.decided_by, await desk.owed()) == (waits.id, "olga", 0)
    await desk.agree()


async def test_what_waits_is_the_same_sum_and_what_was_refused_may_be_asked_again(desk: OwingDesk) -> None:
    desk.limits = Authority(alone={Role.MANAGER: {"EUR": 50}, Role.FINANCE: {"EUR": 500}})
    waits = await desk.give(100)
    with pytest.raises(ReturnBookedOtherwise):
        await desk.give(150)
    assert isinstance(waits, MoneyRequest)
    await desk.requests.refuse(FINN, waits.id, "which account?")
    again = await desk.give(150)
    assert isinstance(again, MoneyRequest)
    assert (again.amount_minor, again.state) == (150, "waiting")
    await desk.requests.approve(FINN, again.id, "yes")
    assert (await desk.owed(), await desk.bill()) == (50, (395, 595, -50))


async def test_what_was_given_is_answered_again_whatever_its_money_does_since(desk: OwingDesk) -> None:
    given = await desk.give(100)
    await desk.disputed()
    again = await desk.give(100)
    assert isinstance(given, Return)
    assert isinstance(again, Return)
    assert again.id == given.id
    with pytest.raises(RefundDisputed):
        await desk.give(100, reference="T-2")


async def test_what_is_not_settled_or_with_the_bank_waits(desk: OwingDesk) -> None:
    order = ReturnOrder(way=ReturnWay.CREDIT, reference="x", minor=None, reason="y")
    with pytest.raises(NotSettled):
        await desk.returns.give(OLGA, OTHER, order)
    await desk.disputed()
    with pytest.raises(RefundDisputed):
        await desk.give()
