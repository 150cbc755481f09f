"""Payouts in the ledger: what the provider has for us then is what its balance says, whatever came back."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from db.tables import LedgerEntry
from domain.money.accounts import CLEARING, EXCHANGE
from domain.money.lines import LineKind
from tests.activities.money.life_chances import terms_in
from tests.activities.money.money_desk import VISA, MoneyDesk, money_desk
from tests.activities.money.provider_says import ProviderSays

FEE = 61
"""1.5 % of 23.80 EUR, and 0.25."""
DAYS_3 = 3 * 24 * 3600
DISPUTED = "7F3K-2QVM-0002"


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as money:
        await money.charged(40_000)
        await money.settle(payment_method=VISA)
        await money.api.let_pass(DAYS_3)
        yield money


@pytest.fixture
def provider(desk: MoneyDesk) -> ProviderSays:
    return ProviderSays(desk)


async def clearing(desk: MoneyDesk, currency: str = "EUR", account: str = CLEARING) -> int:
    async with desk.sessions() as session:
        mine = (LedgerEntry.account == account) & (LedgerEntry.currency == currency)
        return int(await session.scalar(select(func.sum(LedgerEntry.amount_minor)).where(mine)) or 0)


async def balance(desk: MoneyDesk) -> int:
    async with httpx.AsyncClient(base_url=desk.api.base_url, auth=(desk.api.api_key, "")) as http:
        said: dict[str, Any] = (await http.get("/v1/balance")).json()
    return sum(part["amount"] for kind in ("available", "pending") for part in said[kind])


async def moved(desk: MoneyDesk) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=desk.api.base_url, auth=(desk.api.api_key, "")) as http:
        said: dict[str, Any] = (await http.get("/v1/balance_transactions?limit=100")).json()
    return list(said["data"])


async def test_what_is_paid_out_leaves_the_provider_with_the_fees_that_it_kept(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    payout = await desk.api.pay_out("eur")
    assert (payout["amount"], await provider.hear(of=payout["id"])) == (2380 - FEE, [])
    await desk.api.let_pass(DAYS_3)
    assert await provider.hear(of=payout["id"]) == ["booked"]
    books = {"bank": 2380 - FEE, "provider_fees": FEE, "stripe_clearing": -2380}
    assert await provider.books(payout["id"]) == books
    assert (await clearing(desk), await balance(desk)) == (0, 0)
    assert (await desk.check()).agrees


@pytest.mark.parametrize("late", [False, True], ids=["in order", "paid told last"])
async def test_one_that_our_bank_sends_back_is_at_the_provider_again(
    desk: MoneyDesk, provider: ProviderSays, late: bool
) -> None:
    payout = (await desk.api.pay_out("eur"))["id"]
    await desk.api.let_pass(DAYS_3)
    if not late:
        await provider.hear(of=payout)
    await desk.api.fail_payout(payout)
    events = await provider.events(of=payout)
    await provider.take(events[::-1] if late else events)
    await provider.deliver()
    assert await provider.books(payout) == {"provider_fees": FEE, "stripe_clearing": -FEE}
    assert await clearing(desk) == await balance(desk) == 2380 - FEE


async def test_of_one_made_by_hand_nobody_knows_what_it_was_made_of(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    payout = (await desk.api.pay_out("eur", 1000))["id"]
    await desk.api.let_pass(DAYS_3)
    await provider.hear(of=payout)
    assert await provider.books(payout) == {"bank": 1000, "stripe_clearing": -1000}


async def test_the_fee_of_a_dispute_is_booked_once_though_it_is_paid_out(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    (row,) = [row for row in (await desk.rows()).values() if row.captured_minor]
    assert row.payment_intent_id
    dispute = (await desk.api.dispute(row.payment_intent_id))["id"]
    await desk.api.decide_dispute(dispute, won=True)
    await desk.api.let_pass(DAYS_3)
    payout = (await desk.api.pay_out("eur"))["id"]
    await desk.api.let_pass(DAYS_3)
    await provider.hear(of=dispute)
    await provider.hear(of=payout)
    assert (await provider.books(payout))["provider_fees"] == FEE
    assert await clearing(desk) == await balance(desk)


@pytest.mark.parametrize("currency", ["ISK", "KWD", "JPY"])
async def test_what_was_changed_into_our_currency_is_with_the_provider_no_more(
    desk: MoneyDesk, provider: ProviderSays, currency: str
) -> None:
    """A payment of which the rates have eaten something as part of it went back, and one that a bank has."""
    in_it, lowered = terms_in(currency, deposit=0), "7F3K-2QVM-0001"
    for code in (lowered, DISPUTED):
        await desk.charged(40_000, code=code, transaction=code)
        await desk.settle(code=code, terms=in_it, payment_method=VISA)
    less = await desk.settle(
        code=lowered, step="settle-2", terms=in_it, payment_method=VISA, waived=[LineKind.ENERGY]
    )
    (row,) = [one for one in (await desk.rows(DISPUTED)).values() if one.captured_minor]
    assert row.payment_intent_id
    dispute = (await desk.api.dispute(row.payment_intent_id))["id"]
    await provider.hear(of=dispute)
    assert await clearing(desk, currency) == less.payments.captured.minor
    await desk.api.let_pass(DAYS_3)
    payout = (await desk.api.pay_out("eur"))["id"]
    await desk.api.let_pass(DAYS_3)
    for outcome in ("booked", "noted"):
        await provider.take(
            [{**one, "id": f"{one['id']}:{outcome}"} for one in await provider.events(of=payout)]
        )
        assert (await provider.deliver())[-1] == outcome
    assert (await clearing(desk), await clearing(desk, currency), await balance(desk)) == (0, 0, 0)
    changed = await clearing(desk, currency, EXCHANGE)
    assert changed == less.payments.captured.minor
    worth = sum(one["amount"] for one in await moved(desk) if one["exchange_rate"])
    assert await clearing(desk, "EUR", EXCHANGE) == -worth
