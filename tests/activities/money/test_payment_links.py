"""Links to pay a debt by: whoever pays by one pays that debt, once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.money.amount import Money
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.debt_desk import DAY, NO_DEPOSIT, DebtDesk
from tests.activities.money.money_desk import CODE, NOW, money_desk

ANOTHER = "7F3K-2QVM-X9TB"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[DebtDesk]:
    async with money_desk(database_url) as money:
        yield DebtDesk(money)


@pytest.mark.parametrize("code", [CODE, ANOTHER])
async def test_the_card_of_who_pays_a_debt_is_charged_for_nothing_else(desk: DebtDesk, code: str) -> None:
    """Neither when the bill is raised nor for a later reservation: it may be the fleet's, or a friend's."""
    customer = await desk.customer()
    await desk.settled_without_paying(None)
    await desk.paid_by_hand(await desk.link())
    assert (await desk.collect(DAY / 24)).state == "paid"
    await desk.money.charged(40_000, code=code, transaction="2")
    later = await desk.money.settle(
        code=code, terms=NO_DEPOSIT, customer=customer, step="settle-2", now=NOW + DAY
    )
    assert later.outstanding.minor > 0
    assert (await desk.money.totals())["captured"] == 2380


@pytest.mark.parametrize("kind", [FaultKind.STORED, FaultKind.STORED_AFTER, FaultKind.CUT])
async def test_a_link_that_failed_is_to_be_had_by_asking_again(desk: DebtDesk, kind: FaultKind) -> None:
    """Also where the provider answers the same under the same key for a day."""
    await desk.settled_without_paying()
    await desk.money.api.fail_next(kind, path="/v1/payment_intents")
    asked = await desk.link_in_the_end()
    assert asked.amount == Money(2380, "EUR")
    assert await desk.link() == asked
    await desk.paid_by_hand(asked)
    assert (await desk.collect(DAY / 24)).state == "paid"


async def test_a_deleted_customer_owes_what_they_owe(desk: DebtDesk) -> None:
    """The card went with the customer: it is the driver's turn, who pays as somebody new."""
    await desk.settled_without_paying()
    await desk.new_card()
    await desk.customer_is_deleted()
    standing = await desk.collect(DAY)
    assert (standing.attempts, standing.waits_for) == (1, "driver")
    asked = await desk.link_in_the_end(DAY)
    await desk.paid_by_hand(asked)
    assert (await desk.collect(2 * DAY)).state == "paid"


async def test_who_was_deleted_books_again_as_somebody_new(desk: DebtDesk) -> None:
    await desk.new_card()
    await desk.customer_is_deleted()
    assert (await desk.money.authorise()).status == "declined"
    assert (await desk.money.authorise(code=ANOTHER)).status == "authorised"


async def test_who_asks_for_a_link_every_hour_is_tried_all_the_same(desk: DebtDesk) -> None:
    await desk.settled_without_paying()
    await desk.new_card()
    just_before = DAY - timedelta(minutes=1)
    for hours in (0, 1):
        await desk.link(just_before + timedelta(hours=hours))
        standing = await desk.collect(DAY + timedelta(hours=hours))
    assert (standing.state, standing.attempts) == ("paid", 1)
