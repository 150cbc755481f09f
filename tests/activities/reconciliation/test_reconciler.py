"""What a terminated workflow leaves is freed and counted; what runs, or ended well, is left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from temporalio.exceptions import ApplicationError

from activities.people.projection import show, view_from_document
from contracts.publication import Publication
from db.tables import Notification, Settlement
from domain.reservation.lifecycle import State
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.account_desk import ON_ACCOUNT, make_account
from tests.activities.money.money_desk import CODE, SLOT
from tests.activities.reconciliation.left_behind import LONG_AGO, LeftBehind, some_code, view_of
from tests.factories import make_terms


async def test_a_terminated_reservation_gives_back_its_connector_and_its_money(
    left_behind: LeftBehind, code: str
) -> None:
    handle = await left_behind.booked(code)
    await handle.terminate()
    report = await left_behind.reconcile()
    assert (report.examined, report.released, report.failed) == (1, [code], [])
    assert (await left_behind.desk.totals())["authorized"] == 0
    hold, view, audit = await left_behind.left(code)
    assert (hold.release_reason, hold.released_at is not None) == ("orphaned", True)
    assert (view.state, view.closed_at is not None) == ("CANCELLED", True)
    shown = view_from_document(view.snapshot)
    assert (shown.state, shown.ended_by, shown.payment_status) == ("CANCELLED", "system", "released")
    assert (shown.arrive_by, shown.next_deadline_at, shown.possible) == (None, None, ())
    assert (view.needs_attention, shown.attention) == ("", ())
    assert (view.kept, view.failed_for) == (False, "system")
    assert [(entry.code, entry.parameters) for entry in shown.timeline] == [
        ("confirmed", {"site": "North"}),
        ("cancelled", {"by": "system", "reason": "", "part_of": None}),
    ]
    assert [(entry.code, entry.detail) for entry in audit] == [
        ("orphan_released", {"workflow": "TERMINATED", "holds": 1})
    ]
    assert left_behind.counted.bugs() == ["orphan_terminated"]
    assert await left_behind.told(code) == ["ended_by_failure"]
    assert (await left_behind.reconcile()).examined == 0
    assert left_behind.counted.bugs() == []


async def test_a_reservation_without_any_workflow_is_freed(left_behind: LeftBehind, code: str) -> None:
    """By a namespace that knows the others."""
    await left_behind.recorded(code)
    await left_behind.others(running=1)
    report = await left_behind.reconcile()
    assert (report.released, report.unknown, report.examined) == ([code], 1, 2)
    assert left_behind.counted.bugs() == ["orphan_not_found"]


@pytest.mark.parametrize("state", ["AWAITING_PAYMENT", "CONFIRMED"])
async def test_of_what_it_ends_is_told_whether_it_was_ever_confirmed(
    left_behind: LeftBehind, code: str, state: str
) -> None:
    await left_behind.recorded(code)
    async with left_behind.desk.sessions.begin() as session:
        view = replace(view_of(code, SLOT), state=state)
        await show(session, Publication(version=2, view=view, closed=False, now=LONG_AGO))
    await left_behind.others(running=1)
    assert (await left_behind.reconcile()).released == [code]
    _, row, _ = await left_behind.left(code)
    assert view_from_document(row.snapshot).never_confirmed is (state == "AWAITING_PAYMENT")


async def test_a_run_examines_so_many_and_the_next_one_goes_on_behind_them(left_behind: LeftBehind) -> None:
    left_behind.examined_at_most = 2
    await left_behind.others(running=2)
    last = await left_behind.last_code()
    late = next(code for code in iter(some_code, "") if code > last)
    handle = await left_behind.booked(late, SLOT.moved_to(SLOT.end + timedelta(days=1)))
    await handle.terminate()
    assert [(await left_behind.reconcile()).released for _ in range(3)] == [[], [late], []]


async def test_a_running_reservation_is_never_touched(left_behind: LeftBehind, code: str) -> None:
    await left_behind.booked(code)
    report = await left_behind.reconcile()
    assert (report.examined, report.released) == (1, [])
    assert await left_behind.is_untouched(code)
    assert (await left_behind.desk.totals())["authorized"] == 1000


async def test_what_is_younger_is_not_examined(left_behind: LeftBehind, code: str) -> None:
    await left_behind.recorded(code)
    age = int((datetime.now(UTC) - LONG_AGO).total_seconds()) + 3600
    assert (await left_behind.reconcile(age)).examined == 0


async def test_the_connector_is_freed_even_while_stripe_is_away(left_behind: LeftBehind, code: str) -> None:
    desk = left_behind.desk
    handle = await left_behind.booked(code)
    await handle.terminate()
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*", method="*")
    assert (await left_behind.reconcile()).failed == [code]
    hold, _, _ = await left_behind.left(code)
    assert hold.release_reason == "orphaned"
    assert (await desk.totals())["authorized"] == 1000
    assert (await left_behind.reconcile()).released == [code]
    assert (await desk.totals())["authorized"] == 0
    assert left_behind.counted.bugs() == ["orphan_terminated"]


async def test_every_connector_is_free_before_stripe_is_asked_for_anything(left_behind: LeftBehind) -> None:
    codes = sorted(some_code() for _ in range(2))
    for number, code in enumerate(codes):
        handle = await left_behind.booked(code, SLOT.moved_to(SLOT.end + number * timedelta(hours=3)))
        await handle.terminate()
    attempt = await left_behind.attempt()
    beats: list[int] = []
    attempt.on_heartbeat = beats.append
    await left_behind.desk.api.fail_next(
        FaultKind.STATUS, path="/v1/payment_intents/*", method="*", times=len(codes)
    )
    report = await left_behind.reconcile(attempt=attempt)
    assert sorted(report.failed) == codes
    assert {(await left_behind.left(code))[0].release_reason for code in codes} == {"orphaned"}
    assert beats == [0, 0, 0, 2, 1, 0]


async def test_what_was_billed_is_collected_although_the_workflow_was_terminated(
    left_behind: LeftBehind, code: str
) -> None:
    desk = left_behind.desk
    handle = await left_behind.booked(code)
    await desk.charged(10_000, code=code)
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*", method="*", times=9)
    with pytest.raises(ApplicationError):
        await desk.settle(code=code)
    await desk.api.clear_faults()
    await handle.terminate()
    assert (await left_behind.reconcile()).released == [code]
    async with desk.sessions() as session:
        (settlement,) = await session.scalars(select(Settlement).where(Settlement.reservation_code == code))
    assert settlement.captured_minor == settlement.charge_minor > 0
    assert (await desk.check(code)).agrees


async def test_a_settled_reservation_keeps_what_it_was_paid(left_behind: LeftBehind) -> None:
    desk = left_behind.desk
    await left_behind.recorded(CODE)
    await desk.authorise()
    await desk.settle(State.NO_SHOW, no_show_at=SLOT.end, arrived_at=None)
    before = await desk.totals()
    assert (before["captured"], before["authorized"]) == (500, 0)
    await left_behind.others(running=1)
    assert (await left_behind.reconcile()).released == [CODE]
    assert await desk.totals() == {**before, "authorized": 1000}
    assert (await desk.check()).agrees
    _, view, _ = await left_behind.left(CODE)
    assert view_from_document(view.snapshot).payment_status == "captured"


async def test_what_goes_onto_an_account_is_told_as_it_is_charged_there(
    left_behind: LeftBehind, code: str
) -> None:
    desk = left_behind.desk
    async with desk.sessions.begin() as session:
        session.add(make_account())
    handle = await left_behind.booked(code, deposit=False)
    await desk.charged(10_000, code=code)
    left_behind.ended.told[code] = desk.ask(code=code, terms=make_terms(payer=ON_ACCOUNT))
    await handle.terminate()
    assert (await left_behind.reconcile()).settled == [code]
    async with desk.sessions() as session:
        notices = await session.scalars(select(Notification).where(Notification.template == "invoiced"))
        charged = [notice.parameters["charged"] for notice in notices]
    _, row, _ = await left_behind.left(code)
    (told,) = [one for one in view_from_document(row.snapshot).timeline if one.code == "settled"]
    assert charged == [told.parameters["charged"]] == [{"minor": 595, "currency": "EUR"}]
