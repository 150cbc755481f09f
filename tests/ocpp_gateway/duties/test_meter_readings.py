"""Field cases K3 over the wire: readings are kept as rows, and the session shows what the rule makes of them."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import insert, select

from db.tables import FollowUp, MeterReading, Settlement
from ocpp_gateway.storage.meter_readings import MOST_KEPT
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import MakeCharger
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, start
from tests.ocpp_gateway.records import CODE, Records

VERSIONS = ["1.6", "2.0.1", "2.1"]
WILD = 4_294_967_295
EVERY_VERSION = pytest.mark.parametrize("version", VERSIONS)


class Plug:
    """One transaction on connector 1, in the words of any version. `minutes`: how long ago."""

    def __init__(self, charger: VirtualChargePoint, version: str) -> None:
        self._charger = charger
        self._is_old = version == "1.6"
        self._number = 0
        self._seq = 0

    async def start(self, wh: int, minutes: float = 60) -> None:
        if self._is_old:
            begun = start(meterStart=wh, timestamp=ago(minutes))
            self._number = (await self._charger.call("StartTransaction", begun))["transactionId"]
        else:
            await self._event("Started", wh, minutes, idToken=TOKEN)

    async def sample(self, wh: int, minutes: float, **over: Any) -> None:
        if self._is_old:
            value = [{"timestamp": ago(minutes), "sampledValue": [{"value": str(wh)} | over]}]
            told = {"connectorId": 1, "transactionId": self._number, "meterValue": value}
            await self._charger.call("MeterValues", told)
        else:
            await self._event("Updated", wh, minutes, sampled=over)

    async def alone(self, wh: int, minutes: float) -> None:
        """Of the connector: no transaction is named."""
        if self._is_old:
            value = [{"timestamp": ago(minutes), "sampledValue": [{"value": str(wh)}]}]
            await self._charger.call("MeterValues", {"connectorId": 1, "meterValue": value})
        else:
            value = [{"timestamp": ago(minutes), "sampledValue": [{"value": wh}]}]
            await self._charger.call("MeterValues", {"evseId": 1, "meterValue": value})

    async def stop(self, wh: int, minutes: float = 1) -> None:
        if self._is_old:
            stop = {"transactionId": self._number, "meterStop": wh, "timestamp": ago(minutes)}
            await self._charger.call("StopTransaction", stop)
        else:
            await self._event("Ended", wh, minutes)

    async def _event(
        self, kind: str, wh: int, minutes: float, sampled: dict[str, Any] | None = None, **over: Any
    ) -> None:
        told: dict[str, Any] = {"value": wh} | (sampled or {})
        unit = told.pop("unit", None)
        if unit is not None:
            told["unitOfMeasure"] = {"unit": unit}
        value = [{"timestamp": ago(minutes), "sampledValue": [told]}]
        message = event(kind, self._seq, timestamp=ago(minutes), meterValue=value, offline=True, **over)
        self._seq += 1
        await self._charger.call("TransactionEvent", message)


def ago(minutes: float) -> str:
    return moment(timedelta(minutes=minutes))


async def plugged(records: Records, make_charger: MakeCharger, version: str) -> Plug:
    await records.hold("alice", starts_in=timedelta(minutes=-70), lasts=timedelta(hours=2))
    return Plug(await make_charger(version=version), version)


async def energy(records: Records) -> int:
    (session,) = await records.sessions()
    return int(session.meter_last_wh - session.meter_start_wh)


@EVERY_VERSION
async def test_k3_1_a_lifetime_register_is_not_the_transactions(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    plug = await plugged(records, make_charger, version)
    await plug.start(0)
    for minute in (50, 30, 10):
        await plug.alone(7_930_179, minute)
        assert await energy(records) == 0
    await plug.stop(300)
    await plug.alone(7_930_179, 0)
    assert await energy(records) == 300


@EVERY_VERSION
async def test_k3_2_one_wild_value_does_not_stick(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    plug = await plugged(records, make_charger, version)
    await plug.start(0)
    await plug.sample(700, 40)
    await plug.sample(WILD, 20)
    assert await energy(records) == 700
    await plug.stop(2_000)
    assert await energy(records) == 2_000


@EVERY_VERSION
@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_the_order_of_arrival_changes_nothing(
    order: tuple[int, ...], version: str, records: Records, make_charger: MakeCharger
) -> None:
    """Also after the end: what was queued comes late, and what is told of the time after it does not count."""
    plug = await plugged(records, make_charger, version)
    await plug.start(100)
    told = [lambda: plug.sample(1_100, 40), lambda: plug.stop(2_100, 10), lambda: plug.sample(9_000, 2)]
    for which in order:
        await told[which]()
    assert await energy(records) == 2_000


@EVERY_VERSION
async def test_a_register_that_begins_anew_counts_in_both_parts(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    plug = await plugged(records, make_charger, version)
    await plug.start(500_000)
    for minute, wh in ((50, 501_000), (40, 502_000), (30, 0), (20, 800)):
        await plug.sample(wh, minute)
    await plug.stop(1_500)
    assert await energy(records) == 2_000 + 1_500


@EVERY_VERSION
async def test_few_readings_are_kept_of_a_long_session(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    plug = await plugged(records, make_charger, version)
    await plug.start(0)
    for n in range(1, 2 * MOST_KEPT):
        await plug.sample(10 * n, 60 - n * 0.8)
        await plug.sample(10 * n, 60 - n * 0.8)
    await plug.stop(1_000)
    assert await energy(records) == 1_000
    async with records.engine.connect() as connection:
        kept = (await connection.execute(select(MeterReading.context, MeterReading.wh))).all()
    assert len(kept) <= MOST_KEPT
    assert {("begin", 0), ("end", 1_000)} <= {tuple(row) for row in kept}


@EVERY_VERSION
async def test_kilowatt_hours_told_as_watt_hours_are_read_as_what_they_are(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    plug = await plugged(records, make_charger, version)
    await plug.start(7_930_000)
    await plug.sample(7_930_200, 40, unit="kWh")
    await plug.sample(7_930_400, 20, unit="kWh")
    await plug.stop(7_930_479)
    assert await energy(records) == 479


async def test_a_1_6_stop_brings_the_readings_that_no_message_brought(
    records: Records, make_charger: MakeCharger
) -> None:
    """meterStart and meterStop are stuck at what another register shows; transactionData knows better."""
    charger = await make_charger()
    await records.hold("alice", starts_in=timedelta(minutes=-70), lasts=timedelta(hours=2))
    begun = start(meterStart=0, timestamp=ago(60))
    number = (await charger.call("StartTransaction", begun))["transactionId"]
    data = [
        {"timestamp": ago(minute), "sampledValue": [{"value": str(wh), "context": context}]}
        for minute, wh, context in ((60, 7_930_179, "Transaction.Begin"), (1, 7_932_179, "Transaction.End"))
    ]
    stop = {"transactionId": number, "meterStop": 7_932_179, "timestamp": ago(1), "transactionData": data}
    await charger.call("StopTransaction", stop)
    assert await energy(records) == 2_000


@EVERY_VERSION
async def test_an_end_that_comes_late_is_taken_and_noticed_where_it_was_settled_already(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """The session was replaced by a later one, and its reservation settled by what was known then."""
    charger = await make_charger(version=version)
    await records.hold("alice", starts_in=timedelta(minutes=-70), lasts=timedelta(hours=2))
    first = Plug(charger, version)
    await first.start(0)
    await first.sample(1_000, 40)
    if version == "1.6":
        await charger.call("StartTransaction", start(meterStart=3_000, timestamp=ago(20)))
    else:
        other = {"transactionInfo": {"transactionId": "tx-2"}, "idToken": TOKEN, "timestamp": ago(20)}
        await charger.call("TransactionEvent", event("Started", 0, offline=True, **other))
    await settled(records)
    assert await noticed(records) == []
    await first.stop(2_500, 25)
    old, _ = await records.sessions()
    assert (old.stop_reason, old.meter_last_wh - old.meter_start_wh) == ("Local", 2_500)
    assert await noticed(records) == [CODE]


async def settled(records: Records) -> None:
    async with records.engine.begin() as connection:
        await connection.execute(
            insert(Settlement).values(
                reservation_code=CODE, step="settle", outcome="COMPLETED", currency="EUR", charge_minor=0,
                credit_minor=0, energy_wh=1_000, somebody_waits=False, occupancy_percent=0,
                priced_at=datetime.now(UTC),
            )
        )  # fmt: skip


async def noticed(records: Records) -> list[str]:
    async with records.engine.connect() as connection:
        return list(await connection.scalars(select(FollowUp.reservation_code)))
