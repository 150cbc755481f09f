"""K8.4: a dispute opens a case, and its money is in the ledger as at the provider, in whatever order it is told."""

import itertools
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from activities.money.payment_intents import IntentState, NewIntent
from db.queries.disputes import DisputeFilter, dispute_of, page
from db.tables import Dispute, LedgerEntry, LedgerTransaction
from domain.money.amount import Money
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, VISA, MoneyDesk, money_desk
from tests.activities.money.provider_says import ProviderSays

PAID, FEE = 2380, 2000
WITHDRAWN = {"disputed": PAID, "dispute_fees": FEE, "stripe_clearing": -PAID - FEE}
LOST = {"dispute_losses": PAID, "dispute_fees": FEE, "stripe_clearing": -PAID - FEE}


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as money:
        yield money


@pytest.fixture
def provider(desk: MoneyDesk) -> ProviderSays:
    return ProviderSays(desk)


async def paid(desk: MoneyDesk) -> str:
    """23.80 EUR of `CODE`; the intent."""
    await desk.charged(40_000)
    await desk.settle(payment_method=VISA)
    (row,) = [row for row in (await desk.rows()).values() if row.captured_minor == PAID]
    assert row.payment_intent_id is not None
    return row.payment_intent_id


async def case(desk: MoneyDesk, dispute: str) -> Dispute:
    async with desk.sessions() as session:
        found = await dispute_of(session, dispute)
    assert found is not None
    return found


async def at_the_provider(desk: MoneyDesk, dispute: str) -> int:
    """What it has done to the balance there."""
    moved: list[dict[str, Any]] = (await desk.api.dump())["balance_transactions"]
    return sum(one["net"] for one in moved if one["source"] == dispute)


async def postings(desk: MoneyDesk) -> list[tuple[str, str, str]]:
    async with desk.sessions() as session:
        rows = await session.execute(
            select(LedgerTransaction.key, LedgerTransaction.reservation_code, LedgerTransaction.code)
            .where(LedgerTransaction.code == "dispute_moved")
            .order_by(LedgerTransaction.id)
        )
        return [(key, code, fact) for key, code, fact in rows]


async def test_k8_4_a_dispute_opens_a_case_and_moves_the_money(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    opened = await desk.api.dispute(await paid(desk), reason="product_not_received", days=7)
    dispute = opened["id"]
    before = await desk.ledger()
    assert await provider.hear(of=dispute) == ["booked", "noted"]

    found = await case(desk, dispute)
    assert (found.reservation_code, found.driver_id, found.state) == (CODE, "driver-1", "open")
    assert (found.amount_minor, found.taken_minor, found.fee_minor) == (PAID, PAID, FEE)
    assert (found.reason, found.status) == ("product_not_received", "needs_response")
    assert found.due_by is not None
    assert (found.due_by - found.opened_at).days == 7
    assert await provider.books(dispute) == WITHDRAWN
    assert await at_the_provider(desk, dispute) == -PAID - FEE
    assert await postings(desk) == [(f"{dispute}:movement-1", CODE, "dispute_moved")]
    # The reservation's own books are left alone: it was paid.
    assert await desk.ledger() == before
    assert (await desk.check()).agrees


@pytest.mark.parametrize(
    ("won", "state", "books"), [(True, "won", {}), (False, "lost", LOST)], ids=["won", "lost"]
)
async def test_what_the_bank_decides_ends_it(
    desk: MoneyDesk, provider: ProviderSays, won: bool, state: str, books: dict[str, int]
) -> None:
    dispute = (await desk.api.dispute(await paid(desk)))["id"]
    await provider.hear(of=dispute)
    await desk.api.decide_dispute(dispute, won=won)
    await provider.hear(of=dispute)
    found = await case(desk, dispute)
    assert (found.state, found.closed_at is not None) == (state, True)
    assert await provider.books(dispute) == books
    assert books.get("stripe_clearing", 0) == await at_the_provider(desk, dispute)
    assert await provider.hear(of=dispute) == await provider.deliver()


async def test_what_a_bank_only_asks_about_takes_nothing(desk: MoneyDesk, provider: ProviderSays) -> None:
    dispute = (await desk.api.dispute(await paid(desk), inquiry=True))["id"]
    await provider.hear(of=dispute)
    assert ((await case(desk, dispute)).state, await provider.books(dispute)) == ("open", {})
    await desk.api.decide_dispute(dispute, won=False)
    await provider.hear(of=dispute)
    assert ((await case(desk, dispute)).state, await postings(desk)) == ("ended", [])


@pytest.mark.parametrize(("won", "account"), [(True, ""), (False, "dispute_losses")])
@pytest.mark.parametrize("amount", [Money(2_000, "ISK"), Money(12_350, "KWD"), Money(500, "JPY")], ids=str)
async def test_a_balance_of_another_currency_says_what_it_came_to_and_the_books_what_was_disputed(
    desk: MoneyDesk, provider: ProviderSays, amount: Money, won: bool, account: str
) -> None:
    """The balance is in EUR, and the rate of the day moves it; the fee is kept in EUR."""
    new = NewIntent(code=CODE, step="by-hand", amount=amount, capture=True, payment_method=VISA)
    intent = await desk.stripe.create_intent(new, key="by-hand")
    assert isinstance(intent, IntentState)
    dispute = (await desk.api.dispute(intent.id))["id"]
    await provider.hear(of=dispute)
    found = await case(desk, dispute)
    assert (Money(found.amount_minor, found.currency), found.taken_minor) == (amount, amount.minor)
    assert (found.fee_minor, found.fee_currency) == (FEE, "EUR")
    taken = {"disputed": amount.minor, "stripe_clearing": -amount.minor}
    assert await provider.books(dispute, amount.currency) == taken
    assert await provider.books(dispute) == {"dispute_fees": FEE, "stripe_clearing": -FEE}
    await desk.api.decide_dispute(dispute, won=won)
    await provider.hear(of=dispute)
    lost = {account: amount.minor, "stripe_clearing": -amount.minor} if account else {}
    assert await provider.books(dispute, amount.currency) == lost
    assert await provider.books(dispute) == ({} if won else {"dispute_fees": FEE, "stripe_clearing": -FEE})
    assert (await case(desk, dispute)).taken_minor == (0 if won else amount.minor)
    assert await provider.hear(of=dispute) == await provider.deliver()


async def test_a_later_settlement_leaves_what_is_disputed_alone(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    dispute = (await desk.api.dispute(await paid(desk)))["id"]
    await provider.hear(of=dispute)
    before = await desk.ledger()
    receipt = await desk.settle(step="settle-2", payment_method=VISA)
    assert (receipt.outstanding, await desk.ledger()) == (Money(0, "EUR"), before)
    assert await provider.books(dispute) == WITHDRAWN


async def test_a_dispute_of_a_payment_that_is_not_ours_is_kept_for_an_operator(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    new = NewIntent(
        code="7F3K-2QVM-0000", step="settle", amount=Money(PAID, "EUR"), capture=True, payment_method=VISA
    )
    intent = await desk.stripe.create_intent(new, key="somebody-else")
    assert isinstance(intent, IntentState)
    dispute = (await desk.api.dispute(intent.id))["id"]
    await provider.hear(of=dispute)
    async with desk.sessions() as session:
        (found,) = await page(session, DisputeFilter(reservation_code=""), None, 10)
    assert (found.dispute_id, found.driver_id) == (dispute, None)
    assert await provider.books(dispute) == WITHDRAWN
    assert await postings(desk) == [(f"{dispute}:movement-1", "", "dispute_moved")]


async def test_an_event_of_what_the_provider_does_not_know_is_noted_and_holds_up_nothing(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    dispute = (await desk.api.dispute(await paid(desk)))["id"]
    events = await provider.events(of=dispute)
    foreign = {**events[0], "id": "evt_foreign", "data": {"object": {"id": "du_foreign"}}}
    nameless = {**events[0], "id": "evt_nameless", "data": {"object": {"id": 7}}}
    await provider.take([foreign, nameless, *events])
    assert await provider.deliver() == ["unknown", "booked", "noted"]


async def test_nothing_is_lost_while_the_provider_does_not_answer(
    desk: MoneyDesk, provider: ProviderSays
) -> None:
    dispute = (await desk.api.dispute(await paid(desk)))["id"]
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/disputes/*", method="GET")
    assert await provider.hear(of=dispute) == ["", ""]
    assert await provider.deliver() == ["booked", "noted"]


DEEDS = ("stage", "win", "lose", "hear", "hear")


@pytest.mark.parametrize("seed", range(12))
async def test_in_whatever_order_and_however_often_it_is_told_the_books_are_the_providers(
    desk: MoneyDesk, provider: ProviderSays, seed: int
) -> None:
    """Two disputes, of which events are lost, doubled, late and in any order; one comes after the last deed."""
    chance = random.Random(seed)
    new = NewIntent(code=CODE, step="by-hand", amount=Money(PAID, "EUR"), capture=True, payment_method=VISA)
    other = await desk.stripe.create_intent(new, key="by-hand")
    assert isinstance(other, IntentState)
    disputes = [(await desk.api.dispute(intent))["id"] for intent in (await paid(desk), other.id)]
    for deed in chance.sample(DEEDS * 2, 8):
        dispute = chance.choice(disputes)
        match deed:
            case "stage" if (await desk.stripe.disputes.retrieve(dispute)).waits:
                await desk.stripe.disputes.stage(dispute, {"service_date": "today"}, key=f"{dispute}:stage")
            case "win" | "lose" if (await desk.stripe.disputes.retrieve(dispute)).waits:
                await desk.api.decide_dispute(dispute, won=deed == "win")
            case "hear":
                said = list(itertools.chain(*[await provider.events(of=one) for one in disputes]))
                await provider.take(chance.sample(said, chance.randint(0, len(said))))
                await provider.deliver()
    for dispute in disputes:
        last = (await provider.events(of=dispute))[-1]
        await provider.take([{**last, "id": f"{last['id']}_again"}, last])
    await provider.deliver()
    for dispute in disputes:
        state = await desk.stripe.disputes.retrieve(dispute)
        found = await case(desk, dispute)
        assert (found.status, found.state) == (state.status, state.case)
        books = await provider.books(dispute)
        assert books.get("stripe_clearing", 0) == await at_the_provider(desk, dispute)
        assert books.get("disputed", 0) == (PAID if state.case == "open" else 0)
        assert books.get("dispute_losses", 0) == (PAID if state.case == "lost" else 0)
    async with desk.sessions() as session:
        assert await session.scalar(select(func.sum(LedgerEntry.amount_minor))) == 0
