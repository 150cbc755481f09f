"""Refunds after the settlement: by line, amount and whole; kept by whatever comes later; never more than was taken."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from activities.money.dashboard_refunds import DashboardRefunds
from activities.money.refund_decisions import (
    AmountNotMovable,
    LineNotRefundable,
    NotSettled,
    RefundTooLarge,
)
from api.desk.money_requests import MoneyRequests
from api.desk.principal import Principal
from api.desk.refunds import Decision, RefundOrder, Refunds, carry_out_refund
from api.desk.refusals import KeyReused
from db.tables import AuditEntry, Notification, Settlement
from domain.money.authority import Authority, RequestKind, Role
from domain.money.lines import LineKind
from domain.money.refunds import RefundCause
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, VISA, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_follow_ups import Desk as FollowedUp

OLGA = Principal(subject="olga", scopes=frozenset({"operator"}), role=Role.MANAGER)
FINN = replace(OLGA, subject="finn", role=Role.FINANCE)
SUPPORT = replace(OLGA, subject="sam", role=Role.SUPPORT)


class Desk(FollowedUp):
    """With refunds, and a reservation that was settled at 5.95 for 10 kWh and closed."""

    limits = Authority()
    cause = RefundCause.NOT_WORKING

    @property
    def refunds(self) -> Refunds:
        return Refunds(self.sessions, self.limits, lambda: datetime.now(UTC))

    @property
    def requests(self) -> MoneyRequests:
        effects = {RequestKind.REFUND: carry_out_refund}
        return MoneyRequests(self.sessions, self.limits, effects, lambda: datetime.now(UTC))

    async def settled(self, wh: int = 10_000) -> None:
        await self.authorise()
        await self.charged(wh)
        await self.settle()
        await self.close()

    async def give_back(
        self, minor: int | None = None, position: int | None = None, *, key: str = "k", by: Principal = OLGA
    ) -> Decision:
        order = RefundOrder(minor=minor, position=position, cause=self.cause, reason="hot cable")
        return await self.refunds.order(by, CODE, order, key)

    async def in_dashboard(self, minor: int | None = None) -> None:
        """Somebody gives money back at the provider."""
        (row,) = [row for row in (await self.rows()).values() if row.captured_minor]
        assert row.payment_intent_id is not None
        await self.api.refund_by_hand(row.payment_intent_id, minor)

    async def told(self) -> None:
        """What the provider tells of it arrives."""
        refunds = DashboardRefunds(self.sessions, self.stripe)
        await refunds.look(CODE, datetime.now(UTC))

    async def steps(self) -> list[str]:
        return [row.step for row in await self.all(Settlement, Settlement.id)]

    async def agree(self) -> None:
        check = await self.check()
        assert check.agrees, check


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as desk:
        yield Desk(desk.sessions, desk.api, desk.stripe, desk.connector)


@pytest.mark.parametrize("cause", [RefundCause.BILLING_ERROR, RefundCause.WAIVED])
async def test_an_amount_goes_back_to_the_card_and_is_told(desk: Desk, cause: RefundCause) -> None:
    await desk.settled()
    desk.cause = cause
    decision = await desk.give_back(200)
    assert decision.refund is not None
    assert (decision.refund.number, decision.settled) == (1, False)
    assert await desk.follow_up() == [CODE]
    assert (await desk.paid(), await desk.steps()) == (395, ["settle", "refund-1"])
    (notice,) = await desk.all(Notification, Notification.at)
    assert (notice.template, notice.parameters["given_back"]["minor"]) == ("refunded", 200)
    assert [row.code for row in await desk.all(AuditEntry, AuditEntry.id)] == [
        "refund_decided",
        "refund_settled",
    ]
    (shown,) = await desk.refunds.page(OLGA, CODE)
    assert shown.settled
    await desk.agree()
    assert await desk.follow_up() == []


async def test_a_line_goes_back_with_its_tax_and_the_ledger_says_so(desk: Desk) -> None:
    await desk.settled()
    await desk.give_back(position=2)
    await desk.follow_up()
    assert await desk.paid() == 0
    ledger = await desk.ledger()
    assert ledger["revenue:energy"] == -ledger["revenue:goodwill"] == -500
    assert "tax_payable" not in ledger
    await desk.agree()


async def test_what_was_given_back_is_kept_by_what_chargers_tell_later(desk: Desk) -> None:
    await desk.settled()
    await desk.give_back(100)
    await desk.follow_up()
    await desk.corrected(6_000)
    await desk.follow_up()
    assert await desk.paid() == 257  # 3.57 less 1.00
    await desk.corrected(10_000)
    await desk.follow_up()
    assert await desk.paid() == 495
    assert await desk.steps() == ["settle", "refund-1", "follow-up-1", "follow-up-2"]
    await desk.agree()


async def test_what_cannot_be_given_back_is_refused_and_changes_nothing(desk: Desk) -> None:
    with pytest.raises(NotSettled):
        await desk.give_back(100)
    await desk.settled()
    for minor, position, refusal in (
        (596, None, RefundTooLarge),
        (596, 2, RefundTooLarge),
        (None, 3, LineNotRefundable),
        (None, 9, LineNotRefundable),
    ):
        with pytest.raises(refusal):
            await desk.give_back(minor, position)
    await desk.give_back()
    for minor in (1, None):
        with pytest.raises(RefundTooLarge):
            await desk.give_back(minor, key="again")
    with pytest.raises(KeyReused):
        await desk.give_back(5)
    await desk.follow_up()
    assert (await desk.paid(), await desk.steps()) == (0, ["settle", "refund-1"])


async def test_the_same_key_gives_back_once_also_at_once(desk: Desk) -> None:
    await desk.settled()
    answers = await asyncio.gather(*(desk.give_back(100) for _ in range(5)))
    assert {answer.refund.number for answer in answers if answer.refund} == {1}
    await desk.follow_up()
    assert await desk.paid() == 495


async def test_beyond_the_limit_a_second_person_decides_and_small_ones_add_up(desk: Desk) -> None:
    desk.limits = Authority(alone={Role.SUPPORT: {"EUR": 150}, Role.MANAGER: {"EUR": 100_00}})
    await desk.settled()
    assert (await desk.give_back(100, by=SUPPORT)).refund is not None
    asked = await desk.give_back(100, key="second", by=SUPPORT)
    assert asked.request is not None
    assert asked.refund is None
    again = await desk.give_back(100, key="second", by=SUPPORT)
    assert again.request is not None
    assert again.request.id == asked.request.id
    await desk.follow_up()
    assert await desk.paid() == 495
    for _ in range(2):
        await desk.requests.approve(FINN, asked.request.id, "fair")
    await desk.follow_up()
    assert await desk.paid() == 395
    assert [row.refund.request_id for row in await desk.refunds.page(OLGA, CODE) if row.refund] == [
        None,
        asked.request.id,
    ]
    await desk.agree()


async def test_a_refund_that_the_provider_fails_is_made_by_the_next_run_once(desk: Desk) -> None:
    await desk.settled()
    await desk.give_back(200)
    await desk.api.fail_next(FaultKind.CUT, path="/v1/refunds")
    with pytest.raises(AssertionError):
        await desk.follow_up()
    await desk.follow_up()
    assert await desk.paid() == 395
    await desk.agree()


async def test_what_was_decided_stands(desk: Desk) -> None:
    await desk.settled()
    await desk.give_back(200)
    for change in ("UPDATE adjustments SET amount_minor = 1", "DELETE FROM adjustments"):
        with pytest.raises(IntegrityError, match="another adjustment"):
            async with desk.sessions.begin() as session:
                await session.execute(text(change))


async def test_a_refund_of_the_dashboard_is_on_the_bill_and_never_taken_again(desk: Desk) -> None:
    await desk.settled()
    await desk.in_dashboard(200)
    await desk.told()
    await desk.told()
    assert await desk.follow_up() == [CODE]
    assert (await desk.paid(), await desk.steps()) == (395, ["settle", "refund-1"])
    await desk.agree()
    (shown,) = [one.refund for one in await desk.refunds.page(OLGA, CODE) if one.refund]
    assert (shown.source, shown.amount_minor) == ("dashboard", 200)
    assert shown.provider_object.startswith("re_")
    with pytest.raises(RefundTooLarge):
        await desk.give_back(396)
    await desk.corrected(9_000)
    await desk.follow_up()
    assert await desk.paid() == 336  # 5.36 less 2.00
    await desk.agree()


@pytest.mark.parametrize("begun", [False, True])
async def test_a_refund_of_the_dashboard_is_booked_although_a_bank_has_the_other_payment(
    desk: Desk, begun: bool
) -> None:
    """`begun`: there is a settlement that could not be finished before."""
    await desk.authorise()
    await desk.charged(40_000)
    await desk.settle(payment_method=VISA)
    await desk.close()
    if begun:
        await desk.corrected(30_000)
        await desk.api.fail_next(FaultKind.STATUS, path="/v1/refunds")
        with contextlib.suppress(AssertionError):
            await desk.follow_up()
    provider = ProviderSays(desk)
    first, second = (row.payment_intent_id for row in (await desk.rows()).values())
    assert first is not None
    assert second is not None
    dispute = (await desk.api.dispute(first))["id"]
    await provider.hear(of=dispute)
    await desk.api.refund_by_hand(second, 200)
    await desk.told()
    await desk.follow_up()
    await desk.agree()
    await desk.api.decide_dispute(dispute, won=True)
    await provider.hear(of=dispute)
    await desk.follow_up()
    # Of what the bill fell by 2.00 have gone back already.
    assert await desk.paid() == (1785 if begun else 2380 - 200)
    await desk.agree()


async def test_a_refund_of_the_dashboard_that_nobody_told_of_is_found_before_anything_is_taken(
    desk: Desk,
) -> None:
    await desk.settled(9_000)
    await desk.in_dashboard(200)
    await desk.corrected(10_000)
    await desk.follow_up()
    assert await desk.paid() == 395
    await desk.agree()


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_refunds_and_late_readings_keeps_books_and_provider_equal(
    desk: Desk, seed: int
) -> None:
    chance = random.Random(seed)
    await desk.settled()
    for number in range(7):
        match chance.choice(["amount", "dashboard", "line", "corrected", "settle"]):
            case "amount":
                await _tried(desk, f"{number}", minor=chance.randint(1, 300))
            case "dashboard" if await desk.paid() > 50:
                await desk.in_dashboard(50)
                if chance.random() < 0.5:
                    await desk.told()
            case "line":
                await _tried(desk, f"{number}", position=1)
            case "corrected":
                await desk.corrected(chance.choice([0, 3_000, 6_000, 10_000]))
            case _:
                await desk.follow_up()
        totals = await desk.totals()
        assert 0 <= totals["refunded"] <= totals["captured"]
    await desk.told()
    await desk.follow_up()
    await desk.agree()
    bill = (await desk.all(Settlement, Settlement.id))[-1]
    assert await desk.paid() == bill.charge_minor


async def _tried(desk: Desk, key: str, *, minor: int | None = None, position: int | None = None) -> None:
    with contextlib.suppress(RefundTooLarge, LineNotRefundable):
        await desk.give_back(minor, position, key=key)


async def test_the_bill_shows_what_was_given_back(desk: Desk) -> None:
    await desk.settled()
    await desk.give_back(119)
    await desk.follow_up()
    receipt = await desk.settle(step="refund-1")
    (line,) = (line for line in receipt.bill.lines if line.kind is LineKind.GOODWILL)
    assert line.amount.minor == -100
    assert receipt.payments.refunded.minor == 119
    assert AmountNotMovable.code == "refund_amount_invalid"
