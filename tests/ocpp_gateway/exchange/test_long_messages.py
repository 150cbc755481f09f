"""A day of samples in one message costs neither the end of its transaction nor the connection."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from simulator.charge_point import CallRefusedError
from tests.ocpp_gateway.conftest import MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, register, start
from tests.ocpp_gateway.exchange.test_flawed_messages import quirks
from tests.ocpp_gateway.records import Records

MEASURANDS = (
    "Current.Import",
    "Voltage",
    "Power.Active.Import",
    "SoC",
    "Temperature",
    "Energy.Active.Import.Register",
)
ENTRIES = 1440


def samples(version: str) -> list[dict[str, Any]]:
    begun = datetime.now(UTC) - timedelta(minutes=ENTRIES)
    listed = []
    for minute in range(ENTRIES):
        value: Any = 1000 + 2 * minute
        told = [
            {
                "value": str(value) if version == "1.6" else value,
                "measurand": measurand,
                "context": "Sample.Periodic",
            }
            for measurand in MEASURANDS
        ]
        at = (begun + timedelta(minutes=minute)).isoformat()
        listed.append({"timestamp": at, "sampledValue": told})
    return listed


@all_versions
async def test_a_stop_with_a_day_of_samples_ends_its_transaction_and_keeps_the_connection(
    version: str, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version, reconnect=False)
    day = moment(timedelta(minutes=ENTRIES))
    if version == "1.6":
        begun = await charger.call("StartTransaction", start(timestamp=day))
        list_of = {"transactionData": samples(version), "meterStop": 4000, "timestamp": moment()}
        message = ("StopTransaction", {"transactionId": begun["transactionId"]} | list_of)
    else:
        begin = event("Started", 0, idToken=TOKEN, timestamp=day, meterValue=register(1000))
        await charger.call("TransactionEvent", begin)
        message = ("TransactionEvent", event("Ended", 1, meterValue=[*samples(version), *register(4000)]))
    assert len(json.dumps(message)) > 700_000
    await charger.call(*message)
    (session,) = await records.sessions()
    assert session.ended_at is not None
    assert session.meter_last_wh == 4000
    assert (message[0], "", "too_long") in await quirks(engine, records, 1)
    assert charger.online


async def test_what_is_too_long_for_other_reasons_is_answered_and_costs_no_connection(
    make_charger: MakeCharger,
) -> None:
    charger = await make_charger(reconnect=False)
    with pytest.raises(CallRefusedError) as refusal:
        await charger.call("DataTransfer", {"vendorId": "V", "data": "x" * 3_000_000})
    assert refusal.value.error_code == "FormationViolation"
    assert "currentTime" in await charger.call("Heartbeat", {})
