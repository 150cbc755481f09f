"""A station that never tells its register as a whole: its phases and its intervals are billed; else it is noted."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import ChargerQuirk
from tests.ocpp_gateway.conftest import MakeCharger
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment
from tests.ocpp_gateway.records import Records

REGISTER, INTERVAL = "Energy.Active.Import.Register", "Energy.Active.Import.Interval"


def ago(minutes: float) -> str:
    return moment(timedelta(minutes=minutes))


def told(samples: list[dict[str, Any]], minutes: float) -> list[dict[str, Any]]:
    return [{"timestamp": ago(minutes), "sampledValue": samples}]


def by_phase(wh: int) -> list[dict[str, Any]]:
    return [{"value": wh, "phase": phase, "measurand": REGISTER} for phase in ("L1", "L2", "L3")]


def interval(wh: int) -> list[dict[str, Any]]:
    return [{"value": wh, "measurand": INTERVAL}]


@pytest.mark.parametrize(
    ("version", "samples", "expected"),
    [
        ("2.0.1", [by_phase(1_000), by_phase(2_000), by_phase(3_000)], 6_000),
        ("2.1", [interval(300), interval(2_000), interval(2_000)], 4_000),
    ],
)
async def test_energy_that_is_told_in_parts_only(
    version: str,
    samples: list[list[dict[str, Any]]],
    expected: int,
    records: Records,
    make_charger: MakeCharger,
) -> None:
    await records.hold("alice", starts_in=timedelta(minutes=-70), lasts=timedelta(hours=2))
    charger = await make_charger(version=version)
    messages = zip(("Started", "Updated", "Ended"), samples, (60, 30, 1), strict=True)
    for seq, (kind, parts, minutes) in enumerate(messages):
        at = ago(minutes)
        measured = [{"timestamp": at, "sampledValue": parts}]
        values = {"timestamp": at, "offline": True, "meterValue": measured}
        sent = event(kind, seq, **values, **({"idToken": TOKEN} if kind == "Started" else {}))
        for _ in range(2):
            await charger.call("TransactionEvent", sent)
    (session,) = await records.sessions()
    assert session.meter_last_wh - session.meter_start_wh == expected


@pytest.mark.parametrize(
    ("version", "wild"), [("1.6", {}), ("2.1", {}), ("1.6", {"meterStop": 4_294_967_295})]
)
async def test_a_session_without_any_reading_to_bill_by_is_a_quirk_of_its_model(
    version: str, wild: dict[str, int], records: Records, make_charger: MakeCharger, engine: AsyncEngine
) -> None:
    await records.hold("alice", starts_in=timedelta(minutes=-70), lasts=timedelta(hours=2))
    await records.was_away()
    charger = await make_charger(version=version)
    if version == "1.6":
        begun = {"connectorId": 1, "idTag": TOKEN["idToken"], "meterStart": 500, "timestamp": ago(60)}
        answer = await charger.call("StartTransaction", begun)
        # No meterStop: mended, and nothing to bill by; nor is one that is wild.
        stop = {"transactionId": answer["transactionId"], "timestamp": ago(1), **wild}
        await charger.call("StopTransaction", stop)
    else:
        begun = event("Started", 0, idToken=TOKEN, timestamp=ago(60), offline=True)
        await charger.call("TransactionEvent", begun)
        await charger.call("TransactionEvent", event("Ended", 1, timestamp=ago(1), offline=True))
    async with engine.connect() as connection:
        found = await connection.execute(select(ChargerQuirk.action, ChargerQuirk.kind))
        action = "StopTransaction" if version == "1.6" else "TransactionEvent"
        assert (action, "unmetered") in {tuple(row) for row in found}
