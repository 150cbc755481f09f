"""Booking through every layer: what is answered is what is held and paid, once."""

import asyncio
from datetime import timedelta

import httpx

from api.desk.limits import Limits
from tests.api.stage import assert_problem
from tests.whole_stack.answers import fresh_key
from tests.whole_stack.place import DECLINED_CARD, VISA, Place, Trip
from tests.whole_stack.rules import DEPOSIT


async def test_a_confirmed_booking_holds_a_connector_and_the_deposit(place: Place) -> None:
    trip = await place.booked()
    view = await trip.view()
    assert view["state"] == "CONFIRMED"
    (hold,) = await place.open_holds(trip.code)
    assert hold.connector_id == view["bay"]["connector_id"]
    (intent,) = await trip.intents()
    assert (intent["status"], intent["amount_capturable"]) == ("requires_capture", DEPOSIT)


async def test_the_same_key_repeats_the_answer_while_running_and_after_closing(place: Place) -> None:
    key = fresh_key()
    first = await place.book(key=key)
    assert first.status_code == 201
    again = await place.book(key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    trip = Trip(place=place, code=first.json()["reservation"]["code"])
    await trip.did("cancel")
    assert (await trip.closed())["state"] == "CANCELLED"
    after = await place.book(key=key)
    assert (after.status_code, after.json()) == (201, first.json())
    assert await place.open_holds() == []
    assert len(await trip.intents()) == 1


async def test_a_quote_is_honoured_by_the_booking_that_sends_it_and_by_no_other(place: Place) -> None:
    asked = {name: place.booking()[name] for name in ("site_id", "start", "end")}
    quote = (await place.stack.http.post("/v1/quotes", json=asked, headers=place.driver())).json()
    trip = await place.booked(quote=quote["id"])
    own = (await trip.view())["terms"]
    assert own == quote["terms"]
    assert_problem(await place.book(quote=quote["id"]), 409, "quote_used")
    assert_problem(await place.book(who="ben", quote=quote["id"]), 404, "quote_unknown")
    assert len(await place.open_holds()) == 1


async def test_a_bay_is_booked_by_its_code_from_now_on(place: Place) -> None:
    body = {
        "charger_id": f"{place.site_id.upper()}-1",
        "connector": 1,
        "until": place.at(900),
        "payment_method": VISA,
    }
    headers = {**place.driver(), "Idempotency-Key": fresh_key()}
    path = "/v1/on-site-reservations"
    first = await place.stack.http.post(path, json=body, headers=headers)
    again = await place.stack.http.post(path, json=body, headers=headers)
    assert (first.status_code, again.json()) == (201, first.json()), first.text
    (hold,) = await place.open_holds()
    assert abs(hold.slot_start - place.began) < timedelta(minutes=1)
    assert_problem(
        await place.stack.http.post(path, json=body | {"until": place.at(960)}, headers=headers),
        422,
        "idempotency_key_reused",
    )
    headers["Idempotency-Key"] = fresh_key()
    wrong = body | {"connector": 7}
    assert_problem(await place.stack.http.post(path, json=wrong, headers=headers), 404, "connector_unknown")


async def test_another_body_under_the_key_is_refused_and_changes_nothing(place: Place) -> None:
    key = fresh_key()
    await place.booked(key=key)
    before = await place.rows()
    assert_problem(await place.book(lasts=900, key=key), 422, "idempotency_key_reused")
    assert await place.rows() == before


async def test_a_taken_slot_is_declined_with_alternatives_that_can_be_booked(place: Place) -> None:
    await place.booked()
    key = fresh_key()
    problem = assert_problem(await place.book(who="ben", key=key), 409, "slot_unavailable")
    again = assert_problem(await place.book(who="ben", key=key), 409, "slot_unavailable")
    assert again["alternatives"] == problem["alternatives"]
    offer = problem["alternatives"][0]
    body = place.booking() | {name: offer[name] for name in ("site_id", "pool_id", "start", "end", "quote")}
    booked = await place.send_booking(body, who="ben")
    assert booked.status_code == 201, booked.text
    assert len(await place.open_holds()) == 2
    http, path = place.stack.http, f"/v1/reservations/{problem['reservation']}/alternatives"
    others = (await http.post(path, headers=place.driver("ben"))).json()["items"]
    assert others
    assert offer["start"] not in {one["start"] for one in others}
    assert_problem(await http.post(path, headers=place.driver()), 404, "reservation_unknown")


async def test_a_declined_card_is_402_and_leaves_nothing_held(place: Place) -> None:
    problem = assert_problem(await place.book(payment_method=DECLINED_CARD), 402, "payment_declined")
    trip = Trip(place=place, code=problem["reservation"])
    assert await place.open_holds() == []
    assert all(status != "requires_capture" and taken == 0 for status, taken in await trip.money())
    assert (await trip.closed())["state"] == "DECLINED"
    (listed,) = (await place.stack.http.get("/v1/reservations", headers=place.driver())).json()["items"]
    assert (listed["code"], listed["closed"]) == (trip.code, True)
    assert (await place.book(who="ben")).status_code == 201


async def test_a_driver_sees_only_their_own(place: Place) -> None:
    trip = await place.booked()
    http = place.stack.http
    mine = (await http.get("/v1/reservations", headers=place.driver())).json()["items"]
    assert [item["code"] for item in mine] == [trip.code]
    assert (await http.get("/v1/reservations", headers=place.driver("ben"))).json()["items"] == []
    url = f"/v1/reservations/{trip.code}"
    assert (await http.get(url, headers=place.driver())).json()["id_tag"]
    before = await place.rows()
    assert_problem(await http.get(url, headers=place.driver("ben")), 404, "reservation_unknown")
    for action in ("cancel", "check-in", "start", "stop"):
        assert_problem(await trip.act(action, who="ben"), 404, "reservation_unknown")
    operations = f"/v1/operations/reservations/{trip.code}"
    assert_problem(await http.get(operations, headers=place.driver()), 403, "scope_missing")
    assert await place.rows() == before


async def test_twenty_with_one_key_make_one_reservation(place: Place) -> None:
    key = fresh_key()
    responses = await asyncio.gather(*(place.book(key=key) for _ in range(20)))
    assert {response.status_code for response in responses} == {201}
    assert len({response.text for response in responses}) == 1
    trip = Trip(place=place, code=responses[0].json()["reservation"]["code"])
    assert len(await place.open_holds()) == 1
    assert len(await trip.intents()) == 1


async def test_fifty_for_three_connectors_make_three(roomy: Place) -> None:
    # On a busy machine fifty take longer than drivers would wait in line, which is not the point here.
    limits = Limits(booking_line=timedelta(minutes=2), booking_timeout=timedelta(seconds=30))
    app = roomy.stack.app(limits=limits)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        responses = await asyncio.gather(*(decided(roomy, http) for _ in range(50)))
    confirmed = [response for response in responses if response.status_code == 201]
    assert len(confirmed) == 3
    for response in responses:
        if response not in confirmed:
            assert assert_problem(response, 409, "slot_unavailable")["alternatives"]
    holds = await roomy.open_holds()
    assert len({hold.connector_id for hold in holds}) == len(holds) == 3
    codes = {response.json()["reservation"]["code"] for response in confirmed}
    assert {hold.reservation_code for hold in holds} == codes


async def decided(place: Place, http: httpx.AsyncClient) -> httpx.Response:
    headers = {**place.driver(), "Idempotency-Key": fresh_key()}
    return await http.post("/v1/reservations", json=place.booking(), headers=headers)
