"""Who is there by a session that runs: until when is reckoned from what was, shown, and heeded in booking."""

from datetime import datetime, timedelta

from activities.holds.activities import HoldActivities
from db.engine import Sessions
from db.queries.place.availability import availability
from db.queries.place.connectors import connectors_at
from db.tables import ChargingSession, Connector
from domain.place.forecast import Forecast, ForecastSource
from domain.place.slots import Slot
from tests.activities.holds.hold_desk import NOW, connector_of, refusal_of
from tests.factories import make_booking, make_seed, make_site, plant

MINUTE = timedelta(minutes=1)


async def charged(
    sessions: Sessions,
    connector_id: int,
    started_at: datetime,
    lasted: timedelta | None = None,
    code: str | None = None,
) -> None:
    """A session; `lasted` None: it runs."""
    async with sessions.begin() as session:
        connector = await session.get_one(Connector, connector_id)
        if lasted is None:
            connector.status = "charging"
        session.add(
            ChargingSession(
                charger_id=connector.charger_id,
                connector_id=connector_id,
                transaction_id=f"{started_at:%d%H%M}",
                id_tag="WALKIN",
                reservation_code=code,
                authorised=True,
                started_at=started_at,
                meter_start_wh=0,
                meter_last_wh=0,
                meter_at=started_at,
                ended_at=None if lasted is None else started_at + lasted,
            )
        )


async def usual(sessions: Sessions, connector_id: int, minutes: int) -> None:
    for day in range(1, 7):
        await charged(sessions, connector_id, NOW - timedelta(days=day), (minutes + day - 3) * MINUTE)
    await charged(sessions, connector_id, NOW - timedelta(days=9), timedelta(hours=9), code="BOOKED")


async def busy(sessions: Sessions) -> list[Forecast | None]:
    async with sessions() as session:
        return [one.busy(NOW) for one in await connectors_at(session, "north")]


async def free(sessions: Sessions, slot: Slot) -> int:
    async with sessions() as session:
        found = await availability(
            session, site_id="north", start=slot.start, end=slot.start + MINUTE, now=NOW, length=slot.length
        )
    return found.pools[0].windows[0].free


async def test_a_walk_in_who_charges_forty_minutes_more_narrows_the_slot_that_begins_in_fifteen(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2, zone="UTC")))
    await usual(sessions, 1, 60)
    soon, later = (Slot(NOW + at * MINUTE, NOW + (at + 60) * MINUTE) for at in (15, 45))
    await charged(sessions, 1, NOW - 20 * MINUTE)
    assert await busy(sessions) == [
        Forecast(until=NOW + 40 * MINUTE, source=ForecastSource.USUAL),
        None,
    ]
    assert (await free(sessions, soon), await free(sessions, later)) == (1, 2)
    assert connector_of(await holds.place_hold(make_booking("one", slot=soon))) == 2
    assert await free(sessions, soon) == 0
    refused = await holds.place_hold(make_booking("two", slot=soon))
    assert refusal_of(refused) == "slot_unavailable"
    assert connector_of(await holds.place_hold(make_booking("three", slot=later))) == 1


async def test_of_a_reservation_its_slot_says_and_once_that_is_over_how_late_it_is(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1, zone="UTC")))
    own = make_booking(slot=Slot(NOW, NOW + 30 * MINUTE))
    assert (await holds.place_hold(own)).held is not None
    await charged(sessions, 1, NOW, code=own.code)
    (found,) = await busy(sessions)
    assert found == Forecast(until=NOW + 30 * MINUTE, source=ForecastSource.SLOT)
    async with sessions() as session:
        (connector,) = await connectors_at(session, "north")
    late = connector.busy(NOW + 42 * MINUTE)
    assert late == Forecast(until=NOW + 60 * MINUTE, source=ForecastSource.OVERRUN)
