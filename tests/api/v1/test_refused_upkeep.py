"""What operators may not send to chargers, and what a charger's version has no words for: told, and never sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.commands import charger_activities
from contracts.names import gateway_queue
from domain.charging.commands import Command, CommandOutcome, CommandReply
from ocpp_gateway.exchange.command_calls import CommandCalls
from ocpp_gateway.wire.frames import CallResult
from ocpp_gateway.wire.v16.version import ocpp16
from tests.api.stage import NOW, Stage, assert_problem

PATH = "/v1/operations/chargers/NORTH-1"
AT = NOW.isoformat()
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
HASHES = {"algorithm": "SHA256", "issuer_name_hash": "a1", "issuer_key_hash": "b2", "serial_number": "0c"}
OWN_PASSWORD = {"key": "SecurityCtrlr.BasicAuthPassword", "value": "x"}
IMAGE = {"location": "https://images.example/1", "retrieve_at": AT}

REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("set-variables", {"settings": [OWN_PASSWORD]}, 422, "password_by_rotation"),
    ("set-variables", {"settings": []}, 422, "invalid_request"),
    ("send-local-list", {"version": 0}, 422, "invalid_request"),
    ("send-local-list", {"version": 1, "tokens": [{"id_tag": "A1"}, {"id_tag": "a1"}]}, 422, "invalid_request"),
    (
        "send-local-list",
        {"version": 1, "tokens": [{"id_tag": "A1"}], "removed": ["a1"], "full": False},
        422,
        "invalid_request",
    ),
    ("send-local-list", {"version": 1, "removed": ["A1", "A1"], "full": False}, 422, "invalid_request"),
    ("send-local-list", {"version": 1, "removed": ["A1"]}, 422, "invalid_request"),
    (
        "set-charging-profile",
        {"connector_number": 1, "profile_id": 1, "purpose": "default", "limits": []},
        422,
        "invalid_request",
    ),
    (
        "set-charging-profile",
        {"connector_number": 1, "profile_id": 1, "purpose": "default", "limits": [{"offset_s": 5, "watts": 1}]},
        422,
        "invalid_request",
    ),
    (
        "set-charging-profile",
        {
            "connector_number": 1,
            "profile_id": 1,
            "purpose": "default",
            "transaction_id": "9",
            "limits": [{"offset_s": 0, "watts": 1}],
        },
        422,
        "invalid_request",
    ),
    ("update-firmware", {"location": "file:///etc/passwd", "retrieve_at": AT}, 422, "invalid_request"),
    ("update-firmware", IMAGE | {"signature": "c2ln"}, 422, "invalid_request"),
    (
        "update-firmware",
        {"location": "https://i.example/1", "retrieve_at": AT, "install_at": "2026-01-01T00:00:00Z"},
        422,
        "invalid_request",
    ),
    ("get-logs", {"upload_url": "https://l.example/", "oldest": AT, "latest": AT}, 422, "invalid_request"),
    ("install-certificate", {"use": "csms_root", "certificate": "not a certificate"}, 422, "invalid_request"),
    ("delete-certificate", HASHES | {"serial_number": "zz"}, 422, "invalid_request"),
    ("reserve-now", {"connector_number": 1, "hold_id": 90001, "id_tag": "A", "expires_at": AT}, 422, "invalid_request"),
    ("reserve-now", {"connector_number": 1, "hold_id": 2**31, "id_tag": "A", "expires_at": AT}, 422, "invalid_request"),
    ("data-transfer", {}, 422, "invalid_request"),
    ("data-transfer", {"vendor_id": ""}, 422, "invalid_request"),
    ("data-transfer", {"vendor_id": "org.example", "data": {"pin": 1}}, 422, "invalid_request"),
    ("data-transfer", {"vendor_id": "org.example", "message_id": "M" * 51}, 422, "invalid_request"),
    ("clear-charging-profile", {"profile_id": 0}, 422, "invalid_request"),
    ("clear-charging-profile", {"purpose": "lunch"}, 422, "invalid_request"),
    ("clear-charging-profile", {"stack_level": -1}, 422, "invalid_request"),
    ("get-composite-schedule", {"connector_number": 1}, 422, "invalid_request"),
    ("get-composite-schedule", {"connector_number": -1, "duration_s": 60}, 422, "invalid_request"),
    ("get-composite-schedule", {"connector_number": 1, "duration_s": 0}, 422, "invalid_request"),
    ("cancel-reservation", {}, 422, "invalid_request"),
    ("cancel-reservation", {"hold_id": 0}, 422, "invalid_request"),
    ("cancel-reservation", {"hold_id": 2**31}, 422, "invalid_request"),
    ("get-certificates", {"use": "browser"}, 422, "invalid_request"),
    ("delete-certificate", HASHES | {"algorithm": "MD5"}, 422, "invalid_request"),
    ("reset", {"connector_number": -1}, 422, "invalid_request"),
]  # fmt: skip


IN_1_6: list[tuple[str, dict[str, Any] | None, str, str | None]] = [
    ("get-base-report", None, "not_supported", "not_in_version"),
    (
        "set-variables",
        {"settings": [{"key": "A.B", "value": "1"}, {"key": "A.C", "value": "2"}]},
        "not_supported",
        "not_in_version",
    ),
    ("install-certificate", {"use": "v2g_root", "certificate": PEM}, "not_supported", "not_in_version"),
    ("get-certificates", {"use": "mo_root"}, "not_supported", "not_in_version"),
    ("get-certificates", {"use": "manufacturer_root"}, "accepted", None),
    ("reset", {"connector_number": 2}, "not_supported", "not_in_version"),
    ("reset", None, "accepted", None),
    (
        "update-firmware",
        IMAGE | {"install_at": AT},
        "rejected",
        "install_time_not_in_version",
    ),
    ("update-firmware", IMAGE, "accepted", None),
    (
        "set-charging-profile",
        {
            "connector_number": 1,
            "profile_id": 4,
            "purpose": "transaction",
            "transaction_id": "tx-9",
            "limits": [{"offset_s": 0, "watts": 7000}],
        },
        "rejected",
        "transaction_id_not_a_number",
    ),
    (
        "send-local-list",
        {"version": 3, "tokens": [{"id_tag": "A" * 21}]},
        "rejected",
        "breaks_schema",
    ),
]
"""What comes of them at a charger of 1.6, and by which code."""


class Charger16:
    """A charger of 1.6 that accepts all that the gateway can say in that version. `heard`: by this test."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        accepted = CommandReply(outcome=CommandOutcome.ACCEPTED, detail="Accepted")
        self._calls = CommandCalls(ocpp16(), self._hear, lambda _command, _payload: accepted, timeout_s=5.0)

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        return await self._calls.command(command)

    def _hear(self, frame: bytes) -> bool:
        _, message_id, action, _ = json.loads(frame)
        self.heard.append(action)
        answer = CallResult(message_id=message_id, payload=b"{}")
        asyncio.get_running_loop().call_soon(self._calls.settle, answer, "NORTH-1")
        return True


@pytest.fixture(scope="module")
def connected() -> Charger16:
    return Charger16()


@pytest.fixture(scope="module", autouse=True)
async def gateway(temporal: Client, connected: Charger16) -> AsyncIterator[None]:
    queue = gateway_queue("test-gateway")
    async with Worker(temporal, task_queue=queue, activities=charger_activities(connected)):
        yield


@pytest.fixture
def charger(connected: Charger16) -> Charger16:
    connected.heard.clear()
    return connected


@pytest.mark.parametrize(("name", "body", "status", "code"), REFUSED)
async def test_what_makes_no_sense_is_refused_and_never_sent(
    stage: Stage, charger: Charger16, name: str, body: dict[str, Any], status: int, code: str
) -> None:
    response = await stage.http.post(f"{PATH}/{name}", json=body, headers=stage.operators())
    assert_problem(response, status, code)
    assert charger.heard == []


@pytest.mark.parametrize(("name", "body", "outcome", "code"), IN_1_6)
async def test_what_cannot_be_said_in_the_chargers_version_is_told_by_a_code_and_not_sent(
    stage: Stage, charger: Charger16, name: str, body: dict[str, Any] | None, outcome: str, code: str | None
) -> None:
    response = await stage.http.post(f"{PATH}/{name}", json=body, headers=stage.operators())
    said = response.json()
    assert (response.status_code, said["outcome"], said["code"]) == (200, outcome, code)
    assert said["detail"]
    assert len(charger.heard) == (1 if outcome == "accepted" else 0)
