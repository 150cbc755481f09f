"""Who may charge: the gate at Authorize and at starts, the same in all versions."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import update

from db.tables import Hold
from domain.charging.commands import CommandOutcome, CommandReply, RemoteStart
from ocpp_gateway.answers import TransactionAnswer, Verdict
from ocpp_gateway.reports import TransactionReported
from ocpp_gateway.server import Gateway
from ocpp_gateway.transactions import take_transaction
from ocpp_gateway.v16.dialect import Dialect16
from ocpp_gateway.visit import Liveness, Visit
from simulator.charge_point import Misbehaviour, VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, FLEET_A, FLEET_B, MakeCharger
from tests.ocpp_gateway.records import CODE, Records

APP_TAG = "7F3K2QVMX9TA"
NOT_NOW = {"1.6": "Blocked", "2.0.1": "NotAtThisTime", "2.1": "NotAtThisTime"}
REMOTE_STARTS = ("RemoteStartTransaction", "RequestStartTransaction")

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


async def ask(charger: VirtualChargePoint, tag: str) -> str:
    """The status that Authorize is answered with."""
    if charger.version == "1.6":
        return str((await charger.call("Authorize", {"idTag": tag}))["idTagInfo"]["status"])
    token = {"idToken": tag, "type": "Central"}
    return str((await charger.call("Authorize", {"idToken": token}))["idTokenInfo"]["status"])


async def begin(
    charger: VirtualChargePoint,
    tag: str,
    phase: str = "Started",
    number: int = 1,
    slow: timedelta = timedelta(0),
) -> str:
    """The status that a start on connector 1 is answered with; 1.6 has no phases. `slow`: the charger's clock."""
    now = (datetime.now(UTC) - slow).isoformat(timespec="milliseconds")
    if charger.version == "1.6":
        start = {"connectorId": 1, "idTag": tag, "meterStart": number, "timestamp": now}
        return str((await charger.call("StartTransaction", start))["idTagInfo"]["status"])
    event = {
        "eventType": phase,
        "timestamp": now,
        "triggerReason": "Authorized",
        "seqNo": number,
        "transactionInfo": {"transactionId": "tx-of-the-test"},
        "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": tag, "type": "Central"},
    }
    return str((await charger.call("TransactionEvent", event))["idTokenInfo"]["status"])


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
async def test_a_stranger_at_a_held_connector_is_refused_and_the_holder_hears(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    await records.hold("bob", number=2, code="OTHER")
    assert not await charger.swipe(1, FLEET_A)
    refused = [t for t in await records.told() if t.kind == "stranger_refused"]
    assert [(t.matches, t.connector_id) for t in refused] == [(False, records.connectors[CHARGER, 1])]
    assert await records.sessions() == []


@all_versions
async def test_a_transaction_that_starts_although_refused_is_stopped_and_reported(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    knobs = Misbehaviour(ignore_token=True, stop_when_refused=False)
    charger = await make_charger(version=version, misbehaviour=knobs)
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    await charger.swipe(1, BOB)
    await charger.wait_for(lambda c: c.connector(1).transaction is None)

    async def ended() -> bool:
        (session,) = await records.sessions()
        return session.ended_at is not None

    await records.eventually(ended)
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code) == (False, None)
    (told,) = [t for t in await records.told() if t.kind == "stranger_started"]
    assert told.matches is False
    assert "transaction_started" not in await records.kinds()


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


@all_versions
async def test_the_driver_who_started_offline_in_time_has_the_reservation_though_it_was_given_up(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1)
    await start_offline(charger, ALICE)
    await give_up(records, hold)
    await charger.come_back()

    async def told() -> bool:
        return "transaction_started" in await records.kinds()

    await records.eventually(told)
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code, session.driver_id) == (True, CODE, "alice")
    assert charger.connector(1).transaction is not None


@all_versions
async def test_a_stranger_who_started_offline_is_recorded_stopped_and_reported(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, misbehaviour=Misbehaviour(stop_when_refused=False))
    await start_offline(charger, BOB)
    await records.hold("alice", number=1)
    await charger.come_back()
    await charger.wait_for(lambda c: c.connector(1).transaction is None)
    (session,) = await records.sessions()
    assert (session.authorised, session.id_tag) == (False, BOB)
    (session,) = await records.sessions()
    assert (session.authorised, session.driver_id, session.reservation_code) == (False, "bob", None)
    (told,) = [t for t in await records.told() if t.kind == "stranger_started"]
    assert told.matches is False


async def give_up(records: Records, hold: int) -> None:
    async with records.engine.begin() as connection:
        values = {"released_at": datetime.now(UTC), "release_reason": "cancelled"}
        await connection.execute(update(Hold).where(Hold.id == hold).values(values))


async def start_offline(charger: VirtualChargePoint, tag: str) -> None:
    """As chargers do for tokens that they have seen before."""
    await charger.swipe(2, tag)
    await charger.vanish()
    await charger.plug_in(1)
    await charger.swipe(1, tag)
    assert charger.connector(1).transaction is not None


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


async def test_a_refused_transaction_left_open_is_stopped_after_a_reconnect(
    records: Records, make_charger: MakeCharger, gateway: Gateway
) -> None:
    knobs = Misbehaviour(
        ignore_token=True, stop_when_refused=False, unsupported=frozenset({"RemoteStopTransaction"})
    )
    charger = await make_charger(misbehaviour=knobs)
    await records.hold("alice", number=1)
    await charger.plug_in(1)
    await charger.swipe(1, BOB)
    await charger.wait_for_message("RemoteStopTransaction", direction="in", kind="call")
    await charger.vanish()
    charger.misbehaviour.unsupported = frozenset()
    await charger.come_back()
    await charger.wait_for(lambda c: c.connector(1).transaction is None)


@all_versions
async def test_a_slow_clock_changes_no_decision_about_what_happens_now(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    began = datetime.now(UTC)
    slow = timedelta(minutes=40)
    assert await ask(charger, BOB) == "Accepted"  # connector 2 is free
    assert await begin(charger, BOB, slow=slow) == NOT_NOW[version]
    (session,) = await records.sessions()
    assert not session.authorised
    if version == "1.6":
        assert await ask(charger, ALICE) == "Accepted"
        assert await begin(charger, ALICE, number=2, slow=slow) == "Accepted"
    else:
        assert await begin(charger, ALICE, "Updated", 2, slow=slow) == "Accepted"
    session = (await records.sessions())[-1]
    assert (session.authorised, session.reservation_code) == (True, CODE)
    assert session.started_at >= began
    assert all(row.at >= began for row in await records.events("transaction_started"))


async def test_a_start_of_an_old_connection_with_a_slow_clock_is_judged_now(records: Records) -> None:
    """No card was presented: the charger knows the token by itself. Its connection is older than its delay."""
    await records.hold("alice", number=1)
    now = datetime.now(UTC)
    slow, message = now - timedelta(minutes=40), {"connectorId": 1, "idTag": BOB, "meterStart": 1}
    message["timestamp"] = slow.isoformat()
    report = Dialect16().read("StartTransaction", msgspec.json.encode(message), now)
    assert isinstance(report, TransactionReported)
    for since, verdict in (
        (now - timedelta(hours=2), Verdict.NOT_NOW),
        (now, Verdict.ACCEPTED),  # from the queue: there was no window yet
    ):
        visit = Visit(charger_id=CHARGER, epoch=0, message_id="m", received_at=now, liveness=Liveness(since))
        async with records.engine.connect() as connection:
            answer = (await take_transaction(connection, visit, report)).answer
        assert isinstance(answer, TransactionAnswer)
        assert answer.token is not None
        assert answer.token.verdict is verdict


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_stranger_named_in_each_message_is_told_to_the_holder_once(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=1)
    assert await begin(charger, BOB) == "NotAtThisTime"
    for number in range(2, 8):
        assert await begin(charger, BOB, "Updated", number) == "NotAtThisTime"
    assert await begin(charger, BOB, "Ended", 8) == "NotAtThisTime"
    assert [t.kind for t in await records.told() if t.kind.startswith("stranger")] == ["stranger_started"]
