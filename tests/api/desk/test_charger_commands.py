"""Commands at the desk: each in the audit trail before it is sent and after, and never a secret there."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from api.desk.desk import Desk
from api.desk.redaction import recorded, without_secrets
from api.desk.refusals import PasswordByRotation, ScopeMissing
from db.engine import Sessions
from db.tables import AuditEntry, Charger
from domain.charging.commands import (
    ClearCache,
    CommandOutcome,
    CommandReply,
    GetConfiguration,
    GetLogs,
    LogKind,
    SetConfiguration,
)
from domain.errors import ChargerOffline, UnknownCharger
from tests.api.desk.players import DRIVER, OPERATOR, PlayedGateways
from tests.factories.secrets import SECRET_SETTINGS
from workflows.client.failures import TemporalAway

SECRET = "Tr0ub4dor3xyzzy0"


@pytest.fixture
async def charger(sessions: Sessions) -> str:
    """NORTH-2, connected, its audit trail empty; NORTH-3 is not connected."""
    async with sessions.begin() as session:
        await session.execute(
            update(Charger).where(Charger.id == "NORTH-2").values(gateway_instance="g1", epoch=3)
        )
        away = update(Charger).where(Charger.id == "NORTH-3").values(gateway_instance=None)
        await session.execute(away)
        for entry in await session.scalars(select(AuditEntry).where(AuditEntry.subject == "NORTH-2")):
            await session.delete(entry)
    return "NORTH-2"


async def trail(sessions: Sessions) -> list[AuditEntry]:
    async with sessions() as session:
        entries = select(AuditEntry).where(AuditEntry.subject == "NORTH-2").order_by(AuditEntry.id)
        return list(await session.scalars(entries))


async def test_a_command_is_on_record_with_what_came_of_it(
    desk: Desk, sessions: Sessions, charger: str, gateways: PlayedGateways
) -> None:
    gateways.reply = CommandReply(outcome=CommandOutcome.REJECTED, detail="Rejected")
    await desk.commands.send(OPERATOR, charger, GetConfiguration(keys=("a", "b")))
    (entry,) = await trail(sessions)
    assert (entry.actor, entry.code) == ("operator:olga", "charger_command")
    assert entry.detail == {
        "command": "get_configuration",
        "connector_number": None,
        "key": "",
        "keys": ["a", "b"],
        "outcome": "rejected",
    }


async def test_a_command_that_nobody_answers_for_is_on_record_as_unknown(
    desk: Desk, sessions: Sessions, charger: str, gateways: PlayedGateways
) -> None:
    gateways.fails = TemporalAway("away")
    with pytest.raises(TemporalAway):
        await desk.commands.send(OPERATOR, charger, ClearCache())
    (entry,) = await trail(sessions)
    assert (entry.detail["command"], entry.detail["outcome"]) == ("clear_cache", "unknown")


async def test_each_request_for_logs_has_its_own_number_and_no_password_is_kept(
    desk: Desk, sessions: Sessions, charger: str, gateways: PlayedGateways
) -> None:
    command = GetLogs(kind=LogKind.SECURITY, upload_url=f"ftp://joe:{SECRET}@logs.example/in")
    for _ in range(2):
        await desk.commands.send(OPERATOR, charger, command)
    numbers = {sent.request_id for sent in gateways.sent if isinstance(sent, GetLogs)}
    assert len(numbers) == 2
    assert all(number > 0 for number in numbers)
    for entry in await trail(sessions):
        assert entry.detail["upload_url"] == "ftp://[redacted]@logs.example/in"


async def test_what_is_read_back_carries_no_secret(
    desk: Desk, charger: str, gateways: PlayedGateways
) -> None:
    gateways.reply = CommandReply(
        outcome=CommandOutcome.ACCEPTED, values={"AuthorizationKey": SECRET, "HeartbeatInterval": "300"}
    )
    reply = await desk.commands.send(OPERATOR, charger, GetConfiguration())
    assert reply.values == {"AuthorizationKey": "[redacted]", "HeartbeatInterval": "300"}


async def test_nobody_else_commands_and_nobody_commands_what_is_not_there(
    desk: Desk, sessions: Sessions, charger: str, gateways: PlayedGateways
) -> None:
    with pytest.raises(ScopeMissing):
        await desk.commands.send(DRIVER, charger, ClearCache())
    with pytest.raises(UnknownCharger):
        await desk.commands.send(OPERATOR, "GHOST", ClearCache())
    with pytest.raises(ChargerOffline):
        await desk.commands.send(OPERATOR, "NORTH-3", ClearCache())
    assert gateways.sent == []
    gateways.reply = CommandReply(outcome=CommandOutcome.NOT_CONNECTED)
    with pytest.raises(ChargerOffline):
        await desk.commands.send(OPERATOR, charger, ClearCache())
    (entry,) = await trail(sessions)
    assert (entry.detail["command"], entry.detail["outcome"]) == ("clear_cache", "not_connected")


@pytest.mark.parametrize(
    "key",
    [
        "AuthorizationKey",
        "authorizationKEY",
        "SecurityCtrlr.BasicAuthPassword",
        "securityctrlr.basicauthpassword",
    ],
)
async def test_the_chargers_own_password_is_no_setting_like_others(
    desk: Desk, sessions: Sessions, charger: str, gateways: PlayedGateways, key: str
) -> None:
    with pytest.raises(PasswordByRotation) as refused:
        await desk.commands.send(OPERATOR, charger, SetConfiguration(key=key, value=SECRET))
    assert SECRET not in str(refused.value)
    assert gateways.sent == []
    assert await trail(sessions) == []


async def test_another_password_of_the_charger_is_a_setting_like_others(
    desk: Desk, charger: str, gateways: PlayedGateways
) -> None:
    command = SetConfiguration(key="apnPassword", value=SECRET)
    await desk.commands.send(OPERATOR, charger, command)
    assert gateways.sent == [command]


async def test_a_password_is_stored_and_shown_even_when_the_charger_cannot_be_told(
    desk: Desk, charger: str, gateways: PlayedGateways
) -> None:
    gateways.fails = TemporalAway("away")
    rotation = await desk.credentials.rotate_password(OPERATOR, charger, replace_pending=True)
    assert rotation.made is not None
    assert rotation.sent == "temporal_unavailable"


secret_keys = st.sampled_from(SECRET_SETTINGS)
around = st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=10)


@given(secret_keys, around)
def test_no_secret_key_is_recorded_or_shown(key: str, prefix: str) -> None:
    assert SECRET not in str(recorded(SetConfiguration(key=prefix + key, value=SECRET)))
    assert SECRET not in str(without_secrets({prefix + key: SECRET}))


@given(around, around)
def test_no_user_info_of_a_url_is_recorded_in_any_command(user: str, path: str) -> None:
    url = f"sftp://{user}:{SECRET}@host.example/{path}"
    for command in (
        GetLogs(kind=LogKind.DIAGNOSTICS, upload_url=url),
        SetConfiguration(key="Upload", value=url),
    ):
        assert SECRET not in str(recorded(command))
        assert {f.name for f in dataclasses.fields(command)} - {"request_id"} == set(recorded(command))
