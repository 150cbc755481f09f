"""Offers to swap a slot: made, seen by whom their code was given, withdrawn."""

from datetime import datetime, timedelta
from typing import Any

from activities.holds.activities import HoldActivities
from domain.place.slots import Slot
from tests.api.stage import END, NOW, START, Stage, assert_problem
from tests.factories import make_booking

WANTS = {"start": "2026-11-22T18:00:00+01:00", "end": "2026-11-22T19:00:00+01:00"}
HOUR = timedelta(hours=1)


async def with_a_hold(stage: Stage) -> str:
    """A confirmed reservation of `driver-1`, as place_hold and its workflow leave it."""
    slot = Slot(datetime.fromisoformat(START), datetime.fromisoformat(END))
    ask = make_booking("swapper", driver_id="driver-1", slot=slot, now=NOW)
    decision = await HoldActivities(stage.sessions).place_hold(ask)
    assert decision.refusal is None
    await stage.publish(ask.code, terms=decision.terms)
    return ask.code


async def offered(stage: Stage, code: str, **over: Any) -> dict[str, Any]:
    url = f"/v1/reservations/{code}/swap-offers"
    response = await stage.http.post(url, json=WANTS | over, headers=stage.driver())
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_who_is_given_the_code_sees_what_they_would_get(stage: Stage) -> None:
    code = await with_a_hold(stage)
    made = await offered(stage, code)
    assert made["state"] == "open"
    assert datetime.fromisoformat(made["gives"]["start"]) == datetime.fromisoformat(START)
    assert await offered(stage, code) == made
    typed = made["offer"].lower().replace("-", " ")
    seen = await stage.http.get(f"/v1/swap-offers/{typed}", headers=stage.driver("ben"))
    assert seen.json() == made
    listed = await stage.http.get(f"/v1/reservations/{code}/swap-offers", headers=stage.driver())
    assert listed.json() == {"items": [made]}


async def test_a_withdrawn_offer_is_over_and_only_ones_own_can_be_withdrawn(stage: Stage) -> None:
    code = await with_a_hold(stage)
    made = await offered(stage, code)
    url = f"/v1/reservations/{code}/swap-offers/{made['offer']}"
    assert_problem(await stage.http.delete(url, headers=stage.driver("ben")), 404, "reservation_unknown")
    for _ in range(2):
        gone = await stage.http.delete(url, headers=stage.driver())
        assert gone.json() == made | {"state": "withdrawn"}
    other = await stage.booked()
    url = f"/v1/reservations/{other}/swap-offers/{made['offer']}"
    assert_problem(await stage.http.delete(url, headers=stage.driver()), 404, "swap_offer_unknown")


async def test_what_cannot_be_swapped_is_refused_and_kept_nowhere(stage: Stage) -> None:
    code = await with_a_hold(stage)
    url, before = f"/v1/reservations/{code}/swap-offers", await stage.row_counts()
    start = NOW + 30 * timedelta(days=1)
    for body, status, refusal in (
        ({"start": START, "end": END}, 409, "swap_not_possible"),
        ({"start": END, "end": START}, 422, "invalid_request"),
        ({"start": str(NOW + 15 * timedelta(minutes=1)), "end": str(NOW + HOUR)}, 409, "swap_not_possible"),
        ({"start": start.isoformat(), "end": (start + HOUR).isoformat()}, 422, "slot_invalid"),
    ):
        assert_problem(await stage.http.post(url, json=body, headers=stage.driver()), status, refusal)
    assert_problem(
        await stage.http.post(url, json=WANTS, headers=stage.driver("b")), 404, "reservation_unknown"
    )
    locked = await with_a_hold(stage)
    await stage.publish(locked, state="LOCKED")
    assert_problem(await stage.http.post(url, json=WANTS, headers=stage.driver()), 409, "not_possible_now")
    for unknown in ("0000-0000-0000", "x"):
        answer = await stage.http.get(f"/v1/swap-offers/{unknown}", headers=stage.driver())
        assert_problem(answer, 404, "swap_offer_unknown")
    assert await stage.row_counts() == before


async def test_so_many_offers_may_be_open_at_a_time(stage: Stage) -> None:
    code = await with_a_hold(stage)
    later = [NOW + timedelta(hours=hours) for hours in range(5, 11)]
    *first, last = [{"start": at.isoformat(), "end": (at + HOUR).isoformat()} for at in later]
    for one in first:
        await offered(stage, code, **one)
    url = f"/v1/reservations/{code}/swap-offers"
    refused = await stage.http.post(url, json=last, headers=stage.driver())
    assert_problem(refused, 409, "swap_not_possible")
