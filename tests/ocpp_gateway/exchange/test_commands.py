"""Commands to chargers, and what each way of answering (or not) comes to."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.charging.commands import (
    CancelReservation,
    ChangeAvailability,
    Command,
    CommandReply,
    GetConfiguration,
    RemoteStart,
    RemoteStop,
    ReserveNow,
    Reset,
    SetConfiguration,
    TriggerMessage,
    UnlockConnector,
)
from domain.charging.commands import CommandOutcome as Outcome
from domain.charging.tokens import TokenKind
from ocpp_gateway.server import Gateway
from ocpp_gateway.wire.v2x.version import ocpp201
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.records import CODE, Records

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


def reserve(hold_id: int = 7, number: int = 1, tag: str = ALICE) -> ReserveNow:
    expires = datetime.now(UTC) + timedelta(hours=1)
    return ReserveNow(
        connector_number=number, hold_id=hold_id, id_tag=tag, parent_id_tag=None, expires_at=expires
    )


async def send(gateway: Gateway, command: Command) -> CommandReply:
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    return await gateway.connections.send(CHARGER, connection.epoch, command)


@all_versions
async def test_a_hold_goes_onto_the_device_and_off_again(
    version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    assert (await send(gateway, reserve())).outcome is Outcome.ACCEPTED
    assert charger.connector(1).hold is not None
    await charger.wait_for(lambda c: c.connector(1).reported == "Reserved")
    assert (await send(gateway, reserve(hold_id=8))).outcome is Outcome.OCCUPIED
    assert (await send(gateway, CancelReservation(hold_id=7))).outcome is Outcome.ACCEPTED
    assert (await send(gateway, CancelReservation(hold_id=7))).outcome is Outcome.REJECTED
    assert charger.connector(1).hold is None
    assert (await records.charger()).capabilities["reserve_now"] is True


@all_versions
async def test_a_remote_start_with_the_reservations_tag_matches_like_any_other(
    version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    await records.app_token("7F3K2QVMX9TA", "alice")
    await charger.plug_in(1)
    start = RemoteStart(connector_number=1, id_tag="7F3K2QVMX9TA", remote_start_id=5)
    assert (await send(gateway, start)).outcome is Outcome.ACCEPTED

    async def started() -> bool:
        return "transaction_started" in await records.kinds()

    await records.eventually(started)
    (session,) = await records.sessions()
    assert session.reservation_code == CODE
    again = replace(start, remote_start_id=6)
    assert (await send(gateway, again)).outcome is Outcome.REJECTED  # one car at a time
    stop = RemoteStop(transaction_id=session.transaction_id)
    assert (await send(gateway, stop)).outcome is Outcome.ACCEPTED
    await charger.wait_for(lambda c: c.connector(1).transaction is None)
    assert (await send(gateway, stop)).outcome is Outcome.REJECTED


@pytest.mark.parametrize(("kind", "on_the_wire"), [(TokenKind.APP, "Central"), (TokenKind.RFID, "ISO14443")])
def test_the_kind_of_the_token_and_not_its_spelling_decides_its_type(
    kind: TokenKind, on_the_wire: str
) -> None:
    start = RemoteStart(connector_number=1, id_tag="7F3K2QVMX9TA", remote_start_id=5, token_kind=kind)
    hold = replace(reserve(tag="5E1F0000000000000001"), token_kind=kind)
    for command in (start, hold):
        assert ocpp201().write_command(command)[1]["idToken"] == {
            "idToken": command.id_tag,
            "type": on_the_wire,
        }


@all_versions
async def test_every_other_command_is_understood(
    version: str, gateway: Gateway, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    modern = version != "1.6"
    key = "OCPPCommCtrlr.HeartbeatInterval" if modern else "HeartbeatInterval"
    for command in (
        UnlockConnector(connector_number=1),
        ChangeAvailability(connector_number=2, operative=False),
        ChangeAvailability(connector_number=0, operative=True),
        TriggerMessage(message="StatusNotification", connector_number=1),
        SetConfiguration(key=key, value="33"),
    ):
        assert (await send(gateway, command)).outcome is Outcome.ACCEPTED, command
    reply = await send(gateway, GetConfiguration(keys=(key,)))
    assert reply.values == {key: "33"}
    assert (await send(gateway, GetConfiguration())).values
    assert (await send(gateway, Reset(hard=True))).outcome is Outcome.ACCEPTED
    await charger.wait_for_message("BootNotification", direction="out", kind="call", count=2)


@all_versions
async def test_what_cannot_be_said_in_a_version_is_rejected_not_sent(
    version: str, gateway: Gateway, make_charger: MakeCharger
) -> None:
    await make_charger(version=version)
    odd: Command = (
        RemoteStop(transaction_id="not-a-number")
        if version == "1.6"
        else SetConfiguration(key="NoComponent", value="1")
    )
    assert (await send(gateway, odd)).outcome is Outcome.REJECTED


@all_versions
async def test_a_charger_without_reservations_is_remembered(
    version: str, gateway: Gateway, records: Records, make_charger: MakeCharger
) -> None:
    await make_charger(version=version, misbehaviour=Misbehaviour(unsupported=frozenset({"ReserveNow"})))
    assert (await send(gateway, reserve())).outcome is Outcome.NOT_SUPPORTED
    assert (await records.charger()).capabilities["reserve_now"] is False


@all_versions
async def test_silence_is_no_response_and_a_late_answer_disturbs_nobody(
    version: str, gateway: Gateway, make_charger: MakeCharger
) -> None:
    charger = await make_charger(
        version=version, misbehaviour=Misbehaviour(delay_replies={"ReserveNow": 2.2})
    )
    assert (await send(gateway, reserve())).outcome is Outcome.NO_RESPONSE
    await charger.wait_for_message("ReserveNow", direction="out", kind="result")
    assert (await send(gateway, CancelReservation(hold_id=7))).outcome is Outcome.ACCEPTED


@all_versions
async def test_a_second_reply_is_ignored(version: str, gateway: Gateway, make_charger: MakeCharger) -> None:
    charger = await make_charger(
        version=version, misbehaviour=Misbehaviour(duplicate_replies=frozenset({"ReserveNow"}))
    )
    assert (await send(gateway, reserve())).outcome is Outcome.ACCEPTED
    await charger.send_raw('[3,"never-asked",{}]')
    await charger.send_raw('[4,"never-asked","GenericError","",{}]')
    assert (await send(gateway, CancelReservation(hold_id=7))).outcome is Outcome.ACCEPTED


@all_versions
async def test_a_charger_that_dies_in_the_middle_of_a_command_is_known_at_once(
    version: str, gateway: Gateway, make_charger: MakeCharger
) -> None:
    charger = await make_charger(
        version=version, misbehaviour=Misbehaviour(drop_replies=frozenset({"ReserveNow"}))
    )
    waiting = asyncio.create_task(send(gateway, reserve()))
    queued = asyncio.create_task(send(gateway, CancelReservation(hold_id=7)))
    await charger.wait_for_message("ReserveNow", direction="in", kind="call")
    await charger.vanish()
    assert (await waiting).outcome is Outcome.NO_RESPONSE
    assert "closed" in (await waiting).detail
    assert (await queued).outcome is Outcome.NOT_CONNECTED


@all_versions
async def test_the_chargers_calls_are_answered_while_ours_is_pending(
    version: str, gateway: Gateway, make_charger: MakeCharger
) -> None:
    knobs = Misbehaviour(authorize_inside_reserve_now=True, reserved_status="before_reply")
    await make_charger(version=version, misbehaviour=knobs)
    assert (await send(gateway, reserve(tag=BOB))).outcome is Outcome.ACCEPTED


async def test_a_command_for_an_older_connection_is_not_sent(
    gateway: Gateway, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    reply = await gateway.connections.send(CHARGER, connection.epoch - 1, reserve())
    assert reply.outcome is Outcome.NOT_CONNECTED
    assert (await gateway.connections.send("SOUTH-1", 1, reserve())).outcome is Outcome.NOT_CONNECTED
    assert charger.connector(1).hold is None


async def test_an_answer_that_breaks_its_schema_is_no_answer(
    gateway: Gateway, make_charger: MakeCharger
) -> None:
    charger = await make_charger(misbehaviour=Misbehaviour(drop_replies=frozenset({"ReserveNow"})))
    waiting = asyncio.create_task(send(gateway, reserve()))
    call = await charger.wait_for_message("ReserveNow", direction="in", kind="call")
    await charger.send_raw(f'[3,"{call.message_id}",{{"status":"Perhaps"}}]')
    assert (await waiting).outcome is Outcome.NO_RESPONSE
