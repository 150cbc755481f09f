"""Links to pay a debt by: whoever pays by one pays that debt, once."""

from collections.abc import AsyncIterator

import pytest

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
