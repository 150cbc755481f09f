"""What charged without a reservation is handed to whoever bills it: when it has ended, and when that is corrected."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, text, update

from db.documents import tariff_to_document
from db.tables import ChargingSession, WalkInChange, WalkInHandover, WalkInTariffVersion
from domain.money.amount import Money
from simulator.charge_point import VirtualChargePoint
from tests.factories import make_tariff
from tests.factories.sites import INSTALLED
from tests.ocpp_gateway.conftest import BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import all_versions
from tests.ocpp_gateway.duties.messages import event, moment, register, start
from tests.ocpp_gateway.records import CODE, Records
from tests.webhooks.biller import KEY, Biller
from webhooks.signature import keyed_hash
from webhooks.walk_ins import hand_on


class Visit:
    """On connector 1, in the words of any version; the meter begins at 1000 Wh."""

    def __init__(self, charger: VirtualChargePoint, card: str) -> None:
        self._charger = charger
        self._card = card
        self._number = 0

    async def begin(self) -> None:
        if self._charger.version == "1.6":
            self._number = (await self._charger.call("StartTransaction", start(self._card)))["transactionId"]
        else:
            card = {"idToken": self._card, "type": "ISO14443"}
            await self._charger.call(
                "TransactionEvent", event("Started", 0, idToken=card, meterValue=register(1_000))
            )

    async def end(self, wh: int) -> None:
        if self._charger.version == "1.6":
            stop = {"transactionId": self._number, "meterStop": wh, "timestamp": moment()}
            await self._charger.call("StopTransaction", stop)
        else:
            await self._charger.call("TransactionEvent", event("Ended", 1, meterValue=register(wh)))


async def begun(charger: VirtualChargePoint, card: str = BOB) -> Visit:
    visit = Visit(charger, card)
    await visit.begin()
    return visit


async def change(records: Records, **values: object) -> None:
    """Of the one session, as whoever may changes it."""
    async with records.engine.begin() as connection:
        await connection.execute(update(ChargingSession).values(**values))


@all_versions
@pytest.mark.usefixtures("handing_on")
async def test_a_walk_in_that_ended_is_told_until_it_is_received(
    version: str, records: Records, make_charger: MakeCharger, biller: Biller
) -> None:
    biller.statuses = [500, 302, 503]
    charger = await make_charger(version=version)
    await (await begun(charger)).end(1_700)
    (event,) = await biller.events(1)
    (session,) = await records.sessions()
    assert biller.attempts == [f"walk_in_{session.id}_1"] * 4
    assert event["type"] == "session.walk_in_ended"
    told = event["data"]
    assert (told["session"], told["revision"], told["site"], told["charger"]) == (
        session.id,
        1,
        "north",
        CHARGER,
    )
    assert (told["connector"], told["evse"]) == (1, None if version == "1.6" else 1)
    assert (told["driver_id"], told["card"], told["admitted"]) == ("bob", None, True)
    assert (told["energy_wh"], told["price"]) == (700, None)
    assert told["evidence"]["basis"] == "stop"
    assert (told["started_known"], told["ended_known"], told["ended_inferred"]) == ("now", "now", False)
    assert datetime.fromisoformat(told["started_at"]) < datetime.fromisoformat(told["ended_at"])
    assert BOB not in str(event)


@pytest.mark.usefixtures("handing_on")
async def test_an_end_that_was_inferred_is_told_and_told_again_when_it_is_corrected(
    records: Records, make_charger: MakeCharger, biller: Biller
) -> None:
    charger = await make_charger()
    visit = await begun(charger)
    (session,) = await records.sessions()
    await change(records, ended_at=session.started_at + timedelta(minutes=1), end_inferred=True)
    (first,) = await biller.events(1)
    assert (first["data"]["ended_inferred"], first["data"]["energy_wh"]) == (True, 0)
    await change(records, ended_at=None, end_inferred=False)
    (_, second) = await biller.events(2)
    assert second["type"] == "session.walk_in_withdrawn"
    assert second["data"] == {"session": session.id, "revision": 2, "reason": "runs"}
    await visit.end(1_300)
    third = (await biller.events(3))[-1]["data"]
    assert (third["revision"], third["ended_inferred"], third["energy_wh"]) == (3, False, 300)


@pytest.mark.usefixtures("handing_on")
async def test_a_session_that_turns_out_to_be_a_reservations_is_taken_back(
    records: Records, make_charger: MakeCharger, biller: Biller
) -> None:
    charger = await make_charger()
    await (await begun(charger)).end(1_300)
    await biller.events(1)
    await change(records, reservation_code=CODE)
    (_, event) = await biller.events(2)
    assert (event["type"], event["data"]["reason"]) == ("session.walk_in_withdrawn", "reserved")


@pytest.mark.usefixtures("handing_on")
async def test_a_reading_that_comes_after_the_end_corrects_what_was_told(
    records: Records, make_charger: MakeCharger, biller: Biller
) -> None:
    await records.was_away()
    charger = await make_charger()
    beginning = start(BOB, timestamp=moment(timedelta(minutes=60)))
    number = (await charger.call("StartTransaction", beginning))["transactionId"]
    over = {"transactionId": number, "meterStop": 4_294_967_295, "timestamp": moment(timedelta(minutes=1))}
    await charger.call("StopTransaction", over)  # wild
    (first,) = await biller.events(1)
    value = [{"timestamp": moment(timedelta(minutes=5)), "sampledValue": [{"value": "5000"}]}]
    await charger.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": value})
    (_, second) = await biller.events(2)
    assert first["data"]["evidence"]["basis"] == "connector_power"
    assert (second["data"]["energy_wh"], second["data"]["evidence"]["basis"]) == (4_000, "last_reading")


@pytest.mark.usefixtures("handing_on")
async def test_who_was_refused_and_charged_all_the_same_is_told_with_a_hash_of_the_card(
    records: Records, make_charger: MakeCharger, biller: Biller
) -> None:
    charger = await make_charger()
    number = (await charger.call("StartTransaction", start("5TRANGER")))["transactionId"]
    over = {"transactionId": number, "meterStop": 1_800, "timestamp": moment()}
    await charger.call("StopTransaction", over)
    (event,) = await biller.events(1)
    told = event["data"]
    assert (told["admitted"], told["refused_for"], told["energy_wh"]) == (False, "token_unknown", 800)
    assert (told["driver_id"], told["card"]) == (None, keyed_hash(KEY, "5TRANGER"))
    assert "5TRANGER" not in str(event)


@pytest.mark.usefixtures("handing_on")
async def test_what_cannot_be_read_does_not_keep_the_others(
    records: Records, make_charger: MakeCharger, biller: Biller
) -> None:
    charger = await make_charger()
    await begun(charger)
    async with records.engine.begin() as connection:
        await connection.execute(text("UPDATE meter_readings SET context = 'no such context'"))
    await change(records, ended_at=text("now()"))
    other = (await charger.call("StartTransaction", start(BOB, connectorId=2)))["transactionId"]
    await charger.call("StopTransaction", {"transactionId": other, "meterStop": 1_500, "timestamp": moment()})
    (event,) = await biller.events(1)
    assert event["data"]["session"] == other


@pytest.mark.usefixtures("handing_on")
async def test_a_site_that_wants_it_has_walk_ins_priced_by_its_own_tariff(
    records: Records, make_charger: MakeCharger, biller: Biller
) -> None:
    tariff = make_tariff(session_fee=Money(100, "EUR"))
    row = {"site_id": "north", "version": 3, "valid_from": INSTALLED, "document": tariff_to_document(tariff)}
    async with records.engine.begin() as connection:
        await connection.execute(insert(WalkInTariffVersion).values(**row))
    charger = await make_charger()
    await (await begun(charger)).end(1_800)
    told = (await biller.events(1))[0]["data"]
    assert told["tariff_version"] == 3
    lines = {line["kind"]: line["amount"]["minor"] for line in told["price"]["lines"]}
    assert lines == {"session_fee": 100, "energy": 40, "tax": 27}  # 19 % of 1.40
    assert (told["price"]["charge"], told["price"]["energy_wh"]) == ({"minor": 167, "currency": "EUR"}, 800)
    # Who was refused has accepted no price.
    await (await begun(charger, "5TRANGER")).end(1_800)
    refused = (await biller.events(2))[1]["data"]
    assert (refused["admitted"], refused["energy_wh"], refused["price"]) == (False, 800, None)


async def test_where_nobody_is_configured_nothing_is_recorded(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await (await begun(charger)).end(1_300)
    async with records.engine.connect() as connection:
        assert (await connection.scalars(select(WalkInChange.session_id))).all() == []


@pytest.mark.usefixtures("handing_on")
async def test_who_is_no_longer_configured_is_forgotten(records: Records, make_charger: MakeCharger) -> None:
    await hand_on(records.engine, None, asyncio.Event())
    charger = await make_charger()
    await (await begun(charger)).end(1_300)
    async with records.engine.connect() as connection:
        assert (await connection.scalars(select(WalkInChange.session_id))).all() == []
        assert (await connection.scalars(select(WalkInHandover.session_id))).all() == []
