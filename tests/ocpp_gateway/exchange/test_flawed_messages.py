"""A flaw in a field that nobody needs costs neither a boot nor a transaction; it is noted for operators (K4)."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import ChargerQuirk
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from simulator.charge_point import CallRefusedError
from tests.ocpp_gateway.conftest import ALICE, CHARGER, MakeCharger
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.raw_charger import RawCharger, call

all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])

NOW = "2026-11-28T10:00:00Z"
START = {"connectorId": 1, "idTag": ALICE, "meterStart": 1000, "timestamp": NOW}


async def quirks(engine: AsyncEngine, records: Records, count: int) -> set[tuple[str, str, str]]:
    """Action, field and kind of all that is noted, once there are `count`."""
    found: set[tuple[str, str, str]] = set()

    async def noted() -> bool:
        async with engine.connect() as connection:
            rows = await connection.execute(select(ChargerQuirk.action, ChargerQuirk.path, ChargerQuirk.kind))
            found.clear()
            found.update((row[0], row[1], row[2]) for row in rows)
        return len(found) >= count

    await records.eventually(noted)
    return found


@all_versions
async def test_a_long_serial_number_costs_no_boot(
    version: str, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    """K4.2. Nothing here needs the serial number; what is kept, of the firmware, is cut."""
    charger = await make_charger(version=version)
    serial, firmware = "S" * 26, "7." + "1" * 49
    station = {
        "vendorName": "Wallboxes",
        "model": "Home",
        "serialNumber": serial,
        "firmwareVersion": firmware,
    }
    boot: dict[str, Any] = {"reason": "PowerUp", "chargingStation": station}
    flawed = {"chargingStation/serialNumber", "chargingStation/firmwareVersion"}
    if version == "1.6":
        boot = {"chargePointVendor": "Wallboxes", "chargePointModel": "Home"}
        boot |= {"chargePointSerialNumber": serial, "firmwareVersion": firmware}
        flawed = {"chargePointSerialNumber", "firmwareVersion"}
    answer = await charger.call("BootNotification", boot)
    assert answer["status"] == "Accepted"
    known = await records.charger()
    assert (known.vendor, known.model, known.firmware) == ("Wallboxes", "Home", firmware[:50])
    noted = await quirks(engine, records, len(flawed))
    assert noted == {("BootNotification", path, "too_long") for path in flawed}


@pytest.mark.parametrize(
    ("over", "energy_wh"),
    [
        ({"idTag": "X" * 21}, 500),
        ({"meterStop": 1500.4}, 500),
        ({"meterStop": "1500"}, 500),
        ({"meterStop": None}, 0),
        ({"timestamp": "half past nine"}, 500),
        ({"reason": "because " * 20}, 500),
        ({"transactionData": [{"sampledValue": "?"}]}, 500),
        ({"transactionData": {"timestamp": NOW, "sampledValue": [{"value": 1}]}}, 500),
        ({"idTag": {"id": "x"}}, 500),
        ({"idTag": ALICE + "\0"}, 500),
        ({"reason": "Local\0\0"}, 500),
        ({"transactionId": "", "idTag": ALICE}, 500),
        ({"transactionId": "T-7", "idTag": ALICE}, 500),
        ({"transactionId": 2**40, "idTag": ALICE}, 500),
    ],
)
async def test_no_flaw_costs_the_end_of_a_1_6_transaction(
    over: dict[str, Any], energy_wh: int, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    """K4.1: what is noted names the field, and the energy is what can be known of it."""
    charger = await make_charger()
    started = await charger.call("StartTransaction", START)
    stop = {"transactionId": started["transactionId"], "meterStop": 1500, "timestamp": NOW} | over
    await charger.call("StopTransaction", {name: value for name, value in stop.items() if value is not None})
    (session,) = await records.sessions()
    assert session.ended_at is not None
    assert session.meter_last_wh - session.meter_start_wh == energy_wh
    flawed = next(iter(over))
    noted = await quirks(engine, records, 1)
    assert {(action, path.partition("/")[0]) for action, path, _ in noted} == {("StopTransaction", flawed)}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize(
    "over",
    [
        {"triggerReason": "x" * 80},
        {"seqNo": "2"},
        {"offline": "no"},
        {"numberOfPhasesUsed": 7.5},
        {"meterValue": "none"},
        {"meterValue": [{"timestamp": NOW, "sampledValue": [{"value": "x"}]}]},
        {"idToken": {"idToken": "X" * 300, "type": "ISO14443"}},
        {"evse": {"id": "one"}},
        {"customData": {"note": 1}},
        {"timestamp": ""},
        {"idToken": {"idToken": "A\0", "type": "ISO14443"}},
        {"triggerReason": "StopAuthorized\0"},
    ],
)
async def test_no_flaw_costs_the_end_of_a_2_x_transaction(
    version: str, over: dict[str, Any], records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    """K4.1: what is noted names the field, and the energy is what the register says where it can be read."""
    charger = await make_charger(version=version)

    def event(kind: str, seq: int, **more: Any) -> dict[str, Any]:
        return {
            "eventType": kind,
            "timestamp": NOW,
            "triggerReason": "Authorized",
            "seqNo": seq,
            "transactionInfo": {"transactionId": "T1"},
        } | more

    def register(wh: int) -> list[dict[str, Any]]:
        return [{"timestamp": NOW, "sampledValue": [{"value": wh}]}]

    token = {"idToken": ALICE, "type": "ISO14443"}
    begun = event("Started", 0, evse={"id": 1}, idToken=token, meterValue=register(1000))
    await charger.call("TransactionEvent", begun)
    await charger.call("TransactionEvent", event("Ended", 1, meterValue=register(1500)) | over)
    (session,) = await records.sessions()
    assert session.ended_at is not None
    assert session.meter_last_wh - session.meter_start_wh == (0 if "meterValue" in over else 500)
    if "customData" not in over:
        (flawed,) = over
        noted = {path.partition("/")[0] for _, path, _ in await quirks(engine, records, 1)}
        assert noted == {flawed}


@all_versions
async def test_a_boot_without_a_model_or_with_a_number_for_a_vendor_is_taken(
    version: str, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    boot: dict[str, Any] = {"chargePointVendor": 7, "reason": 1, "chargingStation": {"vendorName": 7}}
    assert (await charger.call("BootNotification", boot))["status"] == "Accepted"
    assert (await records.charger()).vendor == "7"


@all_versions
async def test_texts_that_firmware_pads_with_nul_cost_no_boot(
    version: str, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    station = {"vendorName": "V", "model": "M", "firmwareVersion": "1.2\0\0"}
    boot: dict[str, Any] = {"reason": "PowerUp", "chargingStation": station}
    if version == "1.6":
        boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.2\0\0"}
    assert (await charger.call("BootNotification", boot))["status"] == "Accepted"
    assert (await records.charger()).firmware == "1.2"
    ((_, path, kind),) = await quirks(engine, records, 1)
    assert (path.rpartition("/")[2], kind) == ("firmwareVersion", "dropped")


async def test_a_start_whose_token_is_too_long_is_nobody_elses(
    records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    long_tag = ALICE + "0" * (21 - len(ALICE))
    answer = await charger.call("StartTransaction", START | {"idTag": long_tag})
    assert answer["idTagInfo"]["status"] == "Invalid"
    (session,) = await records.sessions()
    assert (session.authorised, session.driver_id) == (False, None)
    noted = await quirks(engine, records, 1)
    assert ("StartTransaction", "idTag", "too_long") in noted


async def test_one_bad_sample_among_good_ones_is_left_out(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    started = await charger.call("StartTransaction", START)
    samples = [{"value": 7}, {"value": "1700", "measurand": "Energy.Active.Import.Register"}, "?"]
    await charger.call(
        "MeterValues",
        {
            "connectorId": "1",
            "transactionId": started["transactionId"],
            "meterValue": [{"timestamp": NOW, "sampledValue": samples}],
        },
    )
    (session,) = await records.sessions()
    assert session.meter_last_wh == 1700


async def test_a_frame_against_its_grammar_is_read_as_what_it_must_mean(
    gateway: Gateway, records: Records, engine: AsyncEngine
) -> None:
    charger = await RawCharger.connect(gateway.url, CHARGER)
    boot = '{"chargePointVendor":"V\t1","chargePointModel":"M",}'
    charger.say(f'\ufeff["2","b","bootNotification",{boot}]\0')
    answer = await charger.reply("b")
    assert answer[2]["status"] == "Accepted"
    start = f'{{"connectorId":1,"idTag":"{ALICE}\0","meterStart":7,"timestamp":"{NOW}"}}'
    charger.say(f'[2,17,"StartTransaction",[{start}],]')
    started = await charger.reply("17")
    assert started[2]["idTagInfo"]["status"] == "Accepted"
    for n, nothing in enumerate(("[]", "null", '""')):
        assert "currentTime" in (await charger.ask(f'[2,"h{n}","Heartbeat",{nothing}]'))[2]
    (session,) = await records.sessions()
    assert session.meter_start_wh == 7
    noted = await quirks(engine, records, 5)
    assert {(action, kind) for action, _, kind in noted} >= {
        ("BootNotification", "wrong_word"),
        ("BootNotification", "broken_frame"),
        ("StartTransaction", "broken_frame"),
        ("StartTransaction", "dropped"),
        ("Heartbeat", "broken_frame"),
    }
    await charger.leave()


async def test_with_strict_schemas_a_flaw_is_refused(records: Records, database_url: str) -> None:
    options = GatewayOptions(instance="strict", strict_schemas=True)
    async with running_gateway(database_url, options=options) as gateway:
        charger = await RawCharger.connect(gateway.url, CHARGER)
        boot = {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": "S" * 26}
        answer = await charger.ask(call("1", "BootNotification", boot))
        assert answer[:3] == [4, "1", "PropertyConstraintViolation"]
        assert (await charger.ask('[2,"2","Heartbeat",null]'))[:3] == [4, "2", "FormationViolation"]
        assert (await charger.ask('[2,"3","heartbeat",{}]'))[:3] == [4, "3", "NotImplemented"]
        charger.say('[2,"4","Heartbeat",{},]')
        assert (await charger.reply("-1"))[:3] == [4, "-1", "FormationViolation"]
        await charger.leave()


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("{}/", "1.6"),
        ("{}/", "2.0.1"),
        ("{}/", "2.1"),
        ("/{}", "1.6"),
        ("//{}//", "2.0.1"),
        ("{}?station=1", "2.1"),
        ("%4E{rest}", "1.6"),
    ],
)
async def test_slashes_around_an_identity_say_nothing(
    path: str, version: str, gateway: Gateway, records: Records
) -> None:
    """K4.3"""
    asked = path.format(CHARGER, rest=CHARGER[1:])
    charger = await RawCharger.connect(gateway.url, asked, named=CHARGER, version=version)
    answer = await charger.ask(call("1", "Heartbeat"))
    assert "currentTime" in answer[2]
    await charger.leave()


async def test_what_we_need_is_never_guessed(records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger()
    with pytest.raises(CallRefusedError):
        await charger.call("StartTransaction", START | {"connectorId": 1.5})
    assert await records.sessions() == []


@pytest.mark.parametrize("card", [None, " ", 1.5, ["A", "B"]])
async def test_a_start_that_names_nobody_is_answered_and_opens_to_nobody(
    card: Any, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    answer = await charger.call("StartTransaction", START | {"idTag": card})
    assert answer["idTagInfo"]["status"] == "Invalid"
    assert [session.id_tag for session in await records.sessions()] == [""]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_that_leaves_its_numbers_out_has_its_transactions_by_its_own_ids(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    token = {"idToken": ALICE, "type": "ISO14443"}
    for minute, (kind, wh) in enumerate((("Started", 100), ("Updated", 400), ("Ended", 900))):
        told: dict[str, Any] = {
            "eventType": kind,
            "timestamp": f"2026-11-28T10:0{minute}:00Z",
            "triggerReason": "Authorized",
            "transactionInfo": {"transactionId": "T1"},
            "meterValue": [{"timestamp": f"2026-11-28T10:0{minute}:00Z", "sampledValue": [{"value": wh}]}],
        }
        if kind == "Started":
            told |= {"evse": {"id": 1}, "idToken": token}
        await charger.call("TransactionEvent", told)
    (session,) = await records.sessions()
    assert (session.transaction_id, session.ended_at is not None) == ("T1", True)
    assert session.meter_last_wh - session.meter_start_wh == 800


@pytest.mark.parametrize("value", [True, None, 1])
async def test_a_variable_of_another_type_costs_no_event(value: Any, make_charger: MakeCharger) -> None:
    charger = await make_charger(version="2.0.1")
    entry = {
        "eventId": 1,
        "timestamp": NOW,
        "trigger": "Delta",
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "ConnectorPlugRetentionLock", "evse": {"id": 1}},
        "variable": {"name": "Problem"},
    } | ({} if value is None else {"actualValue": value})
    for data in ([entry], []):
        told = {"generatedAt": NOW, "seqNo": 0, "eventData": data}
        assert await charger.call("NotifyEvent", told) == {}
