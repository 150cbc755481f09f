"""The card first, then the plug (2.x E03): a session goes to the EVSE that is told, and is judged there by its card."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.tables import ChargerQuirk, UnplacedTransaction
from domain.charging.presence import INFERRED
from domain.charging.quirks import QuirkKind
from ocpp_gateway.wire.v2x.version import ocpp21, ocpp201
from tests.ocpp_gateway.conftest import ALICE, BOB, MakeCharger
from tests.ocpp_gateway.duties.card_first import ended, heard, plugged, readings, shows_card, stations, tells
from tests.ocpp_gateway.duties.evses import says
from tests.ocpp_gateway.duties.messages import TOKEN, event, homeless, register, start, take
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records


@stations
async def test_beside_the_own_bay_it_is_the_reservations_where_it_is_told(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    own, beside = (records.connectors["NORTH-1", number] for number in (1, 2))
    charger = await make_charger(version=version)
    await shows_card(charger, ALICE)
    for message in (plugged(2), plugged(2), plugged(2, 2)):
        await tells(charger, message)
    (session,) = await records.sessions()
    assert (session.connector_id, session.id_tag, session.reservation_code) == (beside, ALICE, CODE)
    assert (session.authorised, session.ended_at) == (True, None)
    starts = [(told.connector_id, told.matches) for told in await records.told() if "started" in told.kind]
    assert starts == [(own, True), (beside, True)]
    await tells(charger, ended(None))
    assert (await heard(records))[-1] == "transaction_ended"


@stations
@pytest.mark.parametrize("last", [True, False])
async def test_at_the_bay_of_somebody_else_it_is_stopped_and_its_own_reservation_is_free_of_it(
    last: bool, version: str, records: Records, make_charger: MakeCharger
) -> None:
    """`last`: no message before the end has told where."""
    await records.hold("alice")
    await records.hold("bob", number=2, code=OTHER_CODE)
    charger = await make_charger(version=version)
    await shows_card(charger, BOB)
    await tells(charger, ended(1) if last else plugged(1))
    (session,) = await records.sessions()
    assert session.connector_id == records.connectors["NORTH-1", 1]
    assert (session.id_tag, session.authorised, session.reservation_code) == (BOB, False, None)
    assert (await heard(records))[0] == "stranger_started"
    assert await heard(records, OTHER_CODE) == ["transaction_started", "transaction_ended"]
    if not last:
        await charger.wait_for_message("RequestStopTransaction", direction="in", kind="call")


@stations
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize(("held", "card", "code"), [(None, BOB, None), ("NORTH-2", ALICE, CODE)])
async def test_a_card_without_a_place_is_known_when_its_place_is_told(
    held: str | None,
    card: str,
    code: str | None,
    last: bool,
    version: str,
    records: Records,
    make_charger: MakeCharger,
) -> None:
    if held:
        await records.hold("alice", charger=held)
    charger = await make_charger(version=version)
    await shows_card(charger, card)
    assert await records.sessions() == []
    await tells(charger, ended(1) if last else plugged(1))
    (session,) = await records.sessions()
    assert (session.id_tag, session.authorised, session.reservation_code) == (card, True, code)


@stations
async def test_whose_place_is_never_told_is_an_end_of_their_card(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    await shows_card(charger, ALICE)
    await tells(charger, ended(None))
    async with records.engine.connect() as connection:
        (kept,) = await connection.execute(select(UnplacedTransaction.id_tag))
    assert (kept.id_tag, await records.sessions()) == (ALICE, [])


@stations
async def test_of_two_that_were_supposed_at_each_others_place_none_ends_the_other(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    first, second = (records.connectors["NORTH-1", number] for number in (1, 2))
    charger = await make_charger(version=version)
    await says(charger, 1, "Occupied")
    await shows_card(charger, ALICE, "tx-1")
    await shows_card(charger, BOB, "tx-2")
    assert [one.connector_id for one in await records.sessions()] == [first, second]
    await tells(charger, plugged(2, of="tx-1"))
    await tells(charger, plugged(1, of="tx-2"))
    found = [(one.connector_id, one.id_tag, one.ended_at) for one in await records.sessions()]
    assert found == [(second, ALICE, None), (first, BOB, None)]


@stations
async def test_once_told_it_stays(version: str, records: Records, make_charger: MakeCharger) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    await tells(charger, event("Started", 0, idToken=TOKEN))
    await tells(charger, plugged(2))
    (session,) = await records.sessions()
    assert (session.connector_id, session.reservation_code) == (records.connectors["NORTH-1", 1], CODE)


async def test_readings_tell_where_a_1_6_transaction_of_connector_zero_runs(
    records: Records, make_charger: MakeCharger
) -> None:
    """Its card is Alice's, whose bay it was supposed at; at the other one it is hers as well."""
    await records.hold("alice")
    charger = await make_charger()
    number = (await charger.call("StartTransaction", start(ALICE, connectorId=0)))["transactionId"]
    for _ in range(2):
        assert await charger.call("MeterValues", readings(2, number)) == {}
    (session,) = await records.sessions()
    assert (session.connector_id, session.reservation_code) == (records.connectors["NORTH-1", 2], CODE)
    assert (session.authorised, session.meter_last_wh - session.meter_start_wh) == (True, 500)


@stations
async def test_who_moves_is_no_other_session_with_the_id(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    await records.hold("alice")
    charger = await make_charger(version=version)
    await shows_card(charger, ALICE)
    await tells(charger, plugged(2))
    async with records.engine.connect() as connection:
        assert QuirkKind.ID_IN_USE.value not in await connection.scalars(select(ChargerQuirk.kind))


class Hours:
    """A charger that says what it says at a time, in minutes from now."""

    def __init__(self, version: str, records: Records) -> None:
        self._records, self._version = records, ocpp201() if version == "2.0.1" else ocpp21()
        self._now = datetime.now(UTC)

    async def tell(self, minutes: int, message: dict[str, Any]) -> None:
        at = self._now + timedelta(minutes=minutes)
        message["timestamp"] = at.isoformat()
        await take(self._records, self._version, "TransactionEvent", message, minutes, now=at)


@stations
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("charger", ["NORTH-1", "NORTH-2"])
async def test_told_after_the_slot_it_is_judged_as_it_began(
    charger: str, last: bool, version: str, records: Records
) -> None:
    """Her slot ends in 55 minutes. At NORTH-2 her card has no place to be supposed at."""
    await records.hold("alice", charger=charger)
    station = Hours(version, records)
    await station.tell(1, homeless("Started", 0, idToken=TOKEN, meterValue=register(0)))
    await station.tell(60, ended(2) if last else plugged(2))
    (session,) = await records.sessions()
    assert (session.id_tag, session.reservation_code, session.authorised) == (ALICE, CODE, True)
    ends = [told.detail for told in await records.told() if "ended" in told.kind]
    assert INFERRED not in ends


@stations
async def test_what_runs_where_it_is_anothers_by_now_is_stopped(version: str, records: Records) -> None:
    await records.hold("alice")
    await records.hold("bob", number=2, code=OTHER_CODE, starts_in=timedelta(minutes=30))
    station = Hours(version, records)
    await station.tell(1, homeless("Started", 0, idToken=TOKEN, meterValue=register(0)))
    await station.tell(35, plugged(2))
    (session,) = await records.sessions()
    assert (session.reservation_code, session.authorised) == (None, False)
    assert await heard(records, OTHER_CODE) == ["stranger_started"]
