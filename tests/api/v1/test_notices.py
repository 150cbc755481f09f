"""What people were told, by API: one's own, the fleet's, all for operators."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from db.notifications import record_notice
from db.tables import Notification
from domain.facts.money_notices import DocumentIssued
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, Stage, assert_problem

CODE = reservation_code("driver", "noticed")
TOLD = [
    ("T-000001", "driver-1", None, CODE),
    ("T-000002", "driver-2", None, ""),
    ("T-000003", "fleet-1-driver", None, ""),
    ("T-000004", "", "fleet-1", ""),
    ("T-000005", "", "fleet-2", ""),
    ("T-000006", "", "fleet-1", ""),
]
"""Number, driver, fleet, reservation; the last two at the same instant."""


@pytest.fixture(autouse=True)
async def told(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(Notification))
        for count, (number, driver, fleet, code) in enumerate(TOLD):
            await record_notice(
                session,
                DocumentIssued(kind="statement" if fleet else "receipt", number=number, read_at="/v1"),
                key=number,
                driver_id=driver,
                fleet_id=fleet,
                reservation_code=code,
                at=NOW + timedelta(minutes=min(count, 4)),
            )


async def listed(stage: Stage, who: dict[str, str], **query: str | int) -> list[str]:
    answer = await stage.http.get("/v1/notices", params=query, headers=who)
    assert answer.status_code == 200, answer.text
    return [one["parameters"]["number"] for one in answer.json()["items"]]


async def test_each_sees_what_they_were_told_a_fleet_of_its_own_and_operators_all(stage: Stage) -> None:
    assert await listed(stage, stage.driver()) == ["T-000001"]
    assert await listed(stage, stage.fleet()) == ["T-000006", "T-000004"]
    assert await listed(stage, stage.fleet(), driver_id="fleet-1-driver") == []
    assert await listed(stage, stage.fleet(), fleet_id="fleet-2") == []
    everything = [number for number, *_ in reversed(TOLD)]
    assert await listed(stage, stage.operators()) == everything
    assert await listed(stage, stage.operators(), fleet_id="fleet-2") == ["T-000005"]
    assert await listed(stage, stage.operators(), reservation_code=CODE.lower()) == ["T-000001"]
    assert await listed(stage, stage.operators(), template="no_show") == []


async def test_pages_neither_repeat_nor_skip_and_say_it_in_the_callers_language(stage: Stage) -> None:
    found, cursor, query = list[str](), None, "limit=1"
    for _ in TOLD:
        page = await stage.http.get(f"/v1/notices?{query}", headers=stage.operators())
        found += [one["parameters"]["number"] for one in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        query = f"limit=1&cursor={cursor}"
    assert (found, cursor) == ([number for number, *_ in reversed(TOLD)], None)
    answer = await stage.http.get("/v1/notices", headers={**stage.fleet(), "Accept-Language": "de"})
    one = answer.json()["items"][0]
    assert (one["fleet_id"], one["driver_id"], one["reservation"]) == ("fleet-1", "", None)
    assert "T-000006" in one["text"]
    assert (
        one["text"] != (await stage.http.get("/v1/notices", headers=stage.fleet())).json()["items"][0]["text"]
    )


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"cursor": "x"}, 400, "cursor_invalid"),
        ({"limit": 0}, 422, "invalid_request"),
        ({"fleet_id": "a\0b"}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    stage: Stage, query: dict[str, str | int], status: int, code: str
) -> None:
    assert_problem(await stage.http.get("/v1/notices", params=query, headers=stage.fleet()), status, code)
