"""No worker: a booking is accepted for later, and its key learns what became of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from api.desk.limits import Limits
from domain.reservation.code import reservation_code, workflow_id
from tests.api.stage import assert_problem
from tests.whole_stack.answers import eventually, fresh_key
from tests.whole_stack.place import Place, Trip

IMPATIENT = Limits(booking_timeout=timedelta(seconds=0.5))


@asynccontextmanager
async def impatient_api(place: Place, behind: timedelta) -> AsyncIterator[httpx.AsyncClient]:
    """A copy of the API that waits half a second; its bookings are to be decided by its own clock + 10 s."""
    app = place.stack.app(behind=behind, limits=IMPATIENT)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as http:
        yield http


async def test_a_booking_without_a_worker_is_decided_when_one_is_back(place: Place) -> None:
    key = fresh_key()
    headers = {**place.driver(), "Idempotency-Key": key}
    async with impatient_api(place, timedelta(seconds=-60)) as http:
        await place.stack.worker.stop()
        try:
            waiting = await http.post("/v1/reservations", json=place.booking(), headers=headers)
        finally:
            await place.stack.worker.start()
    assert waiting.status_code == 202, waiting.text
    code = reservation_code(f"{place.site_id}-anna", key)
    assert waiting.json()["code"] == code
    decided = await place.book(key=key)
    assert decided.status_code == 201, decided.text
    assert decided.json()["reservation"]["code"] == code
    assert len(await place.open_holds()) == 1


async def test_a_booking_found_too_late_is_declined_and_holds_nothing(place: Place) -> None:
    key = fresh_key()
    headers = {**place.driver(), "Idempotency-Key": key}
    async with impatient_api(place, timedelta(seconds=10)) as http:
        await place.stack.worker.stop()
        try:
            waiting = await http.post("/v1/reservations", json=place.booking(), headers=headers)
        finally:
            await place.stack.worker.start()
    assert waiting.status_code == 202, waiting.text
    assert_problem(await place.book(key=key), 409, "booking_too_late")
    trip = Trip(place=place, code=waiting.json()["code"])
    assert (await trip.closed())["state"] == "DECLINED"
    assert await place.open_holds() == []
    assert await trip.money() == []


async def test_running_reservations_go_on_with_the_next_worker(place: Place) -> None:
    trip = await place.booked()
    await at_rest(place, trip.code)
    await place.stack.worker.stop()
    await place.stack.worker.start()
    await trip.did("cancel")
    assert (await trip.closed())["state"] == "CANCELLED"


async def at_rest(place: Place, code: str) -> None:
    """No task of its workflow is under way. One that a worker takes while it stops is handed out anew only when its
    time is over (10 s), which is longer than the API waits for an answer.
    """
    handle = place.stack.temporal.get_workflow_handle(workflow_id(code))

    async def rests() -> bool:
        description = await handle.describe()
        return not description.raw_description.HasField("pending_workflow_task") and not list(
            description.raw_description.pending_activities
        )

    await eventually(rests)
