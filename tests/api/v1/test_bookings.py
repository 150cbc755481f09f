"""POST /v1/reservations: every answer, and exactly once per account and key."""

import asyncio
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from api.desk.idempotency import fingerprint, remember
from api.desk.orders import Order
from api.v1.schemas.bookings import BookingIn
from domain.reservation.code import reservation_code, workflow_id
from tests.api.stage import END, NOW, START, Stage, assert_problem, booking, fresh_key


async def test_a_confirmed_booking_answers_201_with_its_location(stage: Stage) -> None:
    response = await stage.book(key="confirmed-1")
    assert response.status_code == 201
    code = reservation_code("driver-1", "confirmed-1")
    assert response.headers["location"] == f"/v1/reservations/{code}"
    answer = response.json()
    assert answer["outcome"] == "confirmed"
    assert answer["reservation"]["code"] == code
    assert answer["reservation"]["start"] == "2026-11-22T13:00:00Z"
    assert answer["reservation"]["site_address"] == "Stand Street 1"
    assert answer["reservation"]["site_distance_m"] == 1_234


async def test_a_booking_without_payment_method_answers_what_completes_the_payment(stage: Stage) -> None:
    answer = (await stage.book(payment_method=None)).json()
    assert answer["outcome"] == "payment_required"
    assert answer["client_secret"] == "pi_1_secret"
    assert answer["payment_due_at"] is not None
    path = f"/v1/{{}}/{answer['reservation']['code']}"
    own = (await stage.http.get(path.format("reservations"), headers=stage.driver())).json()
    theirs = await stage.http.get(path.format("operations/reservations"), headers=stage.operators())
    assert (own["client_secret"], theirs.json()["client_secret"]) == ("pi_1_secret", None)


async def test_a_full_pool_is_declined_with_alternatives(stage: Stage) -> None:
    problem = assert_problem(await stage.book(pool_id="full"), 409, "slot_unavailable")
    assert problem["alternatives"][0]["pool_id"] == "north-dc"
    assert problem["alternatives"][0]["site_address"] == "Stand Street 1"
    assert problem["alternatives"][0]["start"] == "2026-11-22T14:00:00Z"
    assert problem["alternatives"][0]["reservation_fee"] == {"minor": 300, "currency": "EUR"}
    costs = [problem["alternatives"][0][name] for name in ("payer", "held", "taken")]
    assert costs == ["card", {"minor": 0, "currency": "EUR"}, {"minor": 357, "currency": "EUR"}]


@pytest.mark.parametrize(
    ("language", "begins", "ends"),
    [
        ("en", "At the same site, 1 hour later, in a bay for people with", "that is open to all by then"),
        ("de", "Am selben Standort, 1 Stunde später, auf einem Platz für", "der dann allen offensteht"),
    ],
)
async def test_an_alternative_says_why_it_is_offered_and_by_which_quote(
    stage: Stage, language: str, begins: str, ends: str
) -> None:
    headers = {"Idempotency-Key": fresh_key(), "Accept-Language": language, **stage.driver()}
    answer = await stage.http.post("/v1/reservations", json=booking(pool_id="full"), headers=headers)
    (offer,) = answer.json()["alternatives"]
    told = [offer[name] for name in ("reason", "quote", "connector_type", "accessible")]
    assert told == ["other_time_here", "0123456789abcdef01234567", "IEC_62196_T2_COMBO", True]
    assert offer["words"].startswith(begins)
    assert offer["words"].endswith(ends)
    assert offer["bookable_from"] is None


async def test_a_declined_card_is_402(stage: Stage) -> None:
    assert_problem(await stage.book(payment_method="pm_refused"), 402, "payment_declined")


@pytest.mark.parametrize("over", [{}, {"pool_id": "full"}, {"payment_method": None}])
async def test_the_same_key_and_body_repeat_the_answer(stage: Stage, over: dict[str, Any]) -> None:
    key = fresh_key()
    first = await stage.book(key=key, **over)
    again = await stage.book(key=key, **over)
    assert again.status_code == first.status_code
    assert {**again.json(), "request_id": ""} == {**first.json(), "request_id": ""}
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers


async def test_a_retry_after_the_reservation_closed_repeats_the_first_answer(stage: Stage) -> None:
    key = fresh_key()
    first = (await stage.book(key=key)).json()
    code = first["reservation"]["code"]
    await stage.http.post(f"/v1/reservations/{code}/cancel", json={}, headers=stage.driver())
    await stage.temporal.get_workflow_handle(workflow_id(code)).result()
    await stage.publish(code, state="CANCELLED", closed=True)
    again = await stage.book(key=key)
    assert again.status_code == 201
    assert again.json() == first


@pytest.mark.parametrize(
    ("state", "decline_code", "status"),
    [("COMPLETED", "", 201), ("DECLINED", "slot_unavailable", 409), ("DECLINED", "payment_declined", 402)],
)
async def test_a_retry_long_after_retention_is_answered_from_the_projection(
    stage: Stage, state: str, decline_code: str, status: int
) -> None:
    key = fresh_key()
    code = reservation_code("driver-1", key)
    digest = fingerprint(
        Order(**BookingIn.model_validate(booking()).model_dump(exclude_unset=True)), "driver-1", ""
    )
    async with stage.sessions.begin() as session:
        await remember(session, account="driver-1", key=key, digest=digest, code=code, now=NOW)
    await stage.publish(code, state=state, decline_code=decline_code, closed=True)
    again = await stage.book(key=key)
    assert again.status_code == status
    assert not await _exists(stage, code)


async def test_the_spelling_of_a_body_does_not_matter(stage: Stage) -> None:
    key = fresh_key()
    first = await stage.book(key=key)
    again = await stage.book(key=key, start="2026-11-22T13:00:00Z", end="2026-11-22T14:00:00.000+00:00")
    assert again.json() == first.json()


async def test_another_body_under_the_same_key_is_refused(stage: Stage) -> None:
    key = fresh_key()
    await stage.book(key=key)
    before = await stage.row_counts()
    response = await stage.book(key=key, end="2026-11-22T15:15:00+01:00")
    assert_problem(response, 422, "idempotency_key_reused")
    assert await stage.row_counts() == before


async def test_the_same_key_of_another_account_is_another_reservation(stage: Stage) -> None:
    key = fresh_key()
    mine = await stage.booked(key=key)
    theirs = await stage.booked(who=stage.driver("driver-2"), key=key)
    assert mine != theirs


async def test_twenty_concurrent_retries_make_one_reservation(stage: Stage) -> None:
    key = fresh_key()
    responses = await asyncio.gather(*(stage.book(key=key) for _ in range(20)))
    assert {response.status_code for response in responses} == {201}
    assert len({response.json()["reservation"]["code"] for response in responses}) == 1
    assert sum("idempotent-replayed" not in response.headers for response in responses) == 1


async def test_an_undecided_booking_is_accepted_and_can_be_asked_for_again(impatient: Stage) -> None:
    key = fresh_key()
    response = await impatient.book(key=key, pool_id="undecided")
    assert response.status_code == 202
    assert int(response.headers["retry-after"]) > 0
    code = reservation_code("driver-1", key)
    assert response.headers["location"] == f"/v1/reservations/{code}"
    assert response.json() == {
        "outcome": "pending",
        "code": code,
        "location": f"/v1/reservations/{code}",
    }
    assert (await impatient.book(key=key, pool_id="undecided")).status_code == 202


async def test_more_bookings_than_slots_are_shed_with_a_hint(impatient: Stage) -> None:
    held = [asyncio.create_task(impatient.book(key=f"shed-{n}", pool_id="undecided")) for n in (1, 2)]
    for key in ("shed-1", "shed-2"):
        await _started(impatient, reservation_code("driver-1", key))
    response = await impatient.book()
    assert_problem(response, 503, "overloaded")
    assert response.headers["retry-after"] == "1"
    assert [response.status_code for response in await asyncio.gather(*held)] == [202, 202]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "idempotency_key_missing"),
        ("", "idempotency_key_missing"),
        ("k" * 256, "idempotency_key_invalid"),
        ("tab\there", "idempotency_key_invalid"),
        ("sch\u00f6n", "idempotency_key_invalid"),
    ],
)
async def test_a_booking_needs_a_printable_key(stage: Stage, header: str | None, code: str) -> None:
    headers = {name.encode(): value.encode() for name, value in stage.driver().items()}
    if header is not None:
        headers[b"Idempotency-Key"] = header.encode("latin-1")
    before = await stage.row_counts()
    response = await stage.http.post("/v1/reservations", json=booking(), headers=headers)
    assert_problem(response, 400, code)
    assert await stage.row_counts() == before


async def test_a_fleet_books_for_its_own_driver(stage: Stage) -> None:
    response = await stage.book(who=stage.fleet(), driver_id="fleet-1-driver")
    assert response.status_code == 201
    reservation = response.json()["reservation"]
    assert (reservation["driver_id"], reservation["fleet_id"]) == ("fleet-1-driver", "fleet-1")


@pytest.mark.parametrize(
    ("who", "driver_id", "status", "code"),
    [
        ("fleet", "fleet-2-driver", 404, "driver_unknown"),
        ("fleet", "driver-1", 404, "driver_unknown"),
        ("fleet", "nobody", 404, "driver_unknown"),
        ("fleet", None, 422, "invalid_request"),
        ("driver", "driver-2", 403, "scope_missing"),
        ("operator", None, 403, "scope_missing"),
    ],
)
async def test_nobody_books_for_somebody_elses_driver(
    stage: Stage, who: str, driver_id: str | None, status: int, code: str
) -> None:
    headers = {"fleet": stage.fleet(), "driver": stage.driver(), "operator": stage.operators()}[who]
    before = await stage.row_counts()
    assert_problem(await stage.book(who=headers, driver_id=driver_id), status, code)
    assert await stage.row_counts() == before


async def test_a_driver_may_name_itself(stage: Stage) -> None:
    assert (await stage.book(driver_id="driver-1")).status_code == 201


async def test_an_unknown_site_is_404_and_leaves_the_key_free(stage: Stage) -> None:
    key = fresh_key()
    assert_problem(await stage.book(key=key, site_id="atlantis"), 404, "site_unknown")
    assert (await stage.book(key=key, start=START, end=END)).status_code == 201


async def _started(stage: Stage, code: str) -> None:
    """The workflow exists, so its booking is being waited for. The server tells nobody: ask until it is so."""
    async with asyncio.timeout(20):
        while not await _exists(stage, code):  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)


async def _exists(stage: Stage, code: str) -> bool:
    try:
        await stage.temporal.get_workflow_handle(workflow_id(code)).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True
