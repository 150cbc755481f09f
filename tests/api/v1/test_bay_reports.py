"""What drivers report of bays, and what operators see of it and do."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select

from db.tables import AuditEntry, BayReport, Notification
from tests.api.stage import NOW, Stage, assert_problem

REPORTS, OWN = "/v1/operations/bay-reports", "/v1/bay-reports"


@pytest.fixture(autouse=True)
async def nothing_reported(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(BayReport))
        await session.execute(delete(Notification))


async def reported(stage: Stage, who: dict[str, str] | None = None, **over: Any) -> httpx.Response:
    body = {"charger_id": "NORTH-1", "connector_number": 1, "kind": "blocked"} | over
    return await stage.http.post(OWN, json=body, headers=who or stage.driver())


async def listed(stage: Stage, **query: Any) -> list[dict[str, Any]]:
    answer = await stage.http.get(REPORTS, params=query, headers=stage.operators())
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_operators_see_what_was_reported_the_latest_first_page_by_page(stage: Stage) -> None:
    first = (await reported(stage, text="a <b>van</b>")).json()
    second = (await reported(stage, stage.driver("driver-2"), kind="no_power")).json()
    assert first["moves"] is None
    assert [one["id"] for one in await listed(stage)] == [second["id"], first["id"]]
    assert (await listed(stage, kind="blocked"))[0]["text"] == "a <b>van</b>"
    assert await listed(stage, site_id="south") == []
    assert await listed(stage, resolved=True) == []
    page = await stage.http.get(REPORTS, params={"limit": 1}, headers=stage.operators())
    more = {"cursor": page.json()["next_cursor"]}
    rest = await stage.http.get(REPORTS, params=more, headers=stage.operators())
    assert [one["id"] for one in rest.json()["items"]] == [first["id"]]


async def test_said_again_it_is_one_report(stage: Stage) -> None:
    first, again = (await reported(stage)).json(), (await reported(stage, text="still there")).json()
    assert again == first


async def test_there_is_an_end_to_what_one_reports(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        first = (await reported(stage)).json()["id"]
        row = (await session.scalars(select(BayReport).where(BayReport.id == first))).one()
        values = {
            name: getattr(row, name) for name in ("charger_id", "connector_id", "kind", "text", "account")
        }
        session.add_all([BayReport(**values, reported_at=NOW, resolved_at=NOW) for _ in range(9)])
    assert_problem(await reported(stage, kind="other"), 429, "too_many_bay_reports")
    assert (await reported(stage, stage.driver("driver-2"))).status_code == 200


async def test_who_reported_it_is_told_what_came_of_it_once(stage: Stage) -> None:
    number = (await reported(stage)).json()["id"]
    there, olga = f"{REPORTS}/{number}", stage.operators()
    shown = await stage.http.get(there, headers=olga)
    known = {**olga, "If-Match": shown.headers["ETag"]}
    for answer in ("towed away", "towed away twice"):
        done = await stage.http.post(f"{there}/resolve", json={"answer": answer}, headers=olga)
        assert (done.status_code, done.json()["answer"]) == (200, "towed away")
    assert_problem(
        await stage.http.post(f"{there}/resolve", json={"answer": "x"}, headers=known),
        412,
        "changed_meanwhile",
    )
    notices = await stage.http.get("/v1/notices", headers=stage.driver())
    (told,) = notices.json()["items"]
    assert told["template"] == "bay_report_resolved"
    assert "towed away" in told["text"]
    async with stage.sessions() as session:
        entries = (await session.scalars(select(AuditEntry.code))).all()
    assert entries.count("bay_report_resolved") == 1


async def test_what_is_resolved_can_be_reported_anew(stage: Stage) -> None:
    first = (await reported(stage)).json()["id"]
    await stage.http.post(f"{REPORTS}/{first}/resolve", json={"answer": "seen to"}, headers=stage.operators())
    assert (await reported(stage)).json()["id"] != first


async def test_nobody_is_moved_who_has_reported_nothing_or_whose_turn_it_is_not(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code)
    answer = await stage.http.post(f"/v1/reservations/{code}/another-bay", headers=stage.driver())
    assert_problem(answer, 409, "nothing_to_move_for")
    others = await stage.http.post(f"/v1/reservations/{code}/another-bay", headers=stage.driver("driver-2"))
    assert_problem(others, 404, "reservation_unknown")


async def test_who_is_away_or_may_not_is_refused(stage: Stage) -> None:
    assert_problem(await reported(stage, charger_id="NOWHERE"), 404, "connector_unknown")
    assert_problem(await reported(stage, text="x" * 501), 422, "invalid_request")
    assert_problem(await reported(stage, kind="nonsense"), 422, "invalid_request")
    assert_problem(
        await stage.http.get(f"{REPORTS}/9999", headers=stage.operators()), 404, "bay_report_unknown"
    )


async def test_what_strangers_were_counted_by_is_forgotten(stage: Stage) -> None:
    number = (await reported(stage)).json()["id"]
    long_ago = NOW - timedelta(days=2)
    async with stage.sessions.begin() as session:
        row = (await session.scalars(select(BayReport).where(BayReport.id == number))).one()
        row.account, row.browser_digest, row.address_digest, row.reported_at = None, "b", "a", long_ago
    await reported(stage, kind="no_power")
    async with stage.sessions() as session:
        row = (await session.scalars(select(BayReport).where(BayReport.id == number))).one()
    assert (row.browser_digest, row.address_digest) == ("", "")
