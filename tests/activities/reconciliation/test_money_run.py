"""A comparison that breaks off is gone on with: nothing is compared twice, no finding is lost or told twice."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select, update
from temporalio.testing import ActivityEnvironment

from activities.money.payment_intents import IntentState
from activities.reconciliation.provider import ProviderReconciliation
from contracts.provider_reconciliation import MoneyReconciliation, MoneyReport
from db.tables import MoneyRunObject, MoneyRunRow, Payment
from domain.reservation.code import reservation_code
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import MoneyDesk, money_desk
from tests.activities.reconciliation.forgotten import Forgotten
from tests.activities.reconciliation.test_provider import _strange, money
from tests.api.stage import publish, view_of

CODES = [reservation_code("tests", f"run-{count}") for count in range(6)]
ASK = MoneyReconciliation(days=3, quiet_seconds=0)


class Desk:
    """Six payments that are over: two rows behind the provider, two sums that differ, two that agree."""

    def __init__(self, money: MoneyDesk, intents: list[str]) -> None:
        self.money = money
        self.intents = intents
        self.held: IntentState | None = None

    async def attempt(self) -> MoneyReport:
        """Of one run of the workflow, as each attempt is."""
        work = ProviderReconciliation(
            self.money.sessions, self.money.stripe, Forgotten(), Forgotten(), page=2
        )
        return await ActivityEnvironment().run(work.reconcile_money, ASK)

    async def looked_up(self) -> int:
        calls = await self.money.api.calls()
        return sum(count for call, count in calls.items() if call.startswith("GET /v1/payment_intents/"))

    async def rows(self) -> tuple[int, int]:
        async with self.money.sessions() as session:
            runs = await session.scalar(select(func.count()).select_from(MoneyRunRow))
            objects = await session.scalar(select(func.count()).select_from(MoneyRunObject))
        return runs or 0, objects or 0


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as money_:
        intents = []
        for count, code in enumerate(CODES):
            made = await money_.authorise(code=code)
            await money_.charged(10_000, code=code, transaction=str(count))
            await money_.settle(code=code)
            await publish(money_.sessions, view_of(code), closed=True)
            intents.append(made.payment_intent_id or "")
            if count % 3 == 1:
                await money_.api.refund_by_hand(intents[-1], 100)
        async with money_.sessions.begin() as session:
            behind = update(Payment).where(Payment.reservation_code.in_(CODES[::3]))
            await session.execute(behind.values(status="requires_capture", captured_minor=0))
        yield Desk(money_, intents)


def expected(desk: Desk) -> list[tuple[str, str, bool]]:
    return sorted(
        [("older_state", desk.intents[n], True) for n in (0, 3)]
        + [("not_posted", desk.intents[n], False) for n in (1, 4)]
    )


def figures(report: MoneyReport) -> dict[str, Any]:
    counted = {"payments", "refunds", "movements", "posted", "disputes"}
    return {
        "examined": {kind: count for kind, count in report.examined.items() if kind in counted},
        "sums": (report.provider, report.ledger),
        "differences": report.differences,
        "repaired": report.repaired,
    }


@pytest.mark.parametrize("path", ["/v1/balance_transactions", "/v1/payment_intents/*"])
async def test_an_attempt_goes_on_where_the_one_before_broke_off(desk: Desk, path: str) -> None:
    await desk.money.api.fail_next(FaultKind.STATUS, path=path, method="GET")
    with suppress(Exception):
        await desk.attempt()
        pytest.fail("nothing broke off")
    first = await desk.looked_up()
    report = await desk.attempt()
    assert sorted(money(report)) == expected(desk)
    assert figures(report)["examined"]["payments"] == len(CODES)
    assert report.repaired == report.differences["older_state"] + report.differences["lost_event"]
    if path == "/v1/balance_transactions":
        assert await desk.looked_up() == first  # all were compared
    assert await desk.rows() == (0, 0)


async def test_what_was_mended_as_an_attempt_died_is_told_once(desk: Desk) -> None:
    """The hold was released, and nobody heard of it."""
    desk.held = await _strange(desk.money, capture=False, code=CODES[2])
    await desk.money.api.fail_next(FaultKind.CUT, path="/v1/payment_intents/*/cancel")
    with suppress(Exception):
        await desk.attempt()
        pytest.fail("nothing broke off")
    assert (await desk.money.stripe.retrieve(desk.held.id)).status == "canceled"
    report = await desk.attempt()
    assert sorted(money(report)) == sorted([*expected(desk), ("left_open", desk.held.id, True)])
    again = await desk.attempt()
    assert sorted(money(again)) == [found for found in expected(desk) if not found[2]]


async def test_a_run_counts_what_one_that_never_broke_off_does(desk: Desk) -> None:
    whole = await desk.attempt()
    async with desk.money.sessions.begin() as session:
        behind = update(Payment).where(Payment.reservation_code.in_(CODES[::3]))
        await session.execute(behind.values(status="requires_capture", captured_minor=0))
    for path in ("/v1/refunds", "/v1/balance_transactions"):
        await desk.money.api.fail_next(FaultKind.STATUS, path=path, method="GET")
        with suppress(Exception):
            await desk.attempt()
            pytest.fail("nothing broke off")
    report = await desk.attempt()
    wanted = figures(whole) | {"repaired": 2}
    wanted["differences"] = {kind: n for kind, n in whole.differences.items() if kind != "lost_event"}
    assert figures(report) == wanted
