"""Everybody's charging sessions, as operators see, start, stop and release them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.commands import charger_activities
from contracts.names import gateway_queue
from db.tables import ChargingSession
from domain.charging.commands import (
    Command,
    CommandOutcome,
    CommandReply,
    ProfilePurpose,
    RemoteStart,
    RemoteStop,
)
from tests.api.stage import NOW, Stage, assert_problem

PATH = "/v1/operations/sessions"
CARD = "04A1B2C3D4E5F6"


class Recording:
    """A charger that accepts everything; what it was sent is kept."""

    def __init__(self) -> None:
        self.sent: list[Command] = []

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        self.sent.append(command)
        return CommandReply(outcome=CommandOutcome.ACCEPTED, detail="Accepted")


@pytest.fixture(scope="module")
def charger() -> Recording:
    return Recording()


@pytest.fixture(scope="module", autouse=True)
async def gateway(temporal: Client, charger: Recording) -> AsyncIterator[None]:
    queue = gateway_queue("test-gateway")
    async with Worker(temporal, task_queue=queue, activities=charger_activities(charger)):
        yield


@pytest.fixture(autouse=True)
async def nobody_charges(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(ChargingSession))


async def began(
    stage: Stage, *, ago: float = 10, code: str | None = None, ended: bool = False, **over: Any
) -> int:
    """A session at NORTH-1 that began `ago` minutes ago and has 7 kWh on its meter."""
    at = NOW - timedelta(minutes=ago)
    values: dict[str, Any] = {
        "charger_id": "NORTH-1",
        "connector_id": 1,
        "transaction_id": f"tx-{at.isoformat()}",
        "id_tag": CARD,
        "driver_id": "driver-1",
        "reservation_code": code,
        "authorised": True,
        "started_at": at,
        "meter_start_wh": 1_000,
        "meter_last_wh": 8_000,
        "meter_at": NOW,
        "ended_at": NOW if ended else None,
    }
    async with stage.sessions.begin() as session:
        row = ChargingSession(**(values | over))
        session.add(row)
        await session.flush()
        return row.id


async def listed(stage: Stage, **params: Any) -> list[int]:
    response = await stage.http.get(PATH, params=params, headers=stage.operators())
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


async def test_walk_ins_and_reservations_sessions_are_listed_and_filtered(stage: Stage) -> None:
    walk_in = await began(stage, ago=30, ended=True)
    reserved = await began(stage, ago=20, code="K7M-4QX")
    refused = await began(stage, ago=10, charger_id="NORTH-2", connector_id=2, authorised=False)
    assert await listed(stage) == [refused, reserved, walk_in]
    assert await listed(stage, walk_in=True) == [refused, walk_in]
    assert await listed(stage, walk_in=False) == [reserved]
    assert await listed(stage, open=True) == [refused, reserved]
    assert await listed(stage, open=False) == [walk_in]
    assert await listed(stage, authorised=False) == [refused]
    assert await listed(stage, charger_id="NORTH-2") == [refused]
    assert await listed(stage, connector_id=1) == [reserved, walk_in]
    assert await listed(stage, reservation_code="K7M-4QX") == [reserved]
    assert await listed(stage, driver_id="driver-2") == []
    assert await listed(stage, site_id="north", to=_text(NOW - timedelta(minutes=20))) == [walk_in]
    assert await listed(stage, **{"from": _text(NOW - timedelta(minutes=20))}) == [refused, reserved]


async def test_pages_follow_each_other_without_a_gap(stage: Stage) -> None:
    all_of_them = [await began(stage, ago=ago) for ago in range(5)]
    seen: list[int] = []
    cursor: str | None = None
    while True:
        params: dict[str, Any] = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await stage.http.get(PATH, params=params, headers=stage.operators())).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == all_of_them


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "WyIyMDI2LTExLTIyVDEyOjAwOjAwKzAwOjAwIiwieCJd",
        "WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsICI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0",
    ],
)
async def test_a_cursor_that_is_none_of_ours_is_refused(stage: Stage, cursor: str) -> None:
    response = await stage.http.get(PATH, params={"cursor": cursor}, headers=stage.operators())
    assert_problem(response, 400, "cursor_invalid")


async def test_a_session_is_shown_without_the_whole_card(stage: Stage) -> None:
    number = await began(stage)
    response = await stage.http.get(f"{PATH}/{number}", headers=stage.operators())
    shown = response.json()
    assert (shown["card"], shown["energy_wh"], shown["reservation_code"]) == ("…E5F6", 7_000, None)
    assert CARD not in response.text


async def test_an_operator_starts_and_stops_a_walk_in(stage: Stage, charger: Recording) -> None:
    body = {"charger_id": "NORTH-1", "connector_number": 1, "id_tag": CARD.lower()}
    started = await stage.http.post(PATH, json=body, headers=stage.operators("olga"))
    assert (started.status_code, started.json()["outcome"]) == (200, "accepted")
    start = charger.sent[-1]
    assert isinstance(start, RemoteStart)
    assert (start.id_tag, start.connector_number) == (CARD, 1)
    assert start.remote_start_id > 0
    number = await began(stage, transaction_id="4711")
    stopped = await stage.http.post(f"{PATH}/{number}/stop", headers=stage.operators("olga"))
    assert stopped.json()["outcome"] == "accepted"
    assert charger.sent[-1] == RemoteStop(transaction_id="4711")
    shown = await stage.http.get("/v1/operations/chargers/NORTH-1", headers=stage.operators())
    assert [entry["action"] for entry in shown.json()["audit"][-2:]] == [
        "charger.remote_start",
        "charger.remote_stop",
    ]
    assert CARD not in shown.text


async def test_a_start_may_limit_the_power_of_its_session(stage: Stage, charger: Recording) -> None:
    limits = [{"offset_s": 0, "watts": 3700}, {"offset_s": 600, "watts": 11000}]
    body = {"charger_id": "NORTH-1", "connector_number": 1, "id_tag": CARD, "limits": limits}
    started = await stage.http.post(PATH, json=body, headers=stage.operators())
    assert started.status_code == 200, started.text
    start = charger.sent[-1]
    assert isinstance(start, RemoteStart)
    assert start.profile is not None
    assert (start.profile.purpose, start.profile.connector_number) == (ProfilePurpose.TRANSACTION, 1)
    assert [(one.offset_s, one.watts) for one in start.profile.limits] == [(0, 3700), (600, 11000)]
    before = len(charger.sent)
    refused = await stage.http.post(PATH, json=body | {"limits": limits[1:]}, headers=stage.operators())
    assert_problem(refused, 422, "invalid_request")
    assert len(charger.sent) == before


async def test_a_walk_ins_dead_session_is_released_once_and_on_record(stage: Stage) -> None:
    number = await began(stage)
    path = f"{PATH}/{number}/release"
    released = await stage.http.post(path, json={"reason": "bay is empty"}, headers=stage.operators("olga"))
    assert (released.status_code, released.json()["stop_reason"]) == (200, "released")
    assert datetime.fromisoformat(released.json()["ended_at"]) == NOW
    assert await listed(stage, open=True) == []
    again = await stage.http.post(path, headers=stage.operators())
    assert_problem(again, 409, "session_over")
    shown = await stage.http.get("/v1/operations/chargers/NORTH-1", headers=stage.operators())
    latest = shown.json()["audit"][-1]
    assert (latest["actor"], latest["detail"]["reason"]) == ("operator:olga", "bay is empty")


async def test_a_reservations_session_is_not_released_alone(stage: Stage) -> None:
    number = await began(stage, code="K7M-4QX")
    response = await stage.http.post(f"{PATH}/{number}/release", headers=stage.operators())
    assert_problem(response, 409, "session_is_reservations")
    assert await listed(stage, open=True) == [number]


@pytest.mark.parametrize("number", ["0", "x", "2147483648"])
async def test_what_is_no_number_of_a_session_is_refused(stage: Stage, number: str) -> None:
    response = await stage.http.get(f"{PATH}/{number}", headers=stage.operators())
    assert_problem(response, 422, "invalid_request")


async def test_an_unknown_session_is_told_apart(stage: Stage) -> None:
    for ask in (
        stage.http.get(f"{PATH}/99999", headers=stage.operators()),
        stage.http.post(f"{PATH}/99999/stop", headers=stage.operators()),
        stage.http.post(f"{PATH}/99999/release", headers=stage.operators()),
    ):
        assert_problem(await ask, 404, "session_unknown")


async def test_an_ended_session_is_not_stopped(stage: Stage) -> None:
    number = await began(stage, ended=True)
    assert_problem(
        await stage.http.post(f"{PATH}/{number}/stop", headers=stage.operators()), 409, "session_over"
    )


async def test_drivers_see_no_sessions_here(stage: Stage) -> None:
    assert_problem(await stage.http.get(PATH, headers=stage.driver()), 403, "scope_missing")


def _text(at: datetime) -> str:
    return at.isoformat()
