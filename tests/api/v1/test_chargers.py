"""Operators and chargers: what they see, and commands through the gateway's queue."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.commands import charger_activities
from contracts.names import gateway_queue
from db.tables import Charger
from domain.charging.commands import Command, CommandOutcome, CommandReply, GetConfiguration, GetLogs, Reset
from tests.api.stage import Stage, assert_problem

COMMANDS: list[tuple[str, dict[str, Any] | None, str]] = [
    ("reset", {"hard": True}, "Reset(hard=True, connector_number=None)"),
    ("reset", None, "Reset(hard=False, connector_number=None)"),
    ("unlock", {"connector_number": 2}, "UnlockConnector(connector_number=2, plug=None)"),
    (
        "change-availability",
        {"connector_number": 0, "operative": False},
        "ChangeAvailability(connector_number=0, operative=False)",
    ),
    (
        "trigger",
        {"message": "Heartbeat"},
        "TriggerMessage(message='Heartbeat', connector_number=None, plug=None)",
    ),
    ("get-configuration", None, "GetConfiguration(keys=())"),
    ("set-configuration", {"key": "K", "value": "v"}, "SetConfiguration(key='K', value='v')"),
    ("clear-cache", None, "ClearCache()"),
    ("get-local-list-version", None, "GetLocalListVersion()"),
]
LOGS = "sftp://user:s3cret@logs.example/in?site=north"


class EchoLink:
    """A charger that accepts everything and says what it understood."""

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        if epoch != 1:
            return CommandReply(outcome=CommandOutcome.NOT_CONNECTED)
        if isinstance(command, GetLogs):
            assert command.upload_url == LOGS
            return CommandReply(outcome=CommandOutcome.ACCEPTED, detail=str(command.request_id))
        if charger_id == "NORTH-2" and isinstance(command, Reset):
            return CommandReply(outcome=CommandOutcome.NOT_SUPPORTED, detail="NotImplemented")
        if charger_id == "NORTH-2":
            return CommandReply(outcome=CommandOutcome.NO_RESPONSE, detail="no answer within 30 s")
        values = {"AuthorizationKey": "s3cret", "K": "v"} if isinstance(command, GetConfiguration) else None
        return CommandReply(outcome=CommandOutcome.ACCEPTED, detail=str(command), values=values)


@pytest.fixture(scope="module")
async def gateway(temporal: Client) -> AsyncIterator[Worker]:
    activities = charger_activities(EchoLink())
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
    assert latest["text"].endswith(": accepted")


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        (
            "unlock",
            {"connector_number": 2},
            "Hat den Befehl „Kabel entriegeln“ für Anschluss 2 gesendet: angenommen",
        ),
        ("clear-cache", None, "Hat den Befehl „gemerkte Karten vergessen“ gesendet: angenommen"),
        (
            "set-configuration",
            {"key": "HeartbeatInterval", "value": "300"},
            "Hat den Befehl „Konfiguration ändern“ für HeartbeatInterval gesendet: angenommen",
        ),
        (
            "change-availability",
            {"connector_number": 0, "operative": True},
            "Hat den Befehl „Verfügbarkeit ändern“ gesendet: angenommen",
        ),
    ],
)
async def test_the_trail_tells_a_command_whole_in_the_readers_language(
    stage: Stage, gateway: Worker, name: str, body: dict[str, Any] | None, told: str
) -> None:
    base = "/v1/operations/chargers/NORTH-1"
    await stage.http.post(f"{base}/{name}", json=body, headers=stage.operators())
    charger = await stage.http.get(base, headers={**stage.operators(), "Accept-Language": "de"})
    assert charger.json()["audit"][-1]["text"] == told


async def test_passwords_are_neither_read_back_nor_recorded(stage: Stage, gateway: Worker) -> None:
    base = "/v1/operations/chargers/NORTH-1"
    read = await stage.http.post(f"{base}/get-configuration", headers=stage.operators())
    assert read.json()["values"] == {"AuthorizationKey": "[redacted]", "K": "v"}
    body = {"key": "apnPassword", "value": "n3w-s3cret"}
    await stage.http.post(f"{base}/set-configuration", json=body, headers=stage.operators())
    url = {"key": "CentralSystemURL", "value": "wss://user:s3cret@[csms.example/ocpp"}
    changed = await stage.http.post(f"{base}/set-configuration", json=url, headers=stage.operators())
    assert changed.status_code == 200
    charger = await stage.http.get(base, headers=stage.operators())
    assert "s3cret" not in charger.text


@pytest.mark.parametrize("key", ["AuthorizationKey", "SecurityCtrlr.BasicAuthPassword"])
async def test_nobody_shuts_a_charger_out_by_its_password(stage: Stage, gateway: Worker, key: str) -> None:
    response = await stage.http.post(
        "/v1/operations/chargers/NORTH-1/set-configuration",
        json={"key": key, "value": "geheimgeheim1234"},
        headers=stage.operators(),
    )
    problem = assert_problem(response, 422, "password_by_rotation")
    assert "rotate-password" in problem["detail"]
    assert "geheim" not in response.text


async def test_a_charger_without_a_gateway_is_offline(stage: Stage) -> None:
    await stage.charger_is("NORTH-2", gateway_instance=None)
    response = await stage.http.post("/v1/operations/chargers/NORTH-2/reset", headers=stage.operators())
    assert_problem(response, 409, "charger_offline")


async def test_a_charger_whose_gateway_died_is_offline(stage: Stage) -> None:
    await stage.charger_is("NORTH-2", gateway_instance="died")
    response = await stage.http.post("/v1/operations/chargers/NORTH-2/reset", headers=stage.operators())
    assert_problem(response, 409, "charger_offline")


async def test_a_charger_that_has_reconnected_elsewhere_is_offline_for_the_old_route(
    stage: Stage, gateway: Worker
) -> None:
    await stage.charger_is("NORTH-3", epoch=2)
    response = await stage.http.post("/v1/operations/chargers/NORTH-3/reset", headers=stage.operators())
    assert_problem(response, 409, "charger_offline")


# -- logs ---------------------------------------------------------------------------------------------------
async def test_each_request_for_logs_has_its_own_number_and_nobody_records_the_password(
    stage: Stage, gateway: Worker
) -> None:
    base = "/v1/operations/chargers/NORTH-1"
    numbers = set()
    for kind in ("diagnostics", "security"):
        body = {"kind": kind, "upload_url": LOGS}
        response = await stage.http.post(f"{base}/get-logs", json=body, headers=stage.operators())
        assert (response.status_code, response.json()["outcome"]) == (200, "accepted"), response.text
        numbers.add(int(response.json()["detail"]))
    assert len(numbers) == 2
    assert all(0 < number < 2**31 for number in numbers)
    charger = await stage.http.get(base, headers=stage.operators())
    assert charger.json()["audit"][-1]["detail"] == {
        "command": "get_logs",
        "connector_number": None,
        "key": "",
        "kind": "security",
        "upload_url": "sftp://[redacted]@logs.example/in?site=north",
        "oldest": None,
        "latest": None,
        "retries": None,
        "retry_interval_s": None,
        "outcome": "accepted",
    }
    assert "s3cret" not in charger.text


@pytest.mark.parametrize(
    "url",
    ["gopher://logs.example/in", "file:///etc/passwd", "https://", "https:///in", "logs.example", "ftp://h:0/",
     "https://h:99999/", "https://h/a b", "https://h/\n", "https://[::1/", "", "https://h/" + "x" * 512],
)  # fmt: skip
async def test_logs_go_only_where_files_can_be_put(stage: Stage, url: str) -> None:
    response = await stage.http.post(
        "/v1/operations/chargers/NORTH-1/get-logs", json={"upload_url": url}, headers=stage.operators()
    )
    assert_problem(response, 422, "invalid_request")


# -- what a charger answers ---------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "outcome"), [("reset", "not_supported"), ("clear-cache", "no_response")])
async def test_a_charger_that_cannot_or_does_not_answer_is_told_apart(
    stage: Stage, gateway: Worker, name: str, outcome: str
) -> None:
    await stage.charger_is("NORTH-2", gateway_instance="test-gateway", epoch=1)
    response = await stage.http.post(f"/v1/operations/chargers/NORTH-2/{name}", headers=stage.operators())
    assert (response.status_code, response.json()["outcome"]) == (200, outcome)
    assert response.json()["detail"]
    charger = (await stage.http.get("/v1/operations/chargers/NORTH-2", headers=stage.operators())).json()
    assert charger["audit"][-1]["detail"]["outcome"] == outcome


async def test_every_outcome_is_documented(stage: Stage) -> None:
    schema = stage.app.openapi()["components"]["schemas"]["CommandOut"]["properties"]["outcome"]
    for outcome in set(CommandOutcome) - {CommandOutcome.NOT_CONNECTED}:
        assert f"`{outcome.value}`" in schema["description"]
