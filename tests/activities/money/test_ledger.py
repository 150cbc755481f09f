"""Money adds up, whatever happens to a reservation and whenever a call is lost."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select
from temporalio.exceptions import ApplicationError

from activities.failures import LedgerUnbalanced
from activities.money.ledger import Posting, balances_of, books_of, post
from db.tables import LedgerEntry, LedgerTransaction
from domain.causes import Cause
from domain.facts.ledger import PaymentsVoided
from domain.money.accounts import CLEARING, RECEIVABLE, Stand, taken_of
from domain.money.amount import Money
from domain.reservation.lifecycle import State
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.credit_desk import credits_are_in_the_books
from tests.activities.money.money_desk import CODE, NOW, SLOT, MoneyDesk, cents, money_desk
from tests.api.stage import publish, view_of

Answer = TypeVar("Answer")

OUTCOMES: list[tuple[State, dict[str, Any]]] = [
    (State.SETTLING, {}),
    (State.NO_SHOW, {"no_show_at": SLOT.end, "arrived_at": None}),
    (State.CANCELLED, {"cancelled_at": SLOT.start, "ended_by": Cause.DRIVER}),
    (State.CANCELLED, {"cancelled_at": SLOT.start, "ended_by": Cause.OPERATOR}),
    (State.UNFULFILLED, {"ended_by": Cause.CHARGER_FAULT}),
]
CARDS = ["pm_card_visa", "pm_card_mastercard", "pm_card_visa", "pm_card_chargeDeclined", None]
FAULTS = [FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER]
LIFECYCLES = 8


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def test_a_key_is_posted_once(desk: MoneyDesk) -> None:
    for amount in (500, 700):
        async with desk.sessions.begin() as session:
            await post(session, _posting({"stripe_clearing": amount, "revenue:energy": -amount}))
    assert await desk.ledger() == {"stripe_clearing": 500, "revenue:energy": -500}


async def test_a_posting_moves_only_the_difference(desk: MoneyDesk) -> None:
    for step, target in [("a", {"x": 5, "y": -5}), ("b", {"x": 8, "z": -8}), ("c", {})]:
        async with desk.sessions.begin() as session:
            assert await post(session, _posting(target, key=step))
            assert cents(await balances_of(session, CODE)) == target


async def test_every_entry_says_what_it_stands_for_and_every_transaction_whose_it_is(desk: MoneyDesk) -> None:
    await publish(desk.sessions, view_of(CODE, fleet_id="fleet-1"))
    await desk.charged(10_000)
    deposit = await desk.authorise()
    receipt = await desk.settle()
    async with desk.sessions() as session:
        books = await books_of(session, CODE)
        (transaction,) = await session.scalars(select(LedgerTransaction))
    assert (transaction.step, transaction.driver_id, transaction.fleet_id) == (
        "settle",
        "driver-1",
        "fleet-1",
    )
    assert taken_of(books)[deposit.payment_intent_id or ""] == receipt.payments.captured
    for position, line in enumerate(receipt.bill.lines, 1):
        owed = Stand(account=RECEIVABLE, cause=line.cause, line=line.kind, position=position)
        assert books[owed] == line.amount
    assert (await desk.check()).differing == ()


async def test_money_that_stands_under_another_intent_is_found(desk: MoneyDesk) -> None:
    deposit = await desk.authorise()
    await desk.charged(10_000)
    taken = (await desk.settle()).payments.captured
    async with desk.sessions.begin() as session:
        moved = {Stand(account=CLEARING, provider_object="pi_other"): taken}
        due = {Stand(account=RECEIVABLE, provider_object="pi_other"): -taken}
        kept = {
            stand: amount
            for stand, amount in (await books_of(session, CODE)).items()
            if not stand.provider_object
        }
        await post(session, replace(_posting({}, key="wrong"), target=kept | moved | due))
    check = await desk.check()
    assert check.ledger == check.stripe
    assert set(check.differing) == {"pi_other", deposit.payment_intent_id}
    assert not check.agrees


async def test_what_does_not_balance_is_refused(desk: MoneyDesk) -> None:
    with pytest.raises(LedgerUnbalanced):
        async with desk.sessions.begin() as session:
            await post(session, _posting({"stripe_clearing": 500, "revenue:energy": -499}))
    assert await desk.ledger() == {}


@pytest.mark.parametrize("seed", range(2))
async def test_ledger_and_stripe_agree_after_any_lives_with_any_call_lost(desk: MoneyDesk, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(LIFECYCLES):
        code = f"LIFE-{seed}-{number}"
        await _live(desk, chance, code)
        check = await desk.check(code)
        assert check.agrees, f"{code}: {check}"
        assert check.still_authorised.is_zero
    totals = await desk.totals()
    async with desk.sessions() as session:
        everything = await session.scalar(select(func.sum(LedgerEntry.amount_minor)))
        taken = await session.scalar(
            select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.account == "stripe_clearing")
        )
    assert int(everything or 0) == 0
    assert int(taken or 0) == totals["captured"] - totals["refunded"]
    assert totals["authorized"] == 0
    await credits_are_in_the_books(desk)


async def _live(desk: MoneyDesk, chance: random.Random, code: str) -> None:
    card = chance.choice(CARDS)
    answer = await _insist(desk, chance, lambda: desk.authorise(code=code, card=card))
    if answer.status == "action_required" and chance.random() < 0.7:
        assert answer.payment_intent_id
        await desk.api.pay(answer.payment_intent_id)
    for leg in range(chance.randrange(3)):
        await desk.charged(chance.randrange(60_000), code=code, transaction=f"{code}-{leg}")
    for step in range(1 + chance.randrange(2)):
        state, facts = chance.choice(OUTCOMES)
        name = "settle" if step == 0 else f"settle-{step + 1}"
        settle = partial(desk.settle, state, code=code, step=name, payment_method=card, **facts)
        receipt = await _insist(desk, chance, settle)
        assert receipt.payments.captured + receipt.credit_spent + receipt.outstanding == receipt.bill.charge
    if chance.random() < 0.3:
        await _insist(desk, chance, lambda: desk.void(code=code))


async def _insist(desk: MoneyDesk, chance: random.Random, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """As Temporal does: again until it is done. Each attempt may lose one call."""
    for _ in range(20):
        if chance.random() < 0.6:
            await desk.api.fail_next(chance.choice(FAULTS), method=chance.choice(["GET", "POST"]))
        try:
            return await work()
        except ApplicationError as failure:
            if failure.type != "stripe_unavailable":
                raise
        finally:
            await desk.api.clear_faults()
    raise AssertionError("never done")


def _posting(target: dict[str, int], *, key: str = "key") -> Posting:
    books = {Stand(account=account): Money(cents, "EUR") for account, cents in target.items()}
    return Posting(
        code=CODE, step=key, cause="driver", fact=PaymentsVoided(reason="declined"), target=books, now=NOW
    )
