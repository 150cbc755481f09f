"""What the reconciler could not finish is tried again until it is done, whatever was freed already, and told once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from temporalio.exceptions import ApplicationError

from activities.people.projection import view_from_document
from activities.reconciliation.freeing import Freeing
from activities.reconciliation.provider import ProviderReconciliation
from contracts.provider_reconciliation import MoneyFinding, MoneyReconciliation
from contracts.reconciliation import Unsettled
from db.tables import Orphan, Settlement
from domain.money.lines import LineKind
from domain.reservation.code import workflow_id
from domain.reservation.lifecycle import Course, State
from domain.reservation.release import ReleaseReason
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import SLOT
from tests.activities.reconciliation.left_behind import LeftBehind

FEE, BILL = 357, 595
DECLINING = "pm_card_chargeDeclined"
LATE: dict[str, Any] = {
    "cancelled_at": SLOT.start - timedelta(hours=1),
    "arrived_at": None,
    "departed_at": None,
}


async def away(left_behind: LeftBehind, path: str = "/v1/*", method: str = "*") -> None:
    await left_behind.desk.api.fail_next(FaultKind.STATUS, path=path, method=method, times=99)


async def back(left_behind: LeftBehind) -> None:
    await left_behind.desk.api.clear_faults()


async def step_of(left_behind: LeftBehind, code: str) -> Settlement:
    async with left_behind.desk.sessions() as session:
        (row,) = await session.scalars(select(Settlement).where(Settlement.reservation_code == code))
        return row


async def findings(left_behind: LeftBehind) -> list[MoneyFinding]:
    """What the comparison with the payment provider shows of reservations that were not settled."""
    desk = left_behind.desk
    work = ProviderReconciliation(desk.sessions, desk.stripe, left_behind.namespace, left_behind.ended)
    report = await work.reconcile_money(MoneyReconciliation(days=3, quiet_seconds=0))
    return [one for one in report.findings if one.kind == "not_settled" and not one.repaired]


async def test_a_fee_taken_at_booking_is_given_back_once_the_provider_is_there(
    left_behind: LeftBehind, code: str
) -> None:
    desk = left_behind.desk
    handle = await left_behind.booked(code, deposit=False)
    await desk.take_fee(code=code)
    await handle.terminate()
    await away(left_behind)
    assert (await left_behind.reconcile()).failed == [code]
    await back(left_behind)
    assert (await left_behind.reconcile()).released == [code]
    assert await desk.totals() == {"captured": FEE, "refunded": FEE, "authorized": 0}
    assert (await desk.ledger(code), (await desk.check(code)).agrees) == ({}, True)
    assert left_behind.counted.bugs() == ["orphan_terminated"]
    again = await left_behind.reconcile()
    assert (again.examined, again.released, again.failed) == (0, [], [])


async def test_a_bill_without_any_payment_is_collected_once_the_provider_is_there(
    left_behind: LeftBehind, code: str
) -> None:
    """Its driver was trusted, and the provider away when it was asked for the card that they saved."""
    desk = left_behind.desk
    handle = await left_behind.booked(code, deposit=False)
    await desk.charged(10_000, code=code)
    left_behind.ended.told[code] = desk.ask(code=code, customer=await desk.stripe.create_customer(key=code))
    await handle.terminate()
    await away(left_behind)
    assert (await left_behind.reconcile()).failed == [code]
    await back(left_behind)
    assert (await left_behind.reconcile()).settled == [code]
    assert (await step_of(left_behind, code)).posted_at is not None
    assert (await desk.ledger(code))["driver_receivable"] == BILL


async def test_a_step_that_was_begun_is_posted_although_nothing_else_is_open(
    left_behind: LeftBehind, code: str
) -> None:
    """Its workflow had given up the connector, and was terminated after the card had been declined."""
    desk = left_behind.desk
    handle = await left_behind.booked(code, deposit=False)
    await desk.charged(10_000, code=code)
    ask = desk.ask(code=code, payment_method=DECLINING)
    await away(left_behind, "/v1/payment_intents/*/cancel")
    with pytest.raises(ApplicationError):
        await desk.settlement.settle_reservation(replace(ask, giving_back=ReleaseReason.COMPLETED, version=1))
    assert {row.status for row in (await desk.rows(code)).values()} == {"declined"}
    await handle.terminate()
    assert (await left_behind.reconcile()).failed == [code]
    (finding,) = await findings(left_behind)
    assert (finding.reservation, finding.why) == (code, Unsettled.NOT_COLLECTED)
    await back(left_behind)
    assert (await left_behind.reconcile()).settled == [code]
    assert (await step_of(left_behind, code)).posted_at is not None
    assert (await desk.ledger(code))["driver_receivable"] == BILL
    assert await findings(left_behind) == []


async def test_what_the_reconciler_does_not_come_to_the_end_with_is_shown_by_the_comparison(
    left_behind: LeftBehind, code: str
) -> None:
    desk = left_behind.desk
    handle = await left_behind.booked(code, deposit=False)
    await desk.take_fee(code=code)
    await handle.terminate()
    await away(left_behind, "/v1/refunds", "POST")
    assert (await left_behind.reconcile()).failed == [code]
    (finding,) = await findings(left_behind)
    assert (finding.reservation, finding.why) == (code, Unsettled.NOT_COLLECTED)
    await back(left_behind)
    assert await findings(left_behind) == []
    assert (await desk.totals())["refunded"] == FEE


async def test_one_that_runs_again_is_its_workflows(left_behind: LeftBehind, code: str) -> None:
    handle = await left_behind.booked(code)
    await handle.terminate()
    await away(left_behind)
    assert (await left_behind.reconcile()).failed == [code]
    await back(left_behind)
    await left_behind.started(workflow_id(code))
    for _ in range(2):
        report = await left_behind.reconcile()
        assert (report.released, report.failed) == ([], [])
    assert (await left_behind.desk.totals())["authorized"] == 1000


async def test_a_fee_that_is_due_is_not_forgone_as_nobody_answers_for_a_while(
    left_behind: LeftBehind, code: str
) -> None:
    """Cancelled late; nothing was charged."""
    desk = left_behind.desk
    handle = await left_behind.booked(code)
    await handle.terminate()
    left_behind.ended.told[code] = Unsettled.NO_ANSWER
    assert (await left_behind.reconcile()).failed == [code]
    assert (await desk.totals())["authorized"] == 1000
    left_behind.ended.told[code] = desk.ask(State.CANCELLED, code=code, course=Course.ENDING, **LATE)
    assert (await left_behind.reconcile()).settled == [code]
    assert (await step_of(left_behind, code)).charge_minor == (await desk.totals())["captured"] > 0
    _, row, _ = await left_behind.left(code)
    assert (row.state, row.kept, row.failed_for) == (
        "CANCELLED",
        None,
        None,
    )  # its driver did, with nothing wrong


async def test_where_nobody_answers_for_a_day_what_is_held_is_released(
    left_behind: LeftBehind, code: str
) -> None:
    handle = await left_behind.booked(code)
    await handle.terminate()
    left_behind.ended.told[code] = Unsettled.NO_ANSWER
    assert (await left_behind.reconcile()).failed == [code]
    async with left_behind.desk.sessions.begin() as session:
        await session.execute(update(Orphan).values(found_at=datetime.now(UTC) - timedelta(hours=25)))
    assert (await left_behind.reconcile()).released == [code]
    assert (await left_behind.desk.totals())["authorized"] == 0


async def test_nothing_is_released_of_one_that_says_that_it_runs(left_behind: LeftBehind, code: str) -> None:
    handle = await left_behind.booked(code)
    await handle.terminate()
    left_behind.ended.told[code] = Unsettled.RUNS
    assert (await left_behind.reconcile()).released == []
    assert (await left_behind.desk.totals())["authorized"] == 1000


@pytest.mark.parametrize("by_us", [True, False])
async def test_what_was_settled_and_not_told_is_told_once(
    left_behind: LeftBehind, code: str, by_us: bool
) -> None:
    """Who settled it died before that: a reconciler, or the workflow, whose history knows no receipt."""
    desk = left_behind.desk
    handle = await left_behind.booked(code)
    await desk.charged(10_000, code=code)
    ask = desk.ask(code=code)
    await handle.terminate()
    if by_us:
        now = datetime.now(UTC)
        await Freeing(desk.sessions, desk.stripe, left_behind.ended).connector(code, "TERMINATED", now)
        ask = replace(ask, now=now)
    else:
        left_behind.ended.told[code] = ask
    receipt = await desk.settlement.settle_reservation(ask)
    for _ in range(2):
        await left_behind.reconcile()
        _, row, audit = await left_behind.left(code)
        assert sorted(await left_behind.told(code)) == ["ended_by_failure", "receipt"]
        assert view_from_document(row.snapshot).receipt == receipt
        assert [entry.code for entry in audit] == ["orphan_released", "orphan_settled"]


async def test_what_the_workflow_would_do_anew_is_done_anew_although_the_first_is_posted(
    left_behind: LeftBehind, code: str
) -> None:
    """It never heard of that; an operator has waived something since, and was about to resolve it."""
    desk = left_behind.desk
    handle = await left_behind.booked(code)
    await desk.settle(State.CANCELLED, code=code, **LATE)
    assert (await desk.totals())["captured"] > 0
    anew = desk.ask(State.CANCELLED, code=code, step="settle-2", waived=[LineKind.CANCELLATION], **LATE)
    left_behind.ended.told[code] = anew
    await handle.terminate()
    assert (await left_behind.reconcile()).settled == [code]
    totals = await desk.totals()
    assert totals["captured"] == totals["refunded"]
    assert (await desk.check(code)).agrees
    assert "receipt" in await left_behind.told(code)


async def test_what_its_workflow_has_told_is_not_told_again(left_behind: LeftBehind, code: str) -> None:
    handle = await left_behind.booked(code)
    await left_behind.desk.charged(10_000, code=code)
    await left_behind.desk.settle(code=code)
    await handle.terminate()
    assert (await left_behind.reconcile()).released == [code]
    assert await left_behind.told(code) == ["ended_by_failure"]
