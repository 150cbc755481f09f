"""A group of three, through every layer: holds first, all at once; then a reservation each."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import update
from temporalio.client import Client

from activities.holds.unfinished_groups import LEFT_ALONE, finish_left
from api.desk.desk import open_desk
from api.desk.group_orders import GroupOrder, Member
from api.desk.limits import Limits
from api.desk.principal import Principal
from db.tables import Driver
from tests.api.stage import assert_problem
from tests.whole_stack.answers import bearer, fresh_key
from tests.whole_stack.place import DECLINED_CARD, Place
from workflows.client.charger_commands import ChargerCommandClient
from workflows.client.debts import DebtClient
from workflows.client.reservations import ReservationClient
from workflows.client.unattended import UnattendedBookings


async def send(
    place: Place,
    key: str,
    *,
    members: Sequence[dict[str, str]] = ({}, {}, {}),
    who: dict[str, str] | None = None,
    **over: object,
) -> httpx.Response:
    body = place.booking() | {"members": list(members)} | over
    headers = {**(who or place.driver()), "Idempotency-Key": key}
    for _ in range(10):  # on a busy machine not all are decided in time: the same key asks again
        response = await place.stack.http.post("/v1/reservation-groups", json=body, headers=headers)
        if response.status_code != 201 or all(one["outcome"] for one in response.json()["members"]):
            return response
    raise AssertionError(response.text)


async def test_three_bays_are_three_reservations_and_are_cancelled_together(roomy: Place) -> None:
    key = fresh_key()
    response = await send(roomy, key)
    assert response.status_code == 201, response.text
    group = response.json()
    assert [one["outcome"] for one in group["members"]] == ["confirmed"] * 3
    bays = {one["reservation"]["bay"]["connector_id"] for one in group["members"]}
    assert len(bays) == len(await roomy.open_holds()) == 3
    again = await send(roomy, key)
    assert (again.headers["idempotent-replayed"], again.json()["id"]) == ("true", group["id"])
    assert_problem(await send(roomy, key, members=[{}, {}]), 422, "idempotency_key_reused")
    path = f"/v1/reservation-groups/{group['id']}"
    assert_problem(await roomy.stack.http.get(path, headers=roomy.driver("ben")), 404, "group_unknown")
    refused = assert_problem(await send(roomy, fresh_key(), members=[{}, {}]), 409, "slot_unavailable")
    assert {one["site_id"] for one in refused["alternatives"]} == {roomy.site_id}
    gone = await roomy.stack.http.post(f"{path}/cancel", json={"reason": "rain"}, headers=roomy.driver())
    assert {one["reservation"]["state"] for one in gone.json()["members"]} == {"CANCELLED"}
    assert await roomy.open_holds() == []


async def test_a_fleet_books_for_its_drivers_and_whoever_acts_for_it_cancels(roomy: Place) -> None:
    fleet, drivers = f"{roomy.site_id}-fleet", [f"{roomy.site_id}-{name}" for name in ("anna", "ben")]
    async with roomy.stack.sessions.begin() as session:
        await session.execute(update(Driver).where(Driver.id.in_(drivers)).values(fleet_id=fleet))
    early, late = (
        bearer(roomy.stack.issuer.fleet(fleet, subject=name)) for name in ("early-shift", "late-shift")
    )
    wanted = [{"driver_id": driver} for driver in drivers]
    response = await send(roomy, fresh_key(), members=wanted, who=early)
    assert response.status_code == 201, response.text
    path = f"/v1/reservation-groups/{response.json()['id']}"
    assert sorted(hold.driver_id for hold in await roomy.open_holds()) == drivers
    strangers = bearer(roomy.stack.issuer.fleet("another-fleet", subject="early-shift"))
    assert_problem(await roomy.stack.http.get(path, headers=strangers), 404, "group_unknown")
    gone = await roomy.stack.http.post(f"{path}/cancel", json={}, headers=late)
    assert {one["reservation"]["state"] for one in gone.json()["members"]} == {"CANCELLED"}


async def test_a_card_that_pays_for_none_leaves_nothing_held(roomy: Place) -> None:
    answer = await send(roomy, fresh_key(), payment_method=DECLINED_CARD)
    assert_problem(answer, 402, "payment_declined")
    assert await roomy.open_holds() == []


async def killed_behind_the_holds(place: Place, key: str) -> None:
    """A process that dies there: it reaches no such server."""
    nowhere = await Client.connect("127.0.0.1:9", lazy=True)
    desk = open_desk(
        sessions=place.stack.sessions,
        reservations=ReservationClient(nowhere),
        gateways=ChargerCommandClient(nowhere),
        debts=DebtClient(nowhere),
        stripe_webhook_secret="",
        clock=lambda: datetime.now(UTC),
        limits=Limits(),
    )
    anna = Principal(subject=f"{place.site_id}-anna", scopes=frozenset({"driver"}))
    body = place.booking()
    order = GroupOrder(
        site_id=place.site_id,
        start=datetime.fromisoformat(body["start"]),
        end=datetime.fromisoformat(body["end"]),
        payment_method=body["payment_method"],
        members=(Member(), Member()),
    )
    with pytest.raises(RuntimeError):
        await desk.groups.book(anna, key, order)


async def test_what_broke_off_behind_the_holds_is_finished_by_the_same_key(roomy: Place) -> None:
    key = fresh_key()
    await killed_behind_the_holds(roomy, key)
    before = {hold.id for hold in await roomy.open_holds()}
    assert len(before) == 2
    response = await send(roomy, key, members=[{}, {}])
    assert [one["outcome"] for one in response.json()["members"]] == ["confirmed"] * 2
    assert {hold.id for hold in await roomy.open_holds()} == before


async def test_what_nobody_asks_for_again_is_undone_by_itself_and_stays_so(roomy: Place) -> None:
    key, later = fresh_key(), datetime.now(UTC) + LEFT_ALONE + timedelta(seconds=20)
    await killed_behind_the_holds(roomy, key)
    bookings = UnattendedBookings(ReservationClient(roomy.stack.temporal))
    await finish_left(roomy.stack.sessions, bookings, later)
    assert await roomy.open_holds() == []
    assert_problem(await send(roomy, key, members=[{}, {}]), 409, "booking_too_late")
    assert await roomy.open_holds() == []
