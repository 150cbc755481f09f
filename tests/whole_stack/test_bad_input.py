"""Whatever is sent over the socket: a documented problem, and no row is another one afterwards."""

from typing import Any

from tests.api.stage import assert_problem
from tests.whole_stack.answers import fresh_key
from tests.whole_stack.place import DECLINED_CARD, Place

Case = tuple[dict[str, Any], int, str]


async def test_a_bad_booking_changes_nothing(place: Place) -> None:
    cases: list[Case] = [
        ({"site_id": "atlantis"}, 404, "site_unknown"),
        ({"site_id": 5}, 422, "invalid_request"),
        ({"start": place.at(-7200), "end": place.at(-3600)}, 422, "slot_in_past"),
        ({"start": place.at(3600), "end": place.at(3600)}, 422, "invalid_request"),
        ({"end": place.at(3600 + 5 * 3600)}, 422, "slot_invalid"),
        ({"start": place.at(40 * 86400), "end": place.at(40 * 86400 + 600)}, 422, "slot_invalid"),
        ({"start": "2030-01-01T10:00:00"}, 422, "invalid_request"),
        ({"start": 1795000000}, 422, "invalid_request"),
        ({"pool_id": "nowhere-dc"}, 404, "pool_unknown"),
        ({"connector_type": "CHADEMO"}, 404, "pool_unknown"),
        ({"driver_id": f"{place.site_id}-ben"}, 403, "scope_missing"),
        ({"deposit": 0}, 422, "invalid_request"),
        ({"payment_method": "x" * 65}, 422, "invalid_request"),
        ({"payment_method": "pm_nobody"}, 402, "payment_declined"),
        ({"payment_method": DECLINED_CARD}, 402, "payment_declined"),
    ]
    for over, status, code in cases:
        response = await place.send_booking(place.booking() | over)
        assert_problem(response, status, code)
    assert await place.open_holds() == []
    rows = await place.rows()
    assert all("CONFIRMED" not in row for row in rows["reservations"])
    assert all("requires_capture" not in row for row in rows["payments"])


async def test_bad_requests_about_a_reservation_change_no_row(place: Place) -> None:
    trip = await place.booked()
    http, anna, base = place.stack.http, place.driver(), f"/v1/reservations/{trip.code}"
    operations = f"/v1/operations/reservations/{trip.code}"
    before = await place.rows()
    bodies: list[tuple[str, dict[str, str], Any, int, str]] = [
        (f"{base}/cancel", {}, {}, 401, "token_missing"),
        (f"{base}/cancel", {"Authorization": "Bearer x.y.z"}, {}, 401, "token_invalid"),
        (f"{base}/cancel", place.driver("ben"), {}, 404, "reservation_unknown"),
        (f"{base}/cancel", anna, {"fee": 0}, 422, "invalid_request"),
        (f"{base}/cancel", anna, {"reason": "x" * 501}, 422, "invalid_request"),
        (f"{base}/reschedule", anna, {"start": place.at(0)}, 422, "invalid_request"),
        (f"{base}/reschedule", anna, {"start": "soon", "end": "later"}, 422, "invalid_request"),
        (f"{base}/extend", anna, {"end": "9999-12-31T23:59:59Z"}, 422, "invalid_request"),
        (f"{base}/extend", anna, {"end": place.at(9000)}, 409, "not_possible_now"),
        (f"{base}/on-my-way", anna, {"eta": None}, 422, "invalid_request"),
        (f"{base}/stop", anna, None, 409, "not_possible_now"),
        ("/v1/reservations/ZZZZ/cancel", anna, {}, 404, "reservation_code_invalid"),
        (f"{operations}/cancel", anna, {}, 403, "scope_missing"),
        (f"{operations}/waive", place.operator, {"kind": "x y"}, 422, "invalid_request"),
        (f"{operations}/reassign", place.operator, {"connector_id": "1"}, 422, "invalid_request"),
        (f"{operations}/resolve", place.operator, {}, 409, "not_possible_now"),
    ]
    for url, headers, body, status, code in bodies:
        assert_problem(await http.post(url, json=body, headers=headers), status, code)
    assert await place.rows() == before


async def test_unreadable_bodies_and_forged_webhooks_change_no_row(place: Place) -> None:
    await place.booked()
    before = await place.rows()
    headers = {**place.driver(), "Idempotency-Key": fresh_key(), "Content-Type": "application/json"}
    http = place.stack.http
    for content, status, code in (
        (b"{", 400, "malformed_request"),
        (b"\xff\xfe", 400, "malformed_request"),
        (b"[" * 50_000, 400, "malformed_request"),
        (b'"' + b"x" * 70_000 + b'"', 413, "body_too_large"),
    ):
        assert_problem(await http.post("/v1/reservations", content=content, headers=headers), status, code)
    forged = {"Stripe-Signature": "t=1,v1=00", "Content-Type": "application/json"}
    response = await http.post("/v1/webhooks/stripe", content=b"{}", headers=forged)
    assert_problem(response, 400, "webhook_invalid")
    assert await place.rows() == before
