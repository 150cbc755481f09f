"""Sessions that begin before or after their reservation waits for them are its own all the same, in every version."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.holds.activities import HoldActivities
from contracts.holds import LockHold
from contracts.matching import MatchSessions
from db.engine import create_sessions
from tests.ocpp_gateway.conftest import ALICE, MakeCharger
from tests.ocpp_gateway.duties.cards import NOT_NOW, all_versions, ask, begin, give_up
from tests.ocpp_gateway.duties.messages import TOKEN, event, moment
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records


async def the_lock_finds_it(records: Records, hold_id: int) -> None:
    """The one session, and from then on it is the reservation's."""
    holds = HoldActivities(create_sessions(records.engine))
    locked = await holds.lock_hold(LockHold(code=CODE, hold_id=hold_id, now=datetime.now(UTC)))
    (session,), (own,) = await records.sessions(), locked.own
    assert (own.transaction_id, own.ended_at) == (session.transaction_id, None)
    assert (locked.contested, locked.faulted) == (False, False)
    assert (session.authorised, session.reservation_code) == (True, CODE)


@all_versions
async def test_who_pays_while_the_cable_is_in(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """K1.4, at a station that starts whatever it is told."""
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1, locked=False)
    await records.shown("AWAITING_PAYMENT")
    assert await begin(charger, ALICE) == NOT_NOW[version]
    assert [session.reservation_code for session in await records.sessions()] == [None]
    await records.shown("CONFIRMED")
    await the_lock_finds_it(records, hold)


@all_versions
async def test_who_came_early_as_a_walk_in(version: str, records: Records, make_charger: MakeCharger) -> None:
    """K1.6"""
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1, starts_in=timedelta(minutes=20), locked=False)
    assert await begin(charger, ALICE) == "Accepted"
    assert [session.reservation_code for session in await records.sessions()] == [None]
    await the_lock_finds_it(records, hold)


@all_versions
async def test_who_comes_late_and_before_the_next_guest(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """K1.7: whom the gate lets in late, the reservation hears of as of its own."""
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1, starts_in=timedelta(minutes=-20))
    await give_up(records, hold)
    await records.shown("NO_SHOW")
    next_guest = timedelta(minutes=30)
    await records.hold("bob", number=1, code=OTHER_CODE, starts_in=next_guest, locked=False)
    assert await ask(charger, ALICE) == "Accepted"
    assert await begin(charger, ALICE) == "Accepted"
    (session,) = await records.sessions()
    assert (session.authorised, session.reservation_code) == (True, CODE)
    (started,) = [told for told in await records.told() if told.kind == "transaction_started"]
    assert (started.matches, started.detail) == (True, "late_arrival")


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_who_a_new_station_says_it_queued_long_ago_by_a_wrong_clock_and_still_charges(
    version: str, records: Records, make_charger: MakeCharger
) -> None:
    """K5.1 at a first connection: nobody can tell its queue from its clock, until it says something of now. Who is
    there is no no-show."""
    charger = await make_charger(version=version)
    hold = await records.hold("alice", number=1)
    told = event("Started", 0, timestamp=moment(timedelta(hours=5)), idToken=TOKEN, offline=True)
    await charger.call("TransactionEvent", told)
    (session,) = await records.sessions()
    assert (session.authorised, session.started_basis) == (True, "charger")
    ask = MatchSessions(code=CODE, now=datetime.now(UTC), hold_id=hold)
    holds = HoldActivities(create_sessions(records.engine))
    assert (await holds.match_sessions(ask)).sessions == (), "its end may be what is told next"
    await charger.call("TransactionEvent", event("Updated", 1, timestamp=moment(timedelta(hours=5))))
    found = await holds.match_sessions(ask)
    assert [own.transaction_id for own in found.sessions] == [session.transaction_id]
    assert [session.reservation_code for session in await records.sessions()] == [CODE]
