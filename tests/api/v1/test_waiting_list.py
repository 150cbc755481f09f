"""Waiting lists over HTTP: joined once a key, read and left by whose entry it is, and what cannot be waited for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from activities.queue.offering import offer_at
from tests.api.stage import END, NOW, START, Stage, assert_problem, fresh_key

ADDRESS = "/v1/waiting-list-entries"
LIST = "/v1/operations/sites/north/waiting-list"
DAY = timedelta(days=1)


def wish(days: int = 0, **over: Any) -> dict[str, Any]:
    """The hour of the stage, so many days later."""
    start, end = (datetime.fromisoformat(at) + days * DAY for at in (START, END))
    body = {"site_id": "north", "start": start.isoformat(), "end": end.isoformat(), "lasts_minutes": 60}
    return {name: value for name, value in (body | over).items() if value is not None}


async def joins(
    stage: Stage, who: Mapping[str, str], body: dict[str, Any], key: str | None = None
) -> httpx.Response:
    headers = {**who, "Idempotency-Key": key or fresh_key()}
    return await stage.http.post(ADDRESS, json=body, headers=headers)


async def test_an_entry_is_made_once_shown_with_where_it_stands_listed_and_left(stage: Stage) -> None:
    who, key = stage.driver("waits-1"), fresh_key()
    made = await joins(stage, who, wish(1), key)
    assert made.status_code == 201, made.text
    entry = made.json()
    assert made.headers["Location"] == f"{ADDRESS}/{entry['id']}"
    assert (entry["state"], entry["offer"], entry["reservation"]) == ("waiting", None, "")
    assert entry["standing"] == {
        "place": 1, "waiting": 1, "waited_seconds": 0, "gained_seconds": 0, "weight": 1,
    }  # fmt: skip
    again = await joins(stage, who, wish(1), key)
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (entry, "true")
    assert_problem(await joins(stage, who, wish(2), key), 422, "idempotency_key_reused")
    own = f"{ADDRESS}/{entry['id']}"
    assert (await stage.http.get(own, headers=who)).json() == entry
    assert (await stage.http.get(ADDRESS, headers=who)).json() == {"items": [entry], "next_cursor": None}
    stranger = stage.driver("waits-stranger")
    for answer in (
        await stage.http.get(own, headers=stranger),
        await stage.http.delete(own, headers=stranger),
        *[
            await stage.http.post(f"{own}/{word}", json={"offer": "x"}, headers=stranger)
            for word in ("accept", "decline", "snooze")
        ],
    ):
        assert_problem(answer, 404, "waiting_entry_unknown")
    left = await stage.http.delete(own, headers=who)
    assert (left.json()["state"], left.json()["standing"]) == ("left", None)
    assert (await stage.http.delete(own, headers=who)).json() == left.json()
    only_open = await stage.http.get(ADDRESS, params={"open": "true"}, headers=who)
    assert only_open.json()["items"] == []


async def test_what_can_never_be_offered_is_refused_by_its_code(stage: Stage) -> None:
    who = stage.driver("waits-2")
    end = datetime.fromisoformat(END)
    for body, status, code in (
        (wish(site_id="nowhere"), 404, "site_unknown"),
        (wish(pool_id="nowhere"), 404, "pool_unknown"),
        (wish(lasts_minutes=75), 422, "waiting_wish_unusable"),
        (wish(end=(end + 2 * DAY).isoformat()), 422, "waiting_wish_unusable"),
        (wish(-1), 422, "waiting_wish_unusable"),
        (wish(bays=2), 422, "waiting_wish_unusable"),
        (wish(60), 422, "slot_invalid"),
        (wish(start="2000-01-01T00:00:00Z", end="2000-01-01T02:00:00Z"), 422, "waiting_wish_unusable"),
        (wish(start="2199-12-31T22:00:00Z", end="2199-12-31T23:59:00Z"), 422, "slot_invalid"),
        (wish(lasts_minutes=7), 422, "slot_invalid"),
        (wish(lasts_minutes=None, energy={"energy_wh": 9_999_999}), 422, "energy_beyond_slot"),
        (wish(lasts_minutes=None), 422, "invalid_request"),
        (wish(end=START), 422, "invalid_request"),
        (wish(colour="red"), 422, "invalid_request"),
        (wish(vehicle_id="v-none"), 404, "vehicle_unknown"),
    ):
        assert_problem(await joins(stage, who, body), status, code)
    for days in range(3):
        assert (await joins(stage, who, wish(days))).status_code == 201
    assert_problem(await joins(stage, who, wish(3)), 409, "too_many_waiting_entries")


async def test_a_fleet_waits_for_its_own_drivers_only(stage: Stage) -> None:
    fleet = stage.fleet()
    entry = (await joins(stage, fleet, wish(3, driver_id="fleet-1-driver"))).json()
    assert entry["driver_id"] == "fleet-1-driver"
    assert (await stage.http.get(f"{ADDRESS}/{entry['id']}", headers=fleet)).json() == entry
    refused = await joins(stage, fleet, wish(3, driver_id="fleet-2-driver"))
    assert_problem(refused, 404, "driver_unknown")


async def test_operators_see_who_waits_at_their_site_by_pages(stage: Stage) -> None:
    for number in range(3):
        await joins(stage, stage.driver(f"waits-op-{number}"), wish(5))
    operators, seen, cursor = stage.operators(), [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await stage.http.get(LIST, params=params, headers=operators)).json()
        seen += [(one["id"], one["driver_id"]) for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert {f"waits-op-{number}" for number in range(3)} <= {driver for _, driver in seen}
    assert_problem(
        await stage.http.get(LIST, params={"cursor": "x"}, headers=operators), 400, "cursor_invalid"
    )


async def offered(stage: Stage, name: str, days: int) -> tuple[str, str, dict[str, str]]:
    """Address of an entry, code of what it is offered, and whose it is."""
    who = stage.driver(name)
    entry = (await joins(stage, who, wish(days))).json()
    await offer_at(stage.sessions, "north", lambda: NOW)
    own = f"{ADDRESS}/{entry['id']}"
    offer = (await stage.http.get(own, headers=who)).json()["offer"]
    assert offer["start"] == entry["start"]
    quote = await stage.http.get(f"/v1/quotes/{offer['quote']}", headers=who)
    assert quote.status_code == 200, quote.text
    return own, offer["code"], who


async def test_an_offer_is_accepted_as_a_booking_and_the_same_word_finds_it_again(stage: Stage) -> None:
    own, code, who = await offered(stage, "waits-yes", 7)
    assert_problem(
        await stage.http.post(f"{own}/accept", json={"offer": "other"}, headers=who), 409, "no_offer_open"
    )
    body = {"offer": code, "payment_method": "pm_good"}
    booked = await stage.http.post(f"{own}/accept", json=body, headers=who)
    assert booked.status_code == 201, booked.text
    assert (booked.json()["outcome"], booked.json()["reservation"]["code"]) == ("confirmed", code)
    assert booked.headers["Location"] == f"/v1/reservations/{code}"
    again = await stage.http.post(f"{own}/accept", json=body, headers=who)
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (booked.json(), "true")
    shown = (await stage.http.get(own, headers=who)).json()
    assert (shown["state"], shown["reservation"]) == ("booked", code)
    for word in ("decline", "snooze"):
        answer = await stage.http.post(f"{own}/{word}", json={"offer": code}, headers=who)
        assert_problem(answer, 409, "offer_accepted")
    assert_problem(await stage.http.delete(own, headers=who), 409, "offer_accepted")
    notices = (await stage.http.get("/v1/notices", headers=who)).json()["items"]
    assert [one["template"] for one in notices] == ["place_offered"]


async def test_who_lets_it_pass_keeps_their_place_and_who_declines_does_not(stage: Stage) -> None:
    own, code, who = await offered(stage, "waits-no", 8)
    passed = (await stage.http.post(f"{own}/snooze", json={"offer": code}, headers=who)).json()
    assert (passed["state"], passed["snoozes_left"], passed["offer"]) == ("waiting", 1, None)
    late = await stage.http.post(f"{own}/accept", json={"offer": code}, headers=who)
    assert_problem(late, 409, "offer_lapsed")
    own, code, who = await offered(stage, "waits-never", 9)
    said = (await stage.http.post(f"{own}/decline", json={"offer": code}, headers=who)).json()
    assert (said["state"], said["standing"]) == ("declined", None)
    late = await stage.http.post(f"{own}/accept", json={"offer": code}, headers=who)
    assert_problem(late, 409, "no_offer_open")


async def test_a_card_that_is_declined_is_told_as_of_a_booking_and_the_entry_waits_on(stage: Stage) -> None:
    own, code, who = await offered(stage, "waits-broke", 10)
    body = {"offer": code, "payment_method": "pm_refused"}
    refused = await stage.http.post(f"{own}/accept", json=body, headers=who)
    assert_problem(refused, 402, "payment_declined")
    shown = (await stage.http.get(own, headers={**who, "Accept-Language": "de"})).json()
    assert (shown["state"], shown["passed_over"]) == ("waiting", "payment_declined")
    assert shown["why"]
