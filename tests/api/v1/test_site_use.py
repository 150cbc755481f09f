"""How a site was used: what was booked and charged on each day of its clock, for its operators alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from db.tables import ChargingSession, ReservationRow
from tests.api.stage import NOW, Stage, assert_problem, bearer
from tests.api.v1.test_charging_history import charged
from tests.api.web.visits import OLGA, signed_in

PATH = "/v1/operations/reports/site-use"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def nothing_was(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        for rows in (ChargingSession, ReservationRow):
            await session.execute(delete(rows))


async def booked(stage: Stage, code: str, at: datetime, *, hours: float = 1, **over: Any) -> None:
    end = at + hours * HOUR
    await stage.publish(
        code, closed=True, **({"state": "COMPLETED", "slot_start": at, "slot_end": end} | over)
    )


async def use_of(stage: Stage, site_id: str = "north") -> dict[str, dict[str, Any]]:
    answer = await stage.http.get(PATH, params={"site_id": site_id}, headers=stage.operators())
    assert answer.status_code == 200, answer.text
    return {one["day"]: one for one in answer.json()["items"]}


async def test_each_day_has_what_began_on_it_on_the_sites_clock(stage: Stage) -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    await booked(stage, "K7USE1", late, hours=2)
    await booked(stage, "K7USE2", late - HOUR, state="NO_SHOW")
    for number, state in enumerate(("CANCELLED", "DECLINED", "EXPIRED", "UNFULFILLED", "AWAITING_PAYMENT")):
        await booked(stage, f"K7NOT{number}", late, state=state)
    await booked(stage, "K7ELSE", late, site_id="south")
    await charged(stage, late, wh=7000, minutes=40)
    await charged(stage, late + HOUR, wh=500, minutes=5)
    await charged(stage, late, wh=9000, authorised=False)
    await charged(stage, NOW - timedelta(days=13, hours=3), wh=100, minutes=60)
    await charged(stage, NOW - timedelta(days=14, hours=3), wh=100, minutes=60)
    found = await use_of(stage)
    assert [*found] == [f"{NOW.date() - timedelta(days=ago)}" for ago in range(13, -1, -1)]
    zone_is_ahead = found["2026-11-21"]["booked_minutes"] > 0
    assert zone_is_ahead, "north is on the clock of Berlin"
    assert found["2026-11-20"] == {
        "day": "2026-11-20", "booked_minutes": 60, "charged_minutes": 0, "energy_wh": 0, "visits": 0,
    }  # fmt: skip
    assert found["2026-11-21"] == {
        "day": "2026-11-21", "booked_minutes": 120, "charged_minutes": 45, "energy_wh": 7500, "visits": 2,
    }  # fmt: skip
    assert found["2026-11-09"]["charged_minutes"] == 60
    assert sum(one["visits"] for one in found.values()) == 3, "and nothing from before"


async def test_it_is_for_operators_of_the_site(stage: Stage) -> None:
    await charged(stage, NOW - HOUR, wh=4200)
    for who in (stage.driver(), stage.fleet()):
        assert_problem(
            await stage.http.get(PATH, params={"site_id": "north"}, headers=who), 403, "scope_missing"
        )
    nowhere = {"site_id": "nowhere"}
    assert_problem(await stage.http.get(PATH, params=nowhere, headers=stage.operators()), 404, "site_unknown")
    elsewhere = bearer(stage.issuer.mint("carl", scope="operator", more={"sites": {"south": "owner"}}))
    refused = await stage.http.get(PATH, params={"site_id": "north"}, headers=elsewhere)
    assert_problem(refused, 403, "site_forbidden")
    olga = await signed_in(stage, OLGA, **{"Accept-Language": "en"})
    async with olga.http:
        page = (await olga.get("/operations/s/north")).text
        assert page.count('role="img"') == 3
        assert "<td>4.2</td>" in page
        assert 'role="img"' not in (await olga.get("/operations/s/south")).text
