"""A driver who was sent to another site and charges at the one they were sent away from: found there, and followed."""

from datetime import timedelta

from activities.holds.activities import HoldActivities
from contracts.holds import ReleaseHolds
from contracts.matching import MatchSessions
from db.engine import Sessions
from db.queries.charging.claims import claims_of
from db.tables import ChargingSession, Hold
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import connector_of, replacement
from tests.factories import NOON, make_booking, make_driver, make_seed, make_site, plant

BOOKING = make_booking()
LATER = NOON + timedelta(minutes=10)


async def sent_away(holds: HoldActivities, sessions: Sessions) -> int:
    """The connector that was left."""
    driver = make_driver(driver_id=BOOKING.driver_id, rfid=("0A",))
    sites = make_site(chargers=1), make_site(site_id="near", latitude=52.55)
    ids = await plant(sessions, make_seed(*sites, drivers=(driver,)))
    booked = await holds.place_hold(BOOKING)
    moved = await holds.hold_replacement(replacement(only_connector_id=ids["NEAR-1", 1], instead=True))
    assert moved.held is not None
    return connector_of(booked)


async def charge(sessions: Sessions, connector_id: int, charger_id: str = "NORTH-1") -> None:
    async with sessions.begin() as session:
        session.add(
            ChargingSession(
                charger_id=charger_id,
                connector_id=connector_id,
                transaction_id="t-1",
                id_tag="0A",
                driver_id=BOOKING.driver_id,
                authorised=True,
                started_at=NOON + timedelta(minutes=5),
                meter_start_wh=0,
                meter_last_wh=0,
                meter_at=NOON,
            )
        )


async def claimed(sessions: Sessions, site_id: str) -> list[str]:
    async with sessions() as session:
        found = await claims_of(session, driver_id=BOOKING.driver_id, site_id=site_id, at=LATER)
    return [claim.reservation_code for claim in found]


async def test_the_session_is_found_and_the_hold_comes_back(
    holds: HoldActivities, sessions: Sessions
) -> None:
    left = await sent_away(holds, sessions)
    assert await claimed(sessions, "north") == await claimed(sessions, "near") == [BOOKING.code]
    await charge(sessions, left)
    found = await holds.match_sessions(MatchSessions(code=BOOKING.code, now=LATER))
    assert [(one.transaction_id, one.held.assignment.connector_id) for one in found.sessions] == [
        ("t-1", left)
    ]
    async with sessions() as session:
        newest = await session.get_one(Hold, found.sessions[0].held.assignment.hold_id)
        assert (newest.connector_id, newest.released_at) == (left, None)


async def test_who_never_came_there_is_awaited_at_both(holds: HoldActivities, sessions: Sessions) -> None:
    await sent_away(holds, sessions)
    await holds.release_holds(ReleaseHolds(code=BOOKING.code, reason=ReleaseReason.NO_SHOW, now=LATER))
    assert await claimed(sessions, "north") == await claimed(sessions, "near") == [BOOKING.code]


async def test_a_site_that_it_never_had_is_none_of_its(holds: HoldActivities, sessions: Sessions) -> None:
    await sent_away(holds, sessions)
    assert await claimed(sessions, "elsewhere") == []
