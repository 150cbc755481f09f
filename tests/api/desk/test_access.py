"""Who may see what: drivers their own, fleets their drivers', operators all; nobody learns of anybody else's."""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.desk.desk import Desk
from api.desk.principal import Principal
from api.desk.refusals import ScopeMissing
from api.desk.webhook_endpoints import EndpointOrder
from db.engine import Sessions
from db.queries.reservations import ReservationFilter
from domain.errors import InvalidReservationCode, ReservationPending, UnknownReservation
from domain.place.slots import Slot
from domain.reservation.actions.messages import Cancel
from domain.reservation.actions.table import BY_NAME
from domain.reservation.code import reservation_code
from domain.settlement.moved_prices import AS_BEFORE
from tests.api.desk.players import DRIVER, FLEET, OPERATOR, STRANGER, PlayedReservations, caller, order
from tests.api.stage import END, publish, view_of
from workflows.client.failures import NoWorkflow, TemporalAway

MINE = reservation_code("driver-1", "access")
OURS = reservation_code("fleet-1", "access")
NOBODYS = reservation_code("nobody", "access")
BOTH = caller("driver-2", "driver", "operator")


@pytest.fixture(scope="module", autouse=True)
async def published(sessions: Sessions) -> None:
    await publish(sessions, view_of(MINE))
    ours = view_of(OURS, driver_id="fleet-1-driver", account="fleet-1", fleet_id="fleet-1")
    await publish(sessions, ours)


def test_owning_needs_the_right_scope() -> None:
    operator = caller("driver-1", "operator")
    assert not operator.owns(driver_id="driver-1", fleet_id=None)
    fleetless = caller("x", "fleet", "driver")
    assert not fleetless.owns(driver_id="driver-1", fleet_id=None)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (DRIVER, {MINE}),
        (caller("fleet-1-driver", "driver"), {OURS}),
        (FLEET, {OURS}),
        (OPERATOR, {MINE, OURS}),
        (BOTH, {MINE, OURS}),
        (STRANGER, set()),
        (caller("dora", "fleet", fleet_id="fleet-2"), set()),
    ],
)
async def test_reading_one_and_listing_agree_on_who_sees_what(
    desk: Desk, who: Principal, seen: set[str]
) -> None:
    rows = await desk.reading.page(who, ReservationFilter(), None, 50)
    assert {row.code for row in rows} == seen
    for code in (MINE, OURS):
        if code in seen:
            assert (await desk.reading.one(who, code)).code == code
        else:
            with pytest.raises(UnknownReservation):
                await desk.reading.one(who, code)


async def test_a_filter_cannot_widen_what_a_caller_sees(desk: Desk) -> None:
    for wanted in (ReservationFilter(only_driver_id="driver-1"), ReservationFilter(driver_id="driver-1")):
        assert await desk.reading.page(STRANGER, wanted, None, 50) == []


async def test_a_caller_without_an_account_sees_nothing(desk: Desk) -> None:
    """A face that let a fleet in without saying which fleet must not show it everybody's."""
    assert await desk.reading.page(caller("dora", "fleet"), ReservationFilter(), None, 50) == ()
    with pytest.raises(ScopeMissing):
        await desk.reading.page(caller("nobody"), ReservationFilter(), None, 50)


async def test_what_runs_is_read_live_and_still_belongs_to_its_owner(
    desk: Desk, workflows: PlayedReservations
) -> None:
    workflows.views[MINE] = view_of(MINE, state="CHARGING")
    assert (await desk.reading.one(DRIVER, MINE)).state == "CHARGING"
    workflows.views[MINE] = view_of(MINE, driver_id="driver-2")
    with pytest.raises(UnknownReservation):
        await desk.reading.one(DRIVER, MINE)


async def test_the_record_is_for_operators(desk: Desk) -> None:
    assert await desk.reading.audit(OPERATOR, MINE) == []
    view, sent = await desk.reading.notifications(OPERATOR, MINE)
    assert (view.code, sent) == (MINE, [])
    for read in (desk.reading.audit, desk.reading.notifications):
        with pytest.raises(ScopeMissing):
            await read(DRIVER, MINE)


async def test_chargers_are_for_operators(desk: Desk) -> None:
    with pytest.raises(ScopeMissing):
        await desk.chargers.one(DRIVER, "NORTH-1")
    with pytest.raises(ScopeMissing):
        await desk.chargers.page(FLEET, site_id=None, connected=None, after=None, limit=1)
    with pytest.raises(ScopeMissing):
        await desk.credentials.rotate_password(DRIVER, "NORTH-1")
    with pytest.raises(ScopeMissing):
        await desk.refused_connections.clear(DRIVER, "NORTH-1")


async def test_one_that_was_asked_for_and_says_nothing_yet_is_pending_for_its_account_only(
    desk: Desk, workflows: PlayedReservations
) -> None:
    booked = await desk.booking.book(DRIVER, "pending", order())
    workflows.fails_acts = NoWorkflow("not begun")
    end = datetime.fromisoformat(END)
    asked: Awaitable[Any]
    for asked in (
        desk.reading.one(DRIVER, booked.code),
        desk.reading.one(OPERATOR, booked.code),
        desk.reading.audit(OPERATOR, booked.code),
        desk.reading.bills(OPERATOR, booked.code),
        desk.steering.act(DRIVER, booked.code, BY_NAME["cancel"], Cancel()),
        desk.instead.of_reservation(DRIVER, booked.code),
        desk.swaps.offer(DRIVER, booked.code, Slot(end, end + timedelta(hours=1)), AS_BEFORE),
    ):
        with pytest.raises(ReservationPending):
            await asked
    for asked in (
        desk.reading.one(STRANGER, booked.code),
        desk.reading.one(OPERATOR, NOBODYS),
        desk.reading.audit(OPERATOR, NOBODYS),
    ):
        with pytest.raises(UnknownReservation):
            await asked
    workflows.fails = TemporalAway("away")
    with pytest.raises(TemporalAway):
        await desk.reading.one(OPERATOR, NOBODYS)


async def test_a_typing_error_is_told_apart_from_an_unknown_code(desk: Desk) -> None:
    with pytest.raises(InvalidReservationCode):
        await desk.reading.one(DRIVER, MINE[:-1] + ("A" if MINE[-1] != "A" else "B"))


async def test_who_names_no_fleet_acts_for_none(desk: Desk) -> None:
    """Its endpoint would hear of everybody, its list of drivers be everybody's."""
    fleetless = caller("driver-1", "driver", "fleet")
    for asked in (
        desk.webhook_endpoints.make(
            fleetless, EndpointOrder(url="https://hooks.example/", kinds=(), active=True)
        ),
        desk.webhook_endpoints.all(fleetless),
        desk.drivers.of_fleet(fleetless, 10),
        desk.invoice_accounts.owed(fleetless, None),
    ):
        with pytest.raises(ScopeMissing):
            await asked
    assert list(await desk.webhook_endpoints.all(OPERATOR)) == []
