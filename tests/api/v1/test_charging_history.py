"""What a driver has charged: a visit once, with its bill, its own driver's alone, by month and as a table."""

import csv
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from db.queries.money.documents import Subject, issue_document
from db.tables import ChargingSession, Settlement
from tests.api.stage import NOW, Stage, assert_problem
from tests.api.v1.test_sessions import began
from tests.api.web.visits import ANA, BEN, signed_in

PATH = "/v1/charging-history"
HOUR = timedelta(hours=1)
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
async def nobody_has_charged(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(delete(ChargingSession))


async def charged(stage: Stage, at: datetime, *, wh: int = 5000, minutes: int = 30, **over: Any) -> int:
    """Over; of driver-1, unless it is said."""
    end = at + timedelta(minutes=minutes)
    times: dict[str, Any] = {
        "started_at": at,
        "ended_at": end,
        "meter_at": end,
        "meter_start_wh": 100,
        "meter_last_wh": 100 + wh,
    }
    return await began(stage, transaction_id=f"past-{next(_numbers)}", **times | over)


async def billed(
    stage: Stage, code: str, minor: int, wh: int, step: str = "settle", *, posted: bool = True
) -> None:
    totals = {"captured_minor": minor, "released_minor": 0, "refunded_minor": 0, "posted_at": NOW}
    about = {"outcome": "COMPLETED", "somebody_waits": False, "occupancy_percent": 0, "priced_at": NOW}
    async with stage.sessions.begin() as session:
        session.add(
            Settlement(
                reservation_code=code, step=step, currency="EUR", charge_minor=minor, credit_minor=0,
                energy_wh=wh, **about, **(totals if posted else {}),
            )
        )  # fmt: skip


async def listed(stage: Stage, who: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    answer = await stage.http.get(PATH, headers=who, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_visit_is_told_once_with_the_bill_of_its_reservation(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True, state="COMPLETED")
    await charged(stage, NOW - 3 * HOUR, wh=4000, minutes=20, reservation_code=code)
    await charged(stage, NOW - 2 * HOUR, wh=6000, minutes=25, reservation_code=code)
    await charged(stage, NOW - 1 * HOUR, wh=1000, authorised=False)
    (visit,) = await listed(stage, stage.driver())
    assert (visit["reservation"], visit["energy_wh"], visit["minutes"]) == (code, 10_000, 45)
    assert (visit["cost"], visit["document_id"]) == (None, None), "not billed yet"
    await billed(stage, code, 1234, 9_900)
    await billed(stage, code, 1000, 9_900, "settle-2")
    await billed(stage, code, 1, 1, "settle-3", posted=False)
    async with stage.sessions.begin() as session:
        subject = Subject(kind="receipt", reservation_code=code, driver_id="driver-1")
        row = await issue_document(session, "T-", code, {}, NOW, subject)
    (visit,) = await listed(stage, stage.driver())
    assert visit["energy_wh"] == 9_900, "as it was billed"
    assert visit["cost"] == {"minor": 1000, "currency": "EUR"}, "by the newest bill that was posted"
    assert visit["document_id"] == row.id
    assert datetime.fromisoformat(visit["began_at"]) == NOW - 3 * HOUR
    assert datetime.fromisoformat(visit["ended_at"]) == NOW - 2 * HOUR + timedelta(minutes=25)


async def test_pages_have_each_visit_once_whatever_lies_between(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True, state="COMPLETED")
    at = NOW - 8 * HOUR
    for hours in (1, 3, 5):
        await charged(stage, at + hours * HOUR, reservation_code=code)
    for hours in (0, 2, 4, 4, 6):
        await charged(stage, at + hours * HOUR)
    seen, cursor = [], None
    while True:
        answer = await stage.http.get(
            PATH, headers=stage.driver(), params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        seen += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    hours_of = [(datetime.fromisoformat(one["began_at"]) - at) / HOUR for one in seen]
    assert hours_of == [6, 4, 4, 2, 1, 0]
    assert [one["reservation"] for one in seen] == [None, None, None, None, code, None]


async def test_nobody_is_told_of_anothers_charging_or_of_their_hosts_money(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True, state="COMPLETED")
    await billed(stage, code, 1234, 5000)
    await charged(stage, NOW - 5 * HOUR)
    await charged(stage, NOW - 3 * HOUR, wh=700, reservation_code=code, driver_id="driver-2")
    (guests,) = await listed(stage, stage.driver("driver-2"))
    assert (guests["energy_wh"], guests["reservation"], guests["cost"]) == (700, None, None)
    assert [one["energy_wh"] for one in await listed(stage, stage.driver())] == [5000]
    for path in ("", "/months", "/export"):
        for who in (stage.fleet(), stage.operators()):
            assert_problem(await stage.http.get(f"{PATH}{path}", headers=who), 403, "scope_missing")
    ben = await signed_in(stage, BEN)
    async with ben.http:
        assert code not in (await ben.get("/me/charging")).text
        assert code not in (await ben.get("/me/charging.csv")).text


async def test_months_are_those_of_the_sites_clock_and_the_last_twelve(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True, state="COMPLETED")
    await charged(stage, datetime(2026, 10, 31, 23, 30, tzinfo=UTC), wh=1000)
    await charged(stage, datetime(2026, 10, 31, 22, 30, tzinfo=UTC), wh=2000, reservation_code=code)
    await billed(stage, code, 500, 2000)
    await charged(stage, datetime(2025, 12, 1, 12, tzinfo=UTC), wh=4000)
    await charged(stage, datetime(2025, 11, 30, 12, tzinfo=UTC), wh=8000)
    found = (await stage.http.get(f"{PATH}/months", headers=stage.driver())).json()["items"]
    assert [one["month"] for one in found][::11] == ["2025-12", "2026-11"]
    assert len(found) == 12
    by_month = {one["month"]: one for one in found if one["visits"]}
    assert {name: one["energy_wh"] for name, one in by_month.items()} == {
        "2025-12": 4000, "2026-10": 2000, "2026-11": 1000,
    }  # fmt: skip
    assert by_month["2026-10"]["costs"] == [{"minor": 500, "currency": "EUR"}]
    assert by_month["2026-11"]["costs"] == []


async def test_the_table_has_all_of_it_and_the_page_shows_it(stage: Stage) -> None:
    for hours in range(1, 24):
        await charged(stage, NOW - hours * HOUR, wh=1000 * hours)
    await began(stage, ago=5)
    exported = await stage.http.get(f"{PATH}/export", headers=stage.driver())
    ana = await signed_in(stage, ANA, **{"Accept-Language": "en"})
    async with ana.http:
        assert (await ana.get("/me/charging.csv")).content == exported.content
        page = (await ana.get("/me/charging")).text
        older = page.split("/me/charging?after=")[1].split('"')[0]
        rest = (await ana.get(f"/me/charging?after={older}")).text
        assert (await ana.get("/me/charging?after=nonsense")).status_code == 400
    head, running, *rows = csv.reader(exported.text.splitlines())
    assert head[:2] == ["began", "ended"]
    assert running[1] == "", "it goes on"
    assert [row[4] for row in rows] == [f"{hours}.000" for hours in range(1, 24)]
    assert (page.count("<li>\n<h2>"), rest.count("<li>\n<h2>")) == (20, 4)
    assert "charging now" in page
    assert page.count('role="img"') == 1, "energy by month; nothing has a bill"
    assert 'role="img"' not in rest
