"""Bookings at a fleet's expense: its cost centers, and what may be spent on them in a month."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from activities.money.ledger import Posting, post
from db.engine import Sessions
from db.personal.erase import erase, lock_to_erase
from db.queries.money.billing import note_billing
from db.queries.money.budgets import charges_of, sums_of, uses_of
from db.tables import BillingNote, Budget, CostCenter, Driver, FleetDriver, Notification
from domain.facts.ledger import Settlement
from domain.money.accounts import FLEET, Stand
from domain.money.amount import Money
from domain.money.bookkeeping import Month
from domain.reservation.lifecycle import State
from domain.terms.erasing import is_alias
from tests.activities.holds.hold_desk import NOW
from tests.activities.holds.test_accounts import MINE, booked, ended, expected_of, opened
from tests.activities.money.account_desk import FLEET_ID, ON_ACCOUNT
from tests.api.stage import publish, view_of
from tests.factories import make_booking, make_policy, make_slot

MONTH = Month(make_slot().start.year, make_slot().start.month)
FITS, REFUSED = (ON_ACCOUNT, ""), (None, "budget_exceeded beyond_budget")


@pytest.fixture(autouse=True)
async def account(sessions: Sessions) -> None:
    """Of a fleet whose driver's bookings go on cost center 4711."""
    await opened(sessions, make_policy(overlapping_per_driver=True))
    async with sessions.begin() as session:
        session.add(CostCenter(fleet_id=FLEET_ID, code="4711", name="Vans", made_at=NOW))
        session.add(Driver(id="me", fleet_id=FLEET_ID, created_at=NOW))
        await session.flush()
        session.add(FleetDriver(driver_id="me", fleet_id=FLEET_ID, cost_center="4711", changed_at=NOW))


async def budget(sessions: Sessions, limit: int, *, center: str = "4711", hard: bool = True) -> None:
    row = Budget(
        fleet_id=FLEET_ID, cost_center=center, currency="EUR", limit_minor=limit, hard=hard, changed_at=NOW
    )
    async with sessions.begin() as session:
        await session.merge(row)


async def one_costs(holds: HoldActivities, sessions: Sessions) -> int:
    """What a booking of the hour is expected to come to."""
    assert await booked(holds, "probe") == FITS
    found = await expected_of(sessions)
    await ended(holds, "probe")
    return found


async def told(sessions: Sessions) -> list[tuple[str, int]]:
    async with sessions() as session:
        rows = await session.scalars(
            select(Notification).where(Notification.fleet_id == FLEET_ID).order_by(Notification.id)
        )
        return [(row.template, row.parameters["percent"]) for row in rows if "percent" in row.parameters]


async def bill(sessions: Sessions, name: str, minor: int) -> None:
    code = make_booking(name).code
    about: dict[str, Any] = {"slot_start": make_slot().start, "slot_end": make_slot().end}
    await publish(
        sessions, view_of(code, **(MINE | about | {"site_id": make_booking().site_id})), closed=True
    )
    books = {Stand(account=FLEET): Money(minor, "EUR"), Stand(account="bank"): Money(-minor, "EUR")}
    posting = Posting(
        code=code, step="settle", cause="driver", fact=Settlement(state=State.COMPLETED), target=books, now=NOW,
        fleet_id=FLEET_ID,
    )  # fmt: skip
    async with sessions.begin() as session:
        await post(session, posting)


async def test_a_booking_goes_on_the_cost_center_of_its_driver_unless_one_was_named(
    holds: HoldActivities, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await note_billing(session, make_booking("named").code, "0815", "", NOW)
        await note_billing(session, make_booking("usual").code, "", "trip", NOW)
    assert await booked(holds, "named") == FITS
    assert await booked(holds, "usual") == FITS
    async with sessions() as session:
        reference = (await session.get_one(BillingNote, make_booking("usual").code)).reference
        noted = {row.reservation_code: row.cost_center for row in await session.scalars(select(BillingNote))}
        charges = await charges_of(session, FLEET_ID, MONTH, 10)
    assert reference == "trip"
    assert noted == {make_booking("named").code: "0815", make_booking("usual").code: "4711"}
    assert {one.code: one.cost_center for one in charges} == noted


async def test_a_hard_budget_is_for_what_is_spent_and_what_is_promised(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    await budget(sessions, 2 * cost)
    assert await booked(holds, "a") == FITS
    assert await booked(holds, "b") == FITS
    assert await booked(holds, "b") == FITS  # asked again: it does not count itself
    assert await booked(holds, "c") == REFUSED
    await ended(holds, "a")
    assert await booked(holds, "c") == FITS
    await ended(holds, "c")
    await bill(sessions, "c", 1)  # billed, it counts as what it came to
    assert await booked(holds, "d") == REFUSED
    async with sessions() as session:
        (use,) = await uses_of(session, FLEET_ID, MONTH)
    assert (use.spent.minor, use.promised.minor) == (1, cost)


async def test_a_budget_is_of_its_cost_center_or_of_all(holds: HoldActivities, sessions: Sessions) -> None:
    cost = await one_costs(holds, sessions)
    await budget(sessions, 0)
    assert await booked(holds, "a") == REFUSED
    async with sessions.begin() as session:
        await note_billing(session, make_booking("b").code, "0815", "", NOW)
    assert await booked(holds, "b") == FITS
    await budget(sessions, cost, center="")
    assert await booked(holds, "b2", driver_id="you") == (None, "budget_exceeded beyond_budget_of_fleet")


async def test_a_soft_budget_lets_everything_through_and_tells_the_fleet_once_a_figure(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    await budget(sessions, 2 * cost + cost // 4, hard=False)
    for name in ("a", "b", "c"):
        assert await booked(holds, name) == FITS
        assert await booked(holds, name) == FITS
    assert await told(sessions) == [("budget_reached", 80), ("budget_reached", 100)]


async def test_of_what_a_bill_has_reached_the_fleet_is_told_by_the_next_booking(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    await budget(sessions, 100 * cost, hard=False, center="")
    await bill(sessions, "more than expected", 90 * cost)
    assert await told(sessions) == []
    assert await booked(holds, "a") == FITS
    assert await booked(holds, "b") == FITS
    assert await told(sessions) == [("budget_of_fleet_reached", 80)]


async def test_of_a_limit_that_was_raised_the_same_figure_is_told_again(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    for limit in (cost, 2 * cost):
        await budget(sessions, limit, hard=False)
        assert await booked(holds, f"up to {limit}") == FITS
    assert await told(sessions) == [("budget_reached", 100), ("budget_reached", 100)]


async def test_of_bookings_that_race_for_the_rest_of_a_budget_one_is_made(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    await budget(sessions, 2 * cost - 1, center="")
    racing = [booked(HoldActivities(sessions), f"race-{n}", driver_id=f"driver-{n}") for n in range(4)]
    answers = await asyncio.gather(*racing)
    refused = (None, "budget_exceeded beyond_budget_of_fleet")
    assert sorted(answers, key=str) == sorted([FITS, refused, refused, refused], key=str)


async def test_who_has_gone_to_another_fleet_books_on_no_cost_center_of_the_former(
    holds: HoldActivities, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        (await session.get_one(FleetDriver, "me")).fleet_id = "fleet-2"
    assert await booked(holds) == FITS
    async with sessions() as session:
        assert (await session.scalars(select(BillingNote))).all() == []


async def test_what_somebody_spent_who_is_erased_then_stays_spent_of_its_budget(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await budget(sessions, 10_000)
    code = make_booking("a").code
    async with sessions.begin() as session:
        await note_billing(session, code, "", "Trip of mine", NOW)
    assert await booked(holds, "a") == FITS
    await ended(holds, "a")
    await bill(sessions, "a", 700)
    async with sessions.begin() as session:
        assert await erase(session, await lock_to_erase(session, "me"), NOW) is not None
    async with sessions() as session:
        (use,) = await uses_of(session, FLEET_ID, MONTH)
        (charge,) = await charges_of(session, FLEET_ID, MONTH, 10)
        reference = (await session.get_one(BillingNote, code)).reference
    assert use.spent.minor == 700
    assert (charge.cost_center, reference) == ("4711", "")
    assert is_alias(charge.driver_id)


async def test_a_month_is_summed_up_and_listed_whole_however_many_there_are(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    for name in ("a", "b", "c"):
        assert await booked(holds, name) == FITS
    await bill(sessions, "billed", 7)
    async with sessions() as session:
        sums = {one.cost_center: one for one in await sums_of(session, FLEET_ID, MONTH)}
        whole = await charges_of(session, FLEET_ID, MONTH, 10)
        first = await charges_of(session, FLEET_ID, MONTH, 1)
        rest = await charges_of(session, FLEET_ID, MONTH, 10, (first[0].start, first[0].code))
        assert await sums_of(session, "nobody", MONTH) == []
    assert [*first, *rest] == whole
    assert {code: (one.count, one.spent.minor, one.promised.minor) for code, one in sums.items()} == {
        "4711": (3, 0, 3 * cost),
        "": (1, 7, 0),
    }
