"""Booking for somebody else: who comes sees where and when and charges; the rest is for whoever booked and pays."""

import httpx
import pytest
from sqlalchemy import select

from db.tables import ReservationGuest
from tests.api.stage import Stage, assert_problem, booking, fresh_key

MIA = {"name": "Mia Berg", "contact": "mia@example.org"}


async def booked(stage: Stage, who: dict[str, str], **over: object) -> str:
    headers = who | {"Idempotency-Key": fresh_key()}
    answer = await stage.http.post("/v1/reservations", json=booking() | over, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reservation"]["code"])


async def issued(stage: Stage, code: str, who: dict[str, str]) -> dict[str, str]:
    """The headers of a guest."""
    answer = await stage.http.post(f"/v1/reservations/{code}/guest-pass", headers=who)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in MIA} == MIA
    return {"Authorization": f"Bearer {answer.json()['guest_pass']}"}


async def visit(stage: Stage, guest: dict[str, str]) -> httpx.Response:
    return await stage.http.get("/v1/guest-visit", headers=guest)


async def test_a_guest_sees_where_and_when_and_charges_and_nothing_else(stage: Stage) -> None:
    code = await booked(stage, stage.driver(), guest=MIA)
    guest = await issued(stage, code, stage.driver())
    seen = (await visit(stage, guest)).json()
    assert (seen["code"], seen["state"]) == (code, "CONFIRMED")
    assert not {"money", "timeline", "terms", "client_secret"} & seen.keys()
    done = await stage.http.post("/v1/guest-visit/check-in", headers=guest)
    assert done.json()["state"] == "ARRIVED", done.text
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/guest-pass")):
        answer = await stage.http.request(method, f"/v1/reservations/{code}{path}", headers=guest)
        assert_problem(answer, 401, "token_invalid")
    assert (await stage.http.post("/v1/guest-visit/cancel", headers=guest)).status_code == 404


async def test_a_pass_counts_until_it_is_replaced_or_withdrawn(stage: Stage) -> None:
    code, own = await booked(stage, stage.driver(), guest=MIA), stage.driver()
    first = await issued(stage, code, own)
    second = await issued(stage, code, own)
    assert_problem(await visit(stage, first), 403, "guest_pass_invalid")
    assert (await visit(stage, second)).status_code == 200
    gone = await stage.http.delete(f"/v1/reservations/{code}/guest-pass", headers=own)
    assert gone.json() == MIA
    assert_problem(await visit(stage, second), 403, "guest_pass_invalid")
    assert_problem(await visit(stage, own), 403, "guest_pass_invalid")
    async with stage.sessions() as session:
        row = (await session.scalars(select(ReservationGuest).filter_by(reservation_code=code))).one()
    assert row.pass_digest is None


@pytest.mark.parametrize("what", ["guest", "guest-pass"])
async def test_who_comes_is_named_by_whoever_booked_and_seen_by_nobody_else(stage: Stage, what: str) -> None:
    code, method = await booked(stage, stage.driver(), guest=MIA), "GET" if what == "guest" else "POST"
    url = f"/v1/reservations/{code}/{what}"
    assert (await stage.http.request(method, url, headers=stage.driver())).status_code == 200
    other = await stage.http.request(method, url, headers=stage.driver("another"))
    assert_problem(other, 404, "reservation_unknown")
    alone = await booked(stage, stage.driver())
    url = f"/v1/reservations/{alone}/{what}"
    assert_problem(await stage.http.request(method, url, headers=stage.driver()), 404, "guest_unknown")


async def test_a_guest_is_named_later_too_and_another_one_needs_another_pass(stage: Stage) -> None:
    code, own = await booked(stage, stage.driver()), stage.driver()
    await stage.publish(code)
    url, ole = f"/v1/reservations/{code}/guest", {"name": "Ole", "contact": "+49 30 1"}
    for _ in range(2):
        named = await stage.http.put(url, json=MIA, headers=own)
        assert (named.status_code, named.json()) == (200, MIA)
    guest = await issued(stage, code, own)
    assert (await stage.http.put(url, json=MIA, headers=own)).status_code == 200
    assert (await visit(stage, guest)).status_code == 200, "she is who she was"
    assert (await stage.http.put(url, json=ole, headers=own)).json() == ole
    assert_problem(await visit(stage, guest), 403, "guest_pass_invalid")
    assert (await stage.http.get(url, headers=own)).json() == ole
    stranger = await stage.http.put(url, json=MIA, headers=stage.driver("another"))
    assert_problem(stranger, 404, "reservation_unknown")
    await stage.publish(code, closed=True, state="COMPLETED")
    assert_problem(await stage.http.put(url, json=MIA, headers=own), 409, "not_possible_now")
    assert (await stage.http.get(url, headers=own)).json() == ole


async def test_the_same_key_has_the_same_guest(stage: Stage) -> None:
    headers = stage.driver() | {"Idempotency-Key": fresh_key()}
    body = booking() | {"guest": MIA}
    first = await stage.http.post("/v1/reservations", json=body, headers=headers)
    again = await stage.http.post("/v1/reservations", json=body, headers=headers)
    assert again.json()["reservation"]["code"] == first.json()["reservation"]["code"]
    other = body | {"guest": MIA | {"name": "Ole"}}
    assert_problem(
        await stage.http.post("/v1/reservations", json=other, headers=headers), 422, "idempotency_key_reused"
    )
