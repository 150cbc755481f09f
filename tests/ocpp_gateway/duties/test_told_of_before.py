"""While a charger that was offline tells of a visit of days ago, it looks to nobody as if that visit were now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.holds.activities import HoldActivities
from contracts.holds import LockHold
from contracts.matching import MatchSessions
from db.engine import create_sessions
from db.queries.charging.claims import claims_of
from db.queries.place.connectors import connectors_at
from ocpp_gateway.storage.open_sessions import occupancy
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.duties.cards import ask
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment, start
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records

DAYS = timedelta(days=3)
MINUTE = timedelta(minutes=1)
newer = pytest.mark.parametrize("version", ["2.0.1", "2.1"])


async def say(
    charger: VirtualChargePoint, kind: str, seq_no: int, ago: timedelta, number: int = 1, **over: Any
) -> None:
    """From its queue."""
    told = {"timestamp": moment(ago), "offline": True, "evse": {"id": number, "connectorId": 1}} | over
    await charger.call("TransactionEvent", event(kind, seq_no, **told))


async def own_of(records: Records, hold: int, *, locking: bool = False) -> list[str]:
    """Transactions that the reservation takes for its own now; whoever is in its way would be reported."""
    holds = HoldActivities(create_sessions(records.engine))
    now = datetime.now(UTC)
    if locking:
        locked = await holds.lock_hold(LockHold(code=CODE, hold_id=hold, now=now))
        assert (locked.contested, locked.faulted) == (False, False)
        return [own.transaction_id for own in locked.own]
    found = await holds.match_sessions(MatchSessions(code=CODE, now=now, hold_id=hold))
    assert (found.there, found.elsewhere) == ((), "")
    return [own.transaction_id for own in found.sessions]


async def busy_for(records: Records) -> tuple[set[int], set[int]]:
    """Numbers of connectors where the gateway, and whoever books, believes that somebody charges."""
    numbers = {place: number for (charger, number), place in records.connectors.items() if charger == CHARGER}
    async with records.engine.connect() as connection:
        by_gateway = {
            numbers[place] for place, busy in (await occupancy(connection, CHARGER)).items() if busy
        }
    async with create_sessions(records.engine)() as session:
        seen = await connectors_at(session, "north")
    return by_gateway, {one.number for one in seen if one.charger_id == CHARGER and one.sessions}


@newer
@pytest.mark.parametrize("number", [1, 2])
async def test_a_visit_of_days_ago_is_no_reservations_of_today(
    version: str, number: int, records: Records, make_charger: MakeCharger
) -> None:
    await records.allow_one_session_a_driver()
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1, locked=False)
    assert await own_of(records, hold, locking=True) == []
    for seq_no, kind in enumerate(("Started", "Updated", "Updated")):
        over = {"idToken": TOKEN} if kind == "Started" else {}
        await say(charger, kind, seq_no, DAYS - seq_no * 5 * MINUTE, number, **over)
        (session,) = await records.sessions()
        assert (session.authorised, session.ended_at, session.last_sign_live) == (True, None, False)
        assert await own_of(records, hold) == []
        assert await own_of(records, hold, locking=True) == []
        assert await busy_for(records) == (set(), set())
        assert await ask(charger, ALICE) == "Accepted"
    await say(charger, "Ended", 3, DAYS - 20 * MINUTE, number)
    assert await own_of(records, hold) == []
    (session,) = await records.sessions()
    assert (session.reservation_code, session.ended_at is None) == (None, False)


@newer
async def test_a_card_is_judged_for_a_connector_where_somebody_only_was(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """It is Bob's turn there, and the other connector is another's. Alice may stop what may still be hers."""
    charger = await make_charger(version=version)
    await say(charger, "Started", 0, DAYS, 1, idToken=TOKEN)
    (session,) = await records.sessions()
    assert (session.authorised, session.last_sign_live) == (True, False)
    await records.hold("bob", number=1)
    await records.hold("fleet-1", number=2, code=OTHER_CODE)
    assert await ask(charger, BOB) == "Accepted"
    assert await ask(charger, ALICE) == "Accepted"


@newer
async def test_who_shows_the_card_of_a_visit_of_before_has_come_for_their_reservation(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """The charger has told of its start, and not yet of its end: nobody stops what was over days ago."""
    charger = await make_charger(version=version)
    await say(charger, "Started", 0, DAYS, 1, idToken=TOKEN)
    await records.hold("alice", number=2)
    assert await ask(charger, ALICE) == "Accepted"
    assert [one.kind for one in await records.events("token_presented")] == ["token_presented"]


@newer
async def test_the_reservation_that_a_visit_was_begun_with_offline_has_it_at_once(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """They plugged in early, as they may: within what is held for them."""
    await records.was_away()
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1, starts_in=5 * MINUTE)
    await say(charger, "Started", 0, 3 * MINUTE, idToken=TOKEN)
    assert [session.reservation_code for session in await records.sessions()] == [CODE]
    assert await own_of(records, hold) == ["tx-1"]


@newer
@pytest.mark.parametrize("queued", [False, True])
async def test_who_came_before_the_window_and_is_still_there_is_known_as_soon_as_that_is_told(
    version: str, queued: bool, records: Records, make_charger: MakeCharger
) -> None:
    """Told of now, or of a time within the window."""
    await records.was_away()
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1, starts_in=5 * MINUTE)
    await say(charger, "Started", 0, 60 * MINUTE, idToken=TOKEN)
    await say(charger, "Updated", 1, 40 * MINUTE)
    assert await own_of(records, hold) == []
    more = {"timestamp": moment(2 * MINUTE)} if queued else {"timestamp": moment(), "offline": False}
    await say(charger, "Updated", 2, 2 * MINUTE, **more)
    assert await own_of(records, hold) == ["tx-1"]
    (session,) = await records.sessions()
    assert (session.reservation_code, session.last_sign_live) == (CODE, not queued)
    await say(charger, "Updated", 1, 30 * MINUTE)  # told in disorder: what is newer counts
    (session,) = await records.sessions()
    assert session.last_sign_live is not queued


@newer
async def test_a_car_that_is_shown_explains_what_was_told_of_before(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """It is there, and is nobody else's; what it took before is for that no reservation's."""
    await records.was_away()
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1, starts_in=5 * MINUTE, locked=False)
    await charger.plug_in(1)
    await records.until_shown("occupied")
    await say(charger, "Started", 0, 60 * MINUTE, idToken=TOKEN)
    assert await busy_for(records) == ({1}, {1})
    async with records.engine.connect() as connection:
        (claim,) = await claims_of(
            connection, driver_id="alice", site_id="north", at=datetime.now(UTC), code=CODE
        )
    assert not claim.charging
    assert await own_of(records, hold) == []


async def test_what_a_charger_of_1_6_queued_is_of_its_absence_too(
    records: Records, make_charger: MakeCharger
) -> None:
    """Its version does not say so; its clock and its absence do."""
    await records.was_away()
    charger = await make_charger(version="1.6")
    hold = await records.hold("alice", number=1, starts_in=5 * MINUTE)
    begun = await charger.call("StartTransaction", start(timestamp=moment(60 * MINUTE)))
    assert await own_of(records, hold) == []
    assert await busy_for(records) == (set(), set())
    stop = {"transactionId": begun["transactionId"], "meterStop": 3000, "timestamp": moment(30 * MINUTE)}
    await charger.call("StopTransaction", stop)
    assert await own_of(records, hold) == []
    assert [session.reservation_code for session in await records.sessions()] == [None]
