"""Disputes by API: operators see all of them, and nobody else any."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, insert, select, update

from db.tables import AuditEntry, Dispute, MoneyRequest
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, Stage, assert_problem

PATH = "/v1/operations/disputes"
CODE = reservation_code("driver", "disputed")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def three_disputes(stage: Stage) -> None:
    """`du_1` of yesterday waits, `du_2` is lost, `du_3` is of a payment that is not known."""
    shared: dict[str, Any] = {
        "currency": "EUR",
        "amount_minor": 2380,
        "taken_minor": 2380,
        "fee_minor": 2000,
        "reason": "fraudulent",
        "charge_id": "ch_1",
        "changed_at": NOW,
    }
    async with stage.sessions.begin() as session:
        await session.execute(delete(Dispute))
        for days, (dispute, code, state) in enumerate(
            (("du_1", CODE, "open"), ("du_2", CODE, "lost"), ("du_3", "", "open")), 1
        ):
            of = {"reservation_code": code, "driver_id": "driver-1" if code else None, "state": state}
            times = {
                "opened_at": NOW - days * DAY,
                "due_by": NOW + DAY if state == "open" else None,
                "closed_at": NOW if state == "lost" else None,
            }
            status = "needs_response" if state == "open" else state
            row = {"dispute_id": dispute, "status": status, **of, **times, **shared}
            await session.execute(insert(Dispute).values(row))


async def listed(stage: Stage, **query: Any) -> list[str]:
    response = await stage.http.get(PATH, params=query, headers=stage.operators())
    assert response.status_code == 200, response.text
    return [item["dispute"] for item in response.json()["items"]]


async def test_operators_see_what_is_disputed_and_until_when_it_can_be_answered(stage: Stage) -> None:
    shown = (await stage.http.get(f"{PATH}/du_1", headers=stage.operators())).json()
    assert (shown["reservation"], shown["driver_id"], shown["state"]) == (CODE, "driver-1", "open")
    assert (shown["amount_minor"], shown["fee_minor"], shown["currency"]) == (2380, 2000, "EUR")
    assert shown["due_by"].startswith("2026-11-23")
    unknown = (await stage.http.get(f"{PATH}/du_3", headers=stage.operators())).json()
    assert (unknown["reservation"], unknown["charge"]) == (None, "ch_1")
    assert_problem(await stage.http.get(f"{PATH}/du_4", headers=stage.operators()), 404, "dispute_unknown")


async def test_they_filter_and_page(stage: Stage) -> None:
    assert await listed(stage) == ["du_1", "du_2", "du_3"]
    assert await listed(stage, state="open", driver_id="driver-1") == ["du_1"]
    assert await listed(stage, reservation=CODE, state="lost") == ["du_2"]
    first = (await stage.http.get(PATH, params={"limit": 2}, headers=stage.operators())).json()
    assert await listed(stage, limit=2, cursor=first["next_cursor"]) == ["du_3"]


async def test_an_operator_lifts_what_a_lost_one_bars_once_and_that_is_audited(stage: Stage) -> None:
    path, olga = f"{PATH}/du_2/lift", stage.operators()
    assert_problem(await stage.http.post(path, headers=olga, json={}), 422, "invalid_request")
    open_one = await stage.http.post(f"{PATH}/du_1/lift", headers=olga, json={"reason": "why not"})
    assert_problem(open_one, 409, "dispute_bars_nobody")
    lifted = await stage.http.post(path, headers=olga, json={"reason": "paid by bank transfer"})
    assert (lifted.status_code, lifted.json()["lifted_by"]) == (200, "olga")
    again = await stage.http.post(path, headers=olga, json={"reason": "paid by bank transfer"})
    assert_problem(again, 409, "dispute_bars_nobody")
    async with stage.sessions() as session:
        written = await session.scalars(select(AuditEntry.code).where(AuditEntry.subject == CODE))
        assert list(written) == ["dispute_lifted"]


async def test_of_one_that_took_nothing_there_is_nothing_to_lift(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(update(Dispute).where(Dispute.dispute_id == "du_2").values(taken_minor=0))
    body = {"reason": "all came back"}
    lifted = await stage.http.post(f"{PATH}/du_2/lift", headers=stage.operators(), json=body)
    assert_problem(lifted, 409, "dispute_bars_nobody")


async def test_an_operator_answers_once_and_in_time(stage: Stage) -> None:
    olga = stage.operators()
    late = await stage.http.post(f"{PATH}/du_2/submit", headers=olga, json={})
    assert_problem(late, 409, "dispute_not_answerable")
    first = await stage.http.post(f"{PATH}/du_1/submit", headers=olga, json={"text": "They came."})
    assert (first.status_code, first.json()["decision"], first.json()["decided_by"]) == (
        200,
        "submit",
        "olga",
    )
    again = await stage.http.post(f"{PATH}/du_1/accept", headers=olga, json={"reason": "no"})
    assert_problem(again, 409, "dispute_answered")


async def test_a_loss_beyond_the_limit_of_a_role_is_accepted_by_two(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(MoneyRequest))
        await session.execute(update(Dispute).where(Dispute.dispute_id == "du_1").values(amount_minor=5001))
    path, body = f"{PATH}/du_1/accept", {"reason": "wrong bay"}
    asked = [await stage.http.post(path, headers=stage.operators(), json=body) for _ in range(2)]
    assert [one.status_code for one in asked] == [202, 202]
    assert asked[0].json() == asked[1].json()
    request = asked[0].json()
    assert (request["kind"], request["subject"], request["amount_minor"]) == ("dispute_loss", "du_1", 5001)

    async def approved(by: str, role: str) -> httpx.Response:
        where = f"/v1/operations/money-requests/{request['number']}/approve"
        return await stage.http.post(where, headers=stage.operators(by, role), json={"reason": "fair"})

    async def shown() -> dict[str, Any]:
        found: dict[str, Any] = (await stage.http.get(f"{PATH}/du_1", headers=stage.operators())).json()
        return found

    assert_problem(await approved("otto", "support"), 403, "beyond_authority")
    assert_problem(await approved("olga", "finance"), 403, "second_person_needed")
    assert (await shown())["decision"] == ""
    assert (await approved("mira", "manager")).status_code == 200
    found = await shown()
    assert (found["decision"], found["decided_by"]) == ("accept", "olga")
    assert_problem(await stage.http.post(path, headers=stage.operators(), json=body), 409, "dispute_answered")


async def test_what_was_answered_meanwhile_is_not_accepted_and_the_request_waits_on(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(MoneyRequest))
        await session.execute(update(Dispute).where(Dispute.dispute_id == "du_1").values(currency="USD"))
    asked = await stage.http.post(f"{PATH}/du_1/accept", headers=stage.operators(), json={"reason": "no"})
    assert asked.status_code == 202
    mira = stage.operators("mira", "finance")
    submitted = await stage.http.post(f"{PATH}/du_1/submit", headers=mira, json={"text": "They came."})
    assert submitted.status_code == 200
    where = f"/v1/operations/money-requests/{asked.json()['number']}/approve"
    late = await stage.http.post(where, headers=mira, json={"reason": "fair"})
    assert_problem(late, 409, "dispute_answered")
    (waits,) = (await stage.http.get("/v1/operations/money-requests", headers=mira)).json()["items"]
    assert waits["state"] == "waiting"


async def test_only_what_was_lost_of_a_bill_is_claimed(stage: Stage) -> None:
    """What is claimed: `tests/activities/money/test_dispute_claims.py`."""
    olga, body = stage.operators(), {"reason": "the session was delivered"}
    unreasoned = await stage.http.post(f"{PATH}/du_2/claim", headers=olga, json={})
    assert_problem(unreasoned, 422, "invalid_request")
    assert_problem(
        await stage.http.post(f"{PATH}/du_4/claim", headers=olga, json=body), 404, "dispute_unknown"
    )
    for dispute in ("du_1", "du_2", "du_3"):
        refused = await stage.http.post(f"{PATH}/{dispute}/claim", headers=olga, json=body)
        assert_problem(refused, 409, "dispute_not_claimable")
        shown = (await stage.http.get(f"{PATH}/{dispute}", headers=olga)).json()
        assert (shown["claimed_minor"], shown["claimed_at"], shown["claimed_by"]) == (0, None, "")
