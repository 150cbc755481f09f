"""What a driver has on account pays what they owe: once, before a card is tried, and never beside its money."""

from collections.abc import AsyncIterator

import pytest

from activities.money.credit_grants import Grant, grant
from activities.money.debt_write_off import write_off
from domain.money.amount import Money
from tests.activities.money.credit_desk import (
    compensated,
    corrected,
    credits_are_in_the_books,
    credits_of,
    spent_by,
)
from tests.activities.money.debt_desk import DAY, NO_DEPOSIT, DebtDesk
from tests.activities.money.money_desk import CODE, NOW, money_desk
from tests.factories import make_policy, make_terms

NOTHING = Money(0, "EUR")


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[DebtDesk]:
    async with money_desk(database_url) as money:
        yield DebtDesk(money)


async def granted(desk: DebtDesk, cents: int, key: str = "grant:1", reservation: str = "") -> None:
    ask = Grant(
        driver_id="driver-1",
        amount=Money(cents, "EUR"),
        reason="sorry",
        by="olga",
        key=key,
        reservation=reservation,
    )
    async with desk.money.sessions.begin() as session:
        await grant(session, ask, NOW)


async def test_a_credit_that_is_granted_pays_an_older_debt_and_its_driver_is_told(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    before = await desk.looks()
    await granted(desk, 3000)
    await granted(desk, 3000)
    assert await desk.looks() == before + 1
    for _ in range(2):
        standing = await desk.collect(DAY / 2)
        assert (standing.state, standing.outstanding, standing.attempts) == ("paid", NOTHING, 0)
    assert await credits_of(desk.money) == {"grant:1": (3000, 2380, 0)}
    assert "driver_receivable" not in {k for k, v in (await desk.money.ledger()).items() if v}
    assert sorted(await desk.told()) == ["credit_granted", "debt_opened", "debt_paid_by_credit"]
    await credits_are_in_the_books(desk.money)


async def test_what_it_does_not_pay_is_taken_from_the_card_when_that_is_due(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.new_card()
    await granted(desk, 1000)
    standing = await desk.collect(DAY)
    assert (standing.state, standing.attempts) == ("paid", 1)
    assert (await desk.money.totals())["captured"] == 1380
    assert await spent_by(desk.money, CODE) == 1000
    receipt = await desk.money.settle(terms=NO_DEPOSIT)  # the same step again tells what has become of it
    assert (receipt.credit_spent.minor, receipt.outstanding.minor) == (1000, 0)
    await credits_are_in_the_books(desk.money)


async def test_it_leaves_as_much_as_a_card_can_be_charged(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await granted(desk, 2370)
    standing = await desk.collect(DAY / 2)
    assert (standing.state, standing.outstanding) == ("open", Money(50, "EUR"))
    assert (standing.waits_for, standing.next_at) == ("attempt", NOW + DAY)


async def test_what_no_card_can_be_charged_is_paid_too(desk: DebtDesk) -> None:
    free = make_terms(policy=make_policy(deposit=Money(0, "EUR"), reservation_fee=Money(0, "EUR")))
    await desk.money.charged(500)
    assert (await desk.money.settle(terms=free)).outstanding.minor == 30
    await granted(desk, 20)
    assert (await desk.collect(DAY)).outstanding == Money(10, "EUR")
    await granted(desk, 10, key="grant:2")
    assert (await desk.collect(DAY)).state == "paid"


async def test_a_compensation_pays_what_is_owed_for_another_reservation_and_not_for_its_own(
    desk: DebtDesk,
) -> None:
    await desk.settled_without_paying()
    await granted(desk, 500, key="own", reservation=CODE)
    assert (await desk.collect(DAY / 2)).outstanding == Money(2380, "EUR")
    before = await desk.looks()
    await compensated(desk.money, "ANOTHER-1", 700)
    assert await desk.looks() == before + 1
    assert (await desk.collect(DAY / 2)).outstanding == Money(1680, "EUR")
    await credits_are_in_the_books(desk.money)


async def test_who_pays_the_link_for_the_whole_meanwhile_gets_back_what_was_too_much(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    asked = await desk.link()
    await granted(desk, 1000)
    await desk.collect(DAY / 4)
    await desk.paid_by_hand(asked)
    assert (await desk.collect(DAY / 2)).state == "paid"
    totals = await desk.money.totals()
    assert totals["captured"] - totals["refunded"] == 1380
    assert await spent_by(desk.money, CODE) == 1000
    await credits_are_in_the_books(desk.money)


async def test_who_has_paid_by_then_keeps_the_credit(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    asked = await desk.link()
    await desk.paid_by_hand(asked)
    await granted(desk, 1000)
    assert (await desk.collect(DAY / 2)).state == "paid"
    assert await credits_of(desk.money) == {"grant:1": (1000, 0, 0)}
    assert (await desk.money.totals())["captured"] == 2380


async def test_a_bill_that_falls_later_gives_the_credit_back_which_pays_the_next_debt(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await granted(desk, 2380)
    assert (await desk.collect(DAY / 2)).state == "paid"
    await corrected(desk.money, 10_000)
    await desk.money.settle(step="settle-2", terms=NO_DEPOSIT)
    left = 2380 - await spent_by(desk.money, CODE)
    assert left > 0
    assert await credits_of(desk.money) == {"grant:1": (2380, 2380 - left, 0)}
    assert (await desk.debt()).outstanding_minor == 0
    await credits_are_in_the_books(desk.money)


async def test_what_was_written_off_is_not_paid_by_credits(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    async with desk.money.sessions.begin() as session:
        await write_off(session, CODE, by="olga", reason="goodwill", now=NOW)
    await granted(desk, 3000)
    assert (await desk.collect(DAY)).state == "written_off"
    assert await credits_of(desk.money) == {"grant:1": (3000, 0, 0)}
