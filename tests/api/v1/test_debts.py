"""Debts by API: drivers see and pay their own, operators see all and alone write one off."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from db.tables import AuditEntry, Debt
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, Stage, assert_problem

MINE, OTHERS, FLEETS = (reservation_code("driver", key) for key in ("mine", "others", "fleets"))
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def three_debts(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(Debt))
        for days, (code, driver, fleet) in enumerate(
            ((MINE, "driver-1", None), (OTHERS, "driver-2", None), (FLEETS, "fleet-1-driver", "fleet-1")), 1
        ):
            await session.execute(
                insert(Debt).values(
                    reservation_code=code,
                    driver_id=driver,
                    fleet_id=fleet,
                    site_id="north",
                    currency="EUR",
                    amount_minor=2380,
                    outstanding_minor=2380,
                    state="open",
                    waits_for="attempt" if code == MINE else "operator",
                    next_at=NOW + DAY if code == MINE else None,
                    reason="insufficient_funds",
                    decline_code="insufficient_funds",
                    opened_at=NOW - days * DAY,
                    changed_at=NOW,
                )
            )


async def listed(stage: Stage, path: str, who: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    response = await stage.http.get(path, params=query, headers=who)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def test_drivers_see_their_own_with_why_and_since_when(stage: Stage) -> None:
    (mine,) = await listed(stage, "/v1/debts", stage.driver())
    assert (mine["reservation"], mine["outstanding_minor"], mine["reason"]) == (
        MINE,
        2380,
        "insufficient_funds",
    )
    assert (mine["pay"], bool(mine["why"])) == (f"/v1/debts/{MINE}/pay", True)
    assert mine["next_attempt_at"]
    (fleets,) = await listed(stage, "/v1/debts", stage.fleet())
    assert fleets["reservation"] == FLEETS


async def test_operators_filter_and_page(stage: Stage) -> None:
    path, olga = "/v1/operations/debts", stage.operators()
    assert [d["reservation"] for d in await listed(stage, path, olga)] == [MINE, OTHERS, FLEETS]
    waiting = await listed(stage, path, olga, waits_for="operator", fleet_id="fleet-1")
    assert [d["reservation"] for d in waiting] == [FLEETS]
    first = (await stage.http.get(path, params={"limit": 2}, headers=olga)).json()
    rest = await listed(stage, path, olga, limit=2, cursor=first["next_cursor"])
    assert [d["reservation"] for d in rest] == [FLEETS]


async def test_nobody_pays_or_sees_anothers(stage: Stage) -> None:
    response = await stage.http.post(f"/v1/debts/{OTHERS}/pay", headers=stage.driver())
    assert_problem(response, 404, "debt_unknown")


async def test_what_is_not_settled_here_is_not_written_off(stage: Stage) -> None:
    path = f"/v1/operations/debts/{MINE}/write-off"
    response = await stage.http.post(path, headers=stage.operators(), json={"reason": "insolvent"})
    assert_problem(response, 404, "debt_unknown")
    response = await stage.http.post(path, headers=stage.operators(), json={})
    assert_problem(response, 422, "invalid_request")
    async with stage.sessions() as session:
        written = await session.scalars(select(AuditEntry.code).where(AuditEntry.subject == MINE))
        assert list(written) == []
