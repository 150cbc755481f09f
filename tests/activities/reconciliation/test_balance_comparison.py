"""Each movement of the provider's balance has its object in the ledger, and each object of the ledger is there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from activities.reconciliation.balance_comparison import BalanceComparison
from activities.reconciliation.money_run import MoneyRun
from contracts.provider_reconciliation import MoneyFinding, MoneyReconciliation
from tests.activities.money.money_desk import NOW, VISA, MoneyDesk, money_desk
from tests.activities.money.provider_says import ProviderSays

DAYS_3 = timedelta(days=3).total_seconds()
TAKEN, FEE = 2380, 61


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    """23.80 EUR were taken, and can be paid out."""
    async with money_desk(database_url) as money:
        await money.charged(40_000)
        await money.settle(payment_method=VISA)
        await money.api.let_pass(DAYS_3)
        yield money


@dataclass
class Compared:
    findings: tuple[MoneyFinding, ...] = ()
    examined: dict[str, int] = field(default_factory=dict)
    payments: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> list[tuple[str, str, bool]]:
        return [(one.kind.value, one.provider_object, one.repaired) for one in self.findings]


async def compare(desk: MoneyDesk, *, since: datetime = NOW - timedelta(days=1)) -> Compared:
    """All until a minute after the provider's clock."""
    until = datetime.fromtimestamp(await desk.api.let_pass(0) + 60, UTC)
    run = await MoneyRun.begin(desk.sessions, MoneyReconciliation(days=1, quiet_seconds=0), until)
    run.since, compared = since, Compared()

    async def payment(intent_id: str) -> None:
        compared.payments.append(intent_id)
        await run.did(intent_id)

    await BalanceComparison(desk.sessions, desk.stripe).compare(run, payment)
    report = run.tally.report({})
    compared.findings, compared.examined = report.findings, report.examined
    return compared


async def taken(desk: MoneyDesk) -> str:
    (row,) = [row for row in (await desk.rows()).values() if row.captured_minor]
    assert row.payment_intent_id
    return row.payment_intent_id


async def test_a_payment_is_compared_once_whatever_moved_of_it(desk: MoneyDesk) -> None:
    await desk.api.refund_by_hand(await taken(desk), 100)
    compared = await compare(desk)
    assert compared.payments == [await taken(desk)]
    assert compared.examined == {"movements": 2, "posted": 1}
    assert compared.findings == ()


async def test_a_payment_of_the_ledger_that_the_provider_moved_nothing_for_is_compared_too(
    desk: MoneyDesk,
) -> None:
    intent = await taken(desk)
    await desk.api.reset()
    assert (await compare(desk)).payments == [intent]


async def test_a_payout_of_which_nothing_was_heard_is_booked(desk: MoneyDesk) -> None:
    payout = (await desk.api.pay_out("eur"))["id"]
    await desk.api.let_pass(DAYS_3)
    assert (await compare(desk)).kinds == [("missed_payout", payout, True)]
    books = {"bank": TAKEN - FEE, "provider_fees": FEE, "stripe_clearing": -TAKEN}
    assert await ProviderSays(desk).books(payout) == books
    assert (await compare(desk)).kinds == []
    await desk.api.fail_payout(payout)
    assert (await compare(desk)).kinds == [("missed_payout", payout, True)]
    assert await ProviderSays(desk).books(payout) == {"provider_fees": FEE, "stripe_clearing": -FEE}


async def test_a_dispute_that_was_opened_long_ago_and_decided_now_is_booked(desk: MoneyDesk) -> None:
    dispute = (await desk.api.dispute(await taken(desk)))["id"]
    await compare(desk)
    decided = datetime.fromtimestamp(await desk.api.let_pass(DAYS_3), UTC)
    await desk.api.decide_dispute(dispute, won=True)
    assert (await compare(desk, since=decided)).kinds == [("missed_dispute", dispute, True)]
    assert "disputed" not in await ProviderSays(desk).books(dispute)


async def test_what_the_provider_does_not_know_is_shown(desk: MoneyDesk) -> None:
    payout = (await desk.api.pay_out("eur"))["id"]
    await desk.api.let_pass(DAYS_3)
    await compare(desk)
    await desk.api.reset()
    await desk.api.let_pass(3 * DAYS_3)
    assert (await compare(desk)).kinds == [("missing_movement", payout, False)]


async def test_what_is_of_nothing_that_we_book_is_shown(desk: MoneyDesk) -> None:
    moved = await desk.api.adjust_balance("eur", -700)
    (found,) = (await compare(desk)).findings
    assert (found.kind, found.provider_object, found.repaired) == ("unknown_movement", moved["id"], False)
    assert (found.currency, found.theirs) == ("EUR", -700)
