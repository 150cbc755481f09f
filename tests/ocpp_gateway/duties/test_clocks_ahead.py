"""Clocks ahead of ours, and clocks that were never set: what they say of now, and what they queued while away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from db.tables import Charger, MeterReading
from domain.charging.clocks import Absence, Presence
from domain.charging.connector import ConnectorStatus
from domain.charging.readings import Context, Reading, Told
from domain.money.lines import ConnectorName
from domain.settlement.metering import MeteredTransaction, charging_legs
from ocpp_gateway.duties.event_times import queued_at, told_of_the_present
from ocpp_gateway.duties.received_call import Liveness, ReceivedCall
from ocpp_gateway.wire.v2x.version import ocpp21, ocpp201
from ocpp_gateway.wire.v16.version import ocpp16
from ocpp_gateway.wire.version import Version
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions, begin
from tests.ocpp_gateway.duties.messages import event, start
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records

HOUR = timedelta(hours=1)
AWAY = 3 * HOUR
BEGAN, ENDED = timedelta(minutes=100), timedelta(minutes=40)
"""Ago; an hour in between, well within the absence."""
NEVER_SET = "1970-01-01T00:00:07Z"
POWER_W = 150_000
ahead = pytest.mark.parametrize("fast", [timedelta(hours=h) for h in (1, 2, 5.5, 8)])


@ahead
@all_versions
async def test_a_start_without_a_card_shown_is_of_now(
    version: str, fast: timedelta, records: Records, make_charger: MakeCharger
) -> None:
    """K5.1, east of Greenwich: the card is known to the charger, and it has just come back."""
    await records.hold("alice", number=1)
    charger = await make_charger(version=version)
    await charger.vanish()
    await charger.come_back()
    began = datetime.now(UTC)
    assert await begin(charger, ALICE, slow=-fast) == "Accepted"
    (session,) = await records.sessions()
    assert (session.reservation_code, session.started_basis) == (CODE, "now")
    assert began <= session.started_at <= datetime.now(UTC)


@ahead
@all_versions
async def test_a_visit_that_was_queued_is_put_right_by_the_learned_offset(
    version: str, fast: timedelta, records: Records, make_charger: MakeCharger
) -> None:
    charger = await back_after_a_while(records, await reserved(records, make_charger, version), offset=-fast)
    now = datetime.now(UTC)
    await tell_visit(charger, (now - BEGAN + fast).isoformat(), (now - ENDED + fast).isoformat())
    (session,) = await records.sessions()
    assert (session.reservation_code, session.authorised) == (CODE, True)
    assert session.started_at == now - BEGAN
    assert session.ended_at == now - ENDED
    assert (session.started_basis, session.ended_basis) == ("corrected", "corrected")
    assert await billed_wh(records, session) == 20_000
    told = [kind for kind in await records.kinds() if kind.startswith("transaction")]
    assert told == ["transaction_started", "transaction_ended"]


@ahead
@all_versions
async def test_a_visit_by_a_clock_that_nobody_knows_yet_keeps_its_length_and_is_marked(
    version: str, fast: timedelta, records: Records, make_charger: MakeCharger
) -> None:
    charger = await back_after_a_while(records, await reserved(records, make_charger, version))
    now = datetime.now(UTC)
    began = now + fast  # both stamps lie ahead of us
    await tell_visit(charger, began.isoformat(), (began + BEGAN - ENDED).isoformat())
    (session,) = await records.sessions()
    assert (session.started_basis, session.ended_basis) == ("estimated", "estimated")
    assert session.reservation_code == CODE
    assert session.ended_at - session.started_at == BEGAN - ENDED
    assert now - AWAY <= session.started_at <= session.ended_at <= datetime.now(UTC)
    assert await billed_wh(records, session) == 20_000


@all_versions
async def test_a_visit_by_a_clock_that_was_never_set_is_marked_and_keeps_its_energy(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await back_after_a_while(records, await reserved(records, make_charger, version))
    await tell_visit(charger, NEVER_SET, NEVER_SET)
    (session,) = await records.sessions()
    assert (session.started_basis, session.ended_basis) == ("estimated", "estimated")
    assert session.reservation_code == CODE
    assert session.ended_at - session.started_at == timedelta(hours=1) * 20_000 / POWER_W
    assert await billed_wh(records, session) == 20_000


@all_versions
@pytest.mark.parametrize("wrong", [timedelta(hours=-5), timedelta(hours=2), None])
async def test_a_start_from_the_queue_of_which_nobody_knows_when_is_of_its_driver_s_own_window(
    version: str, wrong: timedelta | None, records: Records, make_charger: MakeCharger
) -> None:
    """Alice's slot began and ended while the charger was away; when it is back, it is Bob's turn."""
    hour = timedelta(hours=1)
    await records.hold("alice", starts_in=-2 * hour, lasts=hour)
    await records.hold("bob", code=OTHER_CODE, starts_in=-hour / 2, lasts=2 * hour)
    charger = await back_after_a_while(records, await make_charger(version=version))
    now = datetime.now(UTC)
    stamp = NEVER_SET if wrong is None else (now - 1.5 * hour + wrong).isoformat()
    answer = await tell_start(charger, ALICE, stamp)
    (session,) = await records.sessions()
    assert answer == "Accepted"
    assert (session.reservation_code, session.started_basis) == (CODE, "estimated")
    assert now - 2.2 * hour <= session.started_at <= now - hour


@all_versions
async def test_such_a_start_takes_nobody_else_s_place(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    hour = timedelta(hours=1)
    await records.hold("bob", code=OTHER_CODE, starts_in=-hour / 2, lasts=2 * hour)
    charger = await back_after_a_while(records, await make_charger(version=version))
    assert await tell_start(charger, ALICE, (datetime.now(UTC) - 5 * hour).isoformat()) != "Accepted"
    (session,) = await records.sessions()
    assert (session.authorised, session.started_basis) == (False, "estimated")


@pytest.mark.parametrize("blank", ["", NEVER_SET])
@all_versions
async def test_a_blank_time_of_anything_is_now(
    version: str, blank: str, records: Records, make_charger: MakeCharger
) -> None:
    """Start, status, meter values and stop, of a charger that is there."""
    charger = await make_charger(version=version)
    before = datetime.now(UTC)
    shown = {"connectorId": 1, "timestamp": blank}
    if version == "1.6":
        values: list[dict[str, Any]] = [{"timestamp": blank, "sampledValue": [{"value": "1500"}]}]
        begun = await charger.call("StartTransaction", start(timestamp=blank))
        await charger.call("StatusNotification", shown | {"status": "Charging", "errorCode": "NoError"})
        own = {"transactionId": begun["transactionId"]}
        await charger.call("MeterValues", {"connectorId": 1, "meterValue": values} | own)
        await charger.call("StopTransaction", {"meterStop": 2000, "timestamp": blank} | own)
    else:
        token = {"idToken": ALICE, "type": "ISO14443"}
        for kind, number, wh in (("Started", 0, 1000), ("Updated", 1, 1500), ("Ended", 2, 2000)):
            read = [{"timestamp": blank, "sampledValue": [{"value": wh}]}]
            more = {"timestamp": blank, "meterValue": read, "idToken": token}
            await charger.call("TransactionEvent", event(kind, number, **more))
            if kind != "Ended":
                status = shown | {"evseId": 1, "connectorStatus": "Occupied"}
                await charger.call("StatusNotification", status)
    (session,) = await records.sessions()
    assert before <= session.started_at <= session.ended_at <= datetime.now(UTC)
    assert session.meter_last_wh - session.meter_start_wh == 1000
    assert (session.authorised, session.end_inferred) == (True, False)


@pytest.mark.parametrize("fast", [timedelta(hours=h) for h in (-12, -5, 1, 2, 5.5, 8, 14)])
@pytest.mark.parametrize("version", [ocpp16(), ocpp201(), ocpp21()], ids=["1.6", "2.0.1", "2.1"])
def test_offsets_are_learned_from_what_is_said_of_the_present(version: Version, fast: timedelta) -> None:
    now = datetime.now(UTC)
    liveness = Liveness(Presence(connected_since=now - timedelta(hours=1)))
    liveness.present(ALICE)
    liveness.begins(ALICE, "7")
    stamp = (now + fast).isoformat()
    for action, message in of_the_present(version.subprotocol, stamp):
        read(liveness, version, action, message, now)
    assert liveness.presence.offset == -fast


@pytest.mark.parametrize("pace", [1, 30])
@pytest.mark.parametrize("own", [True, False])
def test_a_queue_teaches_nothing_however_fast_it_is_told(pace: int, own: bool) -> None:
    """1.6, three hours of it, in readings each half a minute: of a transaction that began before, or of none."""
    back = datetime.now(UTC)
    away = Absence(start=back - 3 * HOUR, end=back)
    liveness = Liveness(Presence(connected_since=back, absences=(away,)))
    for n in range(20):
        now = back + timedelta(minutes=10, seconds=pace * n)
        for wrong in (timedelta(0), 5 * HOUR):
            at = (away.start - wrong + timedelta(seconds=30 * n)).isoformat()
            told = {"connectorId": 1, "meterValue": [{"timestamp": at, "sampledValue": [{"value": "5"}]}]}
            read(liveness, ocpp16(), "MeterValues", told | ({"transactionId": 7} if own else {}), now)
            status = {"connectorId": 0, "status": "Available", "errorCode": "NoError", "timestamp": at}
            read(liveness, ocpp16(), "StatusNotification", status, now)
    assert liveness.presence.offset == timedelta(0)


def test_a_status_of_the_absence_or_one_that_was_asked_for_teaches_nothing() -> None:
    now = datetime.now(UTC)
    away = Absence(start=now - 3 * HOUR, end=now - HOUR)
    told = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
    for asked, at in ((False, now - 2 * HOUR), (True, now - 0.5 * HOUR)):
        liveness = Liveness(Presence(connected_since=now - HOUR, absences=(away,)))
        if asked:
            liveness.asks_status(0, now)
        for _ in range(3):
            read(liveness, ocpp16(), "StatusNotification", told | {"timestamp": at.isoformat()}, now)
        assert liveness.presence.offset == timedelta(0)


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        (ocpp16(), {"connectorId": 1, "status": "Available", "errorCode": "NoError"}),
        (ocpp201(), {"evseId": 1, "connectorId": 1, "connectorStatus": "Available"}),
        (ocpp21(), {"evseId": 1, "connectorId": 1, "connectorStatus": "Available"}),
    ],
    ids=["1.6", "2.0.1", "2.1"],
)
def test_a_clock_that_runs_within_the_absence_is_learned_once_its_queue_is_told(
    version: Version, shown: dict[str, Any]
) -> None:
    """It stood while there was no power, or is local time; until it is known what it says is of now, too."""
    back = datetime.now(UTC) - 3 * HOUR
    liveness = Liveness(Presence(connected_since=back, absences=(Absence(start=back - 6 * HOUR, end=back),)))
    for minutes in (10, 15, 20, 25, 40, 45, 50):
        now = back + timedelta(minutes=minutes)
        assert liveness.presence.offset == timedelta(0)
        received = ReceivedCall(charger_id=CHARGER, epoch=1, message_id="1", at=now, liveness=liveness)
        still_queued = queued_at(received, now - 5 * HOUR)
        assert still_queued == (now - 5 * HOUR if minutes < 30 else None)
        stamped = (now - 5 * HOUR).isoformat()
        read(liveness, version, "StatusNotification", shown | {"timestamp": stamped}, now)
    assert liveness.presence.offset == 5 * HOUR


def read(liveness: Liveness, version: Version, action: str, message: dict[str, Any], now: datetime) -> None:
    """Of a charger whose connector 1 has shown a car before."""
    report = version.read_call(action, msgspec.json.encode(message), now)
    told = told_of_the_present(report, liveness, {1: (ConnectorStatus.PREPARING, "")}, now)
    if told is not None:
        liveness.read_clock(told, now)


def of_the_present(subprotocol: str, stamp: str) -> list[tuple[str, dict[str, Any]]]:
    if subprotocol == "ocpp1.6":
        values = [{"timestamp": stamp, "sampledValue": [{"value": "5"}]}]
        status = {"connectorId": 1, "status": "Available", "errorCode": "NoError", "timestamp": stamp}
        meter = {"connectorId": 1, "transactionId": 7, "meterValue": values}
        return [
            ("StatusNotification", status),
            ("StartTransaction", start(timestamp=stamp)),
            ("MeterValues", meter),
        ]
    status = {"evseId": 1, "connectorId": 1, "connectorStatus": "Available", "timestamp": stamp}
    return [
        ("StatusNotification", status),
        ("TransactionEvent", event("Updated", 1, timestamp=stamp)),
        ("TransactionEvent", event("Updated", 2, timestamp=stamp)),
    ]


async def billed_wh(records: Records, session: Any) -> int:
    """By the rule of bills."""
    async with records.engine.connect() as connection:
        rows = await connection.execute(
            select(MeterReading.__table__).where(MeterReading.session_id == session.id)
        )
        readings = tuple(
            Reading(
                at=row.at,
                wh=row.wh,
                context=Context(row.context),
                told=Told(row.told),
                location=row.location,
                unit=row.unit,
            )
            for row in rows
        )
    transaction = MeteredTransaction(
        connector=ConnectorName(bay="1", charger_id=CHARGER, number=1),
        power_w=POWER_W,
        authorised=session.authorised,
        started_at=session.started_at,
        ended_at=session.ended_at,
        meter_start_wh=session.meter_start_wh,
        meter_last_wh=session.meter_last_wh,
        meter_at=session.meter_at,
        readings=readings,
    )
    (leg,) = charging_legs([transaction], slack_wh=1000)
    return leg.energy_wh


async def reserved(records: Records, make_charger: MakeCharger, version: str) -> VirtualChargePoint:
    await records.hold("alice", number=1, starts_in=-AWAY, lasts=2 * AWAY)
    return await make_charger(version=version)


async def back_after_a_while(
    records: Records, charger: VirtualChargePoint, offset: timedelta = timedelta(0)
) -> VirtualChargePoint:
    """It was away for AWAY; its clock has been learned to be off by `offset`."""
    await charger.vanish()

    async def gone() -> bool:
        return (await records.charger()).gateway_instance is None

    await records.eventually(gone)
    seen = datetime.now(UTC) - AWAY
    long_ago = (seen - timedelta(days=2)).isoformat()
    async with records.engine.begin() as connection:
        known = update(Charger).where(Charger.id == CHARGER)
        values = {"last_seen_at": seen, "absences": [[long_ago, long_ago]]}
        await connection.execute(known.values(clock_offset_s=round(offset.total_seconds()), **values))
    await charger.come_back()
    return charger


async def tell_start(charger: VirtualChargePoint, tag: str, at: str) -> str:
    """From the queue, with nobody asked; the verdict."""
    if charger.version == "1.6":
        answer = await charger.call("StartTransaction", start(tag, timestamp=at))
        return str(answer["idTagInfo"]["status"])
    more = {"timestamp": at, "offline": True, "idToken": {"idToken": tag, "type": "ISO14443"}}
    answer = await charger.call("TransactionEvent", event("Started", 0, **more))
    return str(answer["idTokenInfo"]["status"])


async def tell_visit(charger: VirtualChargePoint, began: str, ended: str) -> None:
    """A whole visit with 20 kWh, from the queue."""
    if charger.version == "1.6":
        answer = await charger.call("StartTransaction", start(timestamp=began))
        stop = {"transactionId": answer["transactionId"], "meterStop": 21_000, "timestamp": ended}
        await charger.call("StopTransaction", stop)
        return
    token = {"idToken": ALICE, "type": "ISO14443"}
    for kind, number, at, wh in (("Started", 0, began, 1000), ("Ended", 1, ended, 21_000)):
        values = [{"timestamp": at, "sampledValue": [{"value": wh}]}]
        more = {"timestamp": at, "offline": True, "meterValue": values, "idToken": token}
        await charger.call("TransactionEvent", event(kind, number, **more))
