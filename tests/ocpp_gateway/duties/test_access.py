"""Who may charge: the gate at Authorize and at starts, the same in all versions."""

from datetime import timedelta

import pytest

from domain.charging.commands import CommandOutcome, CommandReply, RemoteStart
from ocpp_gateway.server import Gateway
from simulator.charge_point import Misbehaviour
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, FLEET_A, FLEET_B, MakeCharger
from tests.ocpp_gateway.duties.cards import APP_TAG, NOT_NOW, REMOTE_STARTS, all_versions, ask, begin
from tests.ocpp_gateway.records import CODE, Records


@all_versions
async def test_the_reserved_driver_charges_and_the_reservation_hears_each_edge(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    assert await charger.swipe(1, ALICE)
    await charger.charge(1, 1500)
    await charger.finish_charging(1)
    await charger.stop_by_card(1, ALICE)
    await charger.unplug(1)

    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code, session.driver_id) == (True, CODE, "alice")
    assert session.meter_last_wh - session.meter_start_wh == 1500
    assert session.ended_at is not None
    assert session.energy_started_at is not None
    told = await records.told()
    kinds = [t.kind for t in told]
    assert kinds.count("transaction_started") == kinds.count("transaction_ended") == 1
    assert kinds.index("token_presented") < kinds.index("transaction_started")
    assert all(t.matches for t in told if t.kind in ("token_presented", "transaction_started"))
    statuses = [t.status for t in told if t.kind == "connector_status"]
    # Preparing and charging happened too; the token and the transaction tell them better.
    assert statuses == ["suspended_ev", "finishing", "available"]
    assert await records.status() == "available"


@all_versions
@pytest.mark.parametrize("claimed", ["omit", "invent", "of_the_holder"])
async def test_what_the_charger_claims_about_the_reservation_decides_nothing(
    version: str, claimed: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, misbehaviour=Misbehaviour(reservation_id=claimed))  # type: ignore[arg-type]  # one of its literals
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    assert await charger.swipe(1, ALICE)
    (session,) = await records.sessions()
    assert session.reservation_code == CODE


@all_versions
async def test_a_card_of_the_group_opens_the_reservation_of_the_group(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("fleet-1", number=1, group="FLEET")
    await charger.plug_in(1)
    assert await charger.swipe(1, FLEET_B)
    (session,) = await records.sessions()
    assert (session.reservation_code, session.driver_id) == (CODE, "fleet-2")


@all_versions
@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("NOBODY", "Invalid"),
        (BOB, "Blocked"),
        (ALICE, "Accepted"),
        (APP_TAG, "Accepted"),
        (FLEET_A, None),
        ("APPOFANOTHERSLOT", None),
    ],
)
async def test_authorize_and_both_kinds_of_start_are_answered_the_same(
    version: str, tag: str, status: str | None, records: Records, make_charger: MakeCharger
) -> None:
    await records.block(BOB)
    await records.hold("alice", number=1)
    await records.hold("alice", number=2, code="OTHER")
    await records.hold("fleet-1", number=1, code="LATER", starts_in=timedelta(hours=3))
    await records.app_token(APP_TAG, "alice")
    await records.app_token("APPOFANOTHERSLOT", "fleet-1", code="LATER")
    charger = await make_charger(version=version)
    expected = status or NOT_NOW[version]
    assert await ask(charger, tag) == expected
    assert await begin(charger, tag) == expected
    if version != "1.6":
        assert await begin(charger, tag, "Updated", 2) == expected


@all_versions
async def test_a_remote_start_that_the_gate_refuses_never_reaches_the_charger(
    version: str, records: Records, make_charger: MakeCharger, gateway: Gateway
) -> None:
    charger = await make_charger(version=version)
    await charger.plug_in(1)
    await records.hold("alice", number=1)
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    command = RemoteStart(connector_number=1, id_tag=BOB, remote_start_id=7)
    reply = await gateway.connections.send(CHARGER, connection.epoch, command)
    assert reply == CommandReply(outcome=CommandOutcome.REJECTED, detail="reserved_for_another")
    assert not [message for message in charger.log if message.action in REMOTE_STARTS]


async def test_authorize_answers_the_group_of_a_card(make_charger: MakeCharger) -> None:
    old, new = await make_charger("NORTH-1"), await make_charger("NORTH-2", "2.0.1")
    answer = await old.call("Authorize", {"idTag": FLEET_A.lower()})
    assert answer["idTagInfo"] == {"status": "Accepted", "parentIdTag": "FLEET"}
    token = {"idToken": FLEET_A, "type": "ISO14443"}
    answer = await new.call("Authorize", {"idToken": token})
    assert answer["idTokenInfo"]["groupIdToken"]["idToken"] == "FLEET"


async def test_the_app_credential_is_refused_before_its_window(
    records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("alice", starts_in=timedelta(hours=3))
    await records.app_token("7F3K2QVMX9TA", "alice")
    charger = await make_charger()
    answer = await charger.call("Authorize", {"idTag": "7F3K2QVMX9TA"})
    assert answer["idTagInfo"]["status"] == "Blocked"


async def test_who_is_charging_is_let_in_to_stop_though_somebody_else_is_due(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await charger.plug_in(1)
    assert await charger.swipe(1, BOB)
    await records.hold("alice", number=1)
    await records.hold("alice", number=2, code="OTHER")
    answer = await charger.call("Authorize", {"idTag": BOB})
    assert answer["idTagInfo"]["status"] == "Accepted"


async def test_a_cable_without_a_token_is_neither_arrival_nor_refusal(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1", tx_start_point="EVConnected")
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    (session,) = await records.sessions()
    assert (session.authorised, session.id_tag) == (False, "")
    assert not {"transaction_started", "stranger_started"} & set(await records.kinds())
    assert await charger.swipe(1, ALICE)
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code) == (True, CODE)
    assert (await records.kinds()).count("transaction_started") == 1
