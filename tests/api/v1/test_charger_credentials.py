"""Operators rotate chargers' passwords, set security profiles, and see who was refused."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.commands import charger_activities
from contracts.names import gateway_queue
from db import charger_passwords
from db.tables import AuditEntry, Charger, RefusedConnection
from domain.charging.commands import Command, CommandOutcome, CommandReply, SetConfiguration
from tests.api.stage import NOW, Stage, assert_problem

CHARGERS = "/v1/operations/chargers"
REFUSED = "/v1/operations/refused-connections"


class Chargers:
    """Accepts every setting and remembers it."""

    def __init__(self) -> None:
        self.told: list[SetConfiguration] = []

    async def send(self, charger_id: str, epoch: int, command: Command) -> CommandReply:
        assert isinstance(command, SetConfiguration)
        self.told.append(command)
        return CommandReply(outcome=CommandOutcome.ACCEPTED, detail="Accepted")


@pytest.fixture
async def at_the_gateway(temporal: Client) -> AsyncIterator[Chargers]:
    link = Chargers()
    activities = charger_activities(link)
    async with Worker(temporal, task_queue=gateway_queue("test-gateway"), activities=activities):
        yield link


@pytest.fixture
async def charger(stage: Stage) -> str:
    await change(stage, "NORTH-1", next_password_hash=None, protocol="ocpp1.6", security_profile=None)
    return "NORTH-1"


async def change(stage: Stage, charger_id: str, **values: Any) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(update(Charger).where(Charger.id == charger_id).values(**values))


async def stored(stage: Stage, charger_id: str) -> Charger:
    async with stage.sessions() as session:
        found = await session.get(Charger, charger_id)
    assert found is not None
    return found


async def audit(stage: Stage, subject: str) -> list[AuditEntry]:
    async with stage.sessions() as session:
        rows = await session.scalars(
            select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id)
        )
        return list(rows)


@pytest.mark.parametrize(
    ("protocol", "key"),
    [("ocpp1.6", "AuthorizationKey"), ("ocpp2.0.1", "SecurityCtrlr.BasicAuthPassword")],
)
async def test_a_generated_password_is_shown_once_stored_as_a_hash_and_sent(
    stage: Stage, charger: str, at_the_gateway: Chargers, protocol: str, key: str
) -> None:
    await change(stage, charger, protocol=protocol)
    former = (await stored(stage, charger)).password_hash
    response = await stage.http.post(f"{CHARGERS}/{charger}/rotate-password", headers=stage.operators("olga"))
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["sent"] == "accepted"
    password = answer["password"]
    assert len(bytes.fromhex(password)) == 20
    row = await stored(stage, charger)
    assert row.password_hash == former
    assert row.next_password_hash is not None
    assert charger_passwords.matches(row.next_password_hash, password.encode())
    assert at_the_gateway.told == [SetConfiguration(key=key, value=password)]
    entries = await audit(stage, charger)
    assert [entry.code for entry in entries[-2:]] == ["password_rotated", "charger_command"]
    assert entries[-1].detail["command"] == "set_configuration"
    assert {entry.actor for entry in entries[-2:]} == {"operator:olga"}
    shown = await stage.http.get(f"{CHARGERS}/{charger}", headers=stage.operators())
    actions = [entry["action"] for entry in shown.json()["audit"][-2:]]
    assert actions == ["charger.rotate_password", "charger.set_configuration"]
    assert password not in shown.text
    assert password not in json.dumps([entry.detail for entry in entries])


async def test_a_given_password_is_not_repeated(stage: Stage, charger: str, at_the_gateway: Chargers) -> None:
    body = {"password": "Given-by-Olga-1234", "send": False}
    response = await stage.http.post(
        f"{CHARGERS}/{charger}/rotate-password", json=body, headers=stage.operators()
    )
    assert (response.json()["password"], response.json()["sent"]) == (None, "not_asked")
    assert at_the_gateway.told == []
    row = await stored(stage, charger)
    assert charger_passwords.matches(row.next_password_hash or "", b"Given-by-Olga-1234")


async def test_a_charger_that_is_away_keeps_the_new_password_in_waiting(stage: Stage, charger: str) -> None:
    await change(stage, charger, gateway_instance=None)
    try:
        response = await stage.http.post(f"{CHARGERS}/{charger}/rotate-password", headers=stage.operators())
        assert response.json()["sent"] == "charger_offline"
        assert (await stored(stage, charger)).next_password_hash is not None
    finally:
        await change(stage, charger, gateway_instance="test-gateway")


async def test_a_second_rotation_waits_for_the_first_unless_told_otherwise(
    stage: Stage, charger: str
) -> None:
    url = f"{CHARGERS}/{charger}/rotate-password"
    await stage.http.post(url, json={"send": False}, headers=stage.operators())
    first = (await stored(stage, charger)).next_password_hash
    again = await stage.http.post(url, json={"send": False}, headers=stage.operators())
    assert_problem(again, 409, "rotation_pending")
    assert (await stored(stage, charger)).next_password_hash == first
    forced = await stage.http.post(
        url, json={"send": False, "replace_pending": True}, headers=stage.operators()
    )
    assert forced.status_code == 200
    assert (await stored(stage, charger)).next_password_hash != first


@pytest.mark.parametrize("password", ["too-short", "x" * 41, "with a blank in it", "ümlautümlautümlaut", 7])
async def test_a_password_that_chargers_cannot_use_is_refused_and_not_repeated(
    stage: Stage, charger: str, password: object
) -> None:
    response = await stage.http.post(
        f"{CHARGERS}/{charger}/rotate-password", json={"password": password}, headers=stage.operators()
    )
    assert_problem(response, 422, "invalid_request")
    assert str(password) == "7" or str(password) not in response.text
    assert (await stored(stage, charger)).next_password_hash is None


async def test_only_operators_may_touch_credentials(stage: Stage, charger: str) -> None:
    for method, url in (
        ("POST", f"{CHARGERS}/{charger}/rotate-password"),
        ("GET", REFUSED),
        ("DELETE", f"{REFUSED}/X"),
    ):
        response = await stage.http.request(method, url, headers=stage.driver())
        assert_problem(response, 403, "scope_missing")


async def test_nobody_rotates_for_an_unknown_charger(stage: Stage) -> None:
    for method, path, body in (
        ("POST", "rotate-password", {}),
        ("GET", "security-profile", None),
        ("PUT", "security-profile", {"security_profile": 2}),
    ):
        response = await stage.http.request(
            method, f"{CHARGERS}/NOBODY/{path}", json=body, headers=stage.operators()
        )
        assert_problem(response, 404, "charger_unknown")


@pytest.mark.parametrize("profile", [0, 3, None])
async def test_a_security_profile_is_set_and_audited(stage: Stage, charger: str, profile: int | None) -> None:
    url = f"{CHARGERS}/{charger}/security-profile"
    response = await stage.http.put(url, json={"security_profile": profile}, headers=stage.operators("olga"))
    assert response.json() == {"charger_id": charger, "security_profile": profile}
    assert (await stored(stage, charger)).security_profile == profile
    latest = (await audit(stage, charger))[-1]
    assert (latest.code, latest.detail) == ("profile_set", {"security_profile": profile})
    for wrong in (4, -1, "2", True):
        refused = await stage.http.put(url, json={"security_profile": wrong}, headers=stage.operators())
        assert_problem(refused, 422, "invalid_request")


async def test_refused_connections_are_listed_newest_first_page_by_page_and_cleared(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        for n, (identity, code) in enumerate(
            [("STRANGER", "charger_unknown"), ("NORTH-1", "password_wrong"), ("/x/y", "path_unknown")]
        ):
            at = NOW + timedelta(minutes=n)
            session.add(
                RefusedConnection(
                    identity=identity, code=code, first_at=at, last_at=at, attempts=n + 1, remote="192.0.2.1"
                )
            )
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        page = (await stage.http.get(REFUSED, params=query, headers=stage.operators())).json()
        seen += [(item["identity"], item["attempts"]) for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [("/x/y", 3), ("NORTH-1", 2), ("STRANGER", 1)]
    only = await stage.http.get(REFUSED, params={"code": "charger_unknown"}, headers=stage.operators())
    assert [item["identity"] for item in only.json()["items"]] == ["STRANGER"]
    for identity in ("/x/y", "STRANGER", "STRANGER"):
        gone = await stage.http.delete(f"{REFUSED}/{identity}", headers=stage.operators("olga"))
        assert gone.status_code == 204
    left = await stage.http.get(REFUSED, headers=stage.operators())
    assert [item["identity"] for item in left.json()["items"]] == ["NORTH-1"]
    entries = await audit(stage, "STRANGER")
    assert [(e.code, e.detail["rows"]) for e in entries] == [("refusals_cleared", 1), ("refusals_cleared", 0)]


@pytest.mark.parametrize("cursor", ["x", "W10", "é", "a" * 2000])
async def test_a_cursor_of_another_list_is_refused(stage: Stage, cursor: str) -> None:
    response = await stage.http.get(REFUSED, params={"cursor": cursor}, headers=stage.operators())
    assert response.status_code in (400, 422)
