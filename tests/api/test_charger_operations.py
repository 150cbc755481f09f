"""Operators and chargers: what they see, and commands through the gateway's queue."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers import ChargerActivities
from db.tables import Charger
from domain.charging import CommandOutcome
from domain.commands import Command, CommandReply, GetConfiguration
from tests.api.stage import Stage, assert_problem
from workflows.messages import gateway_queue

COMMANDS: list[tuple[str, dict[str, Any] | None, str]] = [
    ("reset", {"hard": True}, "Reset(hard=True)"),
    ("reset", None, "Reset(hard=False)"),
    ("unlock", {"connector_number": 2}, "UnlockConnector(connector_number=2)"),
    (
        "change-availability",
        {"connector_number": 0, "operative": False},
        "ChangeAvailability(connector_number=0, operative=False)",
    ),
    ("trigger", {"message": "Heartbeat"}, "TriggerMessage(message='Heartbeat', connector_number=None)"),
    ("get-configuration", None, "GetConfiguration(keys=())"),
    ("set-configuration", {"key": "K", "value": "v"}, "SetConfiguration(key='K', value='v')"),
]


class EchoLink:
    """A charger that accepts everything and says what it understood."""

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        if epoch != 1:
            return CommandReply(outcome=CommandOutcome.NOT_CONNECTED)
        values = {"AuthorizationKey": "s3cret", "K": "v"} if isinstance(command, GetConfiguration) else None
        return CommandReply(outcome=CommandOutcome.ACCEPTED, detail=str(command), values=values)


@pytest.fixture(scope="module")
async def gateway(temporal: Client) -> AsyncIterator[Worker]:
    activities = ChargerActivities(EchoLink()).all()
    async with Worker(temporal, task_queue=gateway_queue("test-gateway"), activities=activities) as worker:
        yield worker


async def test_chargers_are_listed_page_by_page(stage: Stage) -> None:
    first = await stage.http.get("/v1/operations/chargers?limit=2", headers=stage.operators())
    assert [charger["id"] for charger in first.json()["items"]] == ["NORTH-1", "NORTH-2"]
    rest = await stage.http.get(
        "/v1/operations/chargers",
        params={"limit": 2, "cursor": first.json()["next_cursor"]},
        headers=stage.operators(),
    )
    assert [charger["id"] for charger in rest.json()["items"]] == ["NORTH-3"]
    assert rest.json()["next_cursor"] is None
    none = await stage.http.get("/v1/operations/chargers?connected=false", headers=stage.operators())
    assert none.json()["items"] == []


@pytest.mark.parametrize(("stored", "shown"), [("unknown", None), ("faulted", "faulted")])
async def test_a_charger_that_never_told_its_own_status_has_none(
    stage: Stage, stored: str, shown: str | None
) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(update(Charger).where(Charger.id == "NORTH-1").values(status=stored))
    listed = await stage.http.get("/v1/operations/chargers?limit=1", headers=stage.operators())
    read = await stage.http.get("/v1/operations/chargers/NORTH-1", headers=stage.operators())
    assert (listed.json()["items"][0]["status"], read.json()["status"]) == (shown, shown)


@pytest.mark.parametrize(("name", "body", "understood"), COMMANDS)
async def test_a_command_reaches_the_gateway_and_is_audited(
    stage: Stage, gateway: Worker, name: str, body: dict[str, Any] | None, understood: str
) -> None:
    url = f"/v1/operations/chargers/NORTH-1/{name}"
    response = await stage.http.post(url, json=body, headers=stage.operators("olga"))
    assert response.status_code == 200, response.text
    assert (response.json()["outcome"], response.json()["detail"]) == ("accepted", understood)
    charger = (await stage.http.get("/v1/operations/chargers/NORTH-1", headers=stage.operators())).json()
    latest = charger["audit"][-1]
    assert latest["actor"] == "operator:olga"
    assert latest["action"] == f"charger.{response.json()['command']}"
    assert latest["detail"]["outcome"] == "accepted"


async def test_passwords_are_neither_read_back_nor_recorded(stage: Stage, gateway: Worker) -> None:
    base = "/v1/operations/chargers/NORTH-1"
    read = await stage.http.post(f"{base}/get-configuration", headers=stage.operators())
    assert read.json()["values"] == {"AuthorizationKey": "[redacted]", "K": "v"}
    body = {"key": "AuthorizationKey", "value": "n3w-s3cret"}
    await stage.http.post(f"{base}/set-configuration", json=body, headers=stage.operators())
    charger = await stage.http.get(base, headers=stage.operators())
    assert "s3cret" not in charger.text


async def test_a_charger_without_a_gateway_is_offline(stage: Stage) -> None:
    await _set(stage, "NORTH-2", gateway_instance=None)
    response = await stage.http.post("/v1/operations/chargers/NORTH-2/reset", headers=stage.operators())
    assert_problem(response, 409, "charger_offline")


async def test_a_charger_whose_gateway_died_is_offline(stage: Stage) -> None:
    await _set(stage, "NORTH-2", gateway_instance="died")
    response = await stage.http.post("/v1/operations/chargers/NORTH-2/reset", headers=stage.operators())
    assert_problem(response, 409, "charger_offline")


async def test_a_charger_that_has_reconnected_elsewhere_is_offline_for_the_old_route(
    stage: Stage, gateway: Worker
) -> None:
    await _set(stage, "NORTH-3", epoch=2)
    response = await stage.http.post("/v1/operations/chargers/NORTH-3/reset", headers=stage.operators())
    assert_problem(response, 409, "charger_offline")


async def _set(stage: Stage, charger_id: str, **values: Any) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(update(Charger).where(Charger.id == charger_id).values(**values))
