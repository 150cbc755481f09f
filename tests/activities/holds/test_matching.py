"""Sessions found for a reservation on Postgres: adopted, followed, and what is free held for who comes late."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from activities.holds.activities import HoldActivities
from contracts.holds import HeldConnector, LockHold, ReleaseHolds
from contracts.matching import BayStands, MatchSessions
from db.engine import Sessions, create_engine, create_sessions
from db.tables import ChargingSession, Connector, Driver, Hold, Token, UnplacedTransaction
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import connector_of, refusal_of, replacement, set_status
from tests.factories import NOON, make_booking, make_driver, make_seed, make_site, make_slot, plant

CODE = make_booking().code
OWN, MATE, OTHER = "0A", "0B", "0C"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    """One charger with three connectors; the booking is from noon to one."""
    engine = create_engine(database_url, pool_size=2)
    drivers = (
        make_driver(driver_id="driver-one", rfid=(OWN,), group_id="G"),
        make_driver(driver_id="colleague", rfid=(MATE,), group_id="G"),
        make_driver(driver_id="driver-two", rfid=(OTHER,)),
    )
    await plant(create_sessions(engine), make_seed(make_site(chargers=1, connectors_each=3), drivers=drivers))
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
def holds(sessions: Sessions) -> HoldActivities:
    return HoldActivities(sessions)


@pytest.fixture
async def held(holds: HoldActivities) -> HeldConnector:
    booked = await holds.place_hold(make_booking())
    assert booked.held is not None
    return booked.held


async def others(sessions: Sessions, held: HeldConnector) -> list[int]:
    """Connectors that the reservation does not hold."""
    async with sessions() as session:
        own = Connector.id != held.assignment.connector_id
        return list(await session.scalars(select(Connector.id).where(own).order_by(Connector.id)))


async def charge(
    sessions: Sessions,
    connector_id: int,
    since: float,
    until: float | None = None,
    *,
    tag: str = OWN,
    driver: str = "driver-one",
    refused_for: str = "",
    code: str | None = None,
) -> None:
    async with sessions.begin() as session:
        connector = await session.get_one(Connector, connector_id)
        session.add(
            ChargingSession(
                charger_id=connector.charger_id,
                connector_id=connector_id,
                transaction_id=f"t-{connector_id}-{since}",
                id_tag=tag,
                driver_id=driver,
                reservation_code=code,
                authorised=not refused_for,
                refused_for=refused_for,
                started_at=at(since),
                meter_start_wh=0,
                meter_last_wh=1000,
                meter_at=at(since),
                ended_at=None if until is None else at(until),
            )
        )


async def is_promised(
    holds: HoldActivities, sessions: Sessions, connector_id: int, who: str, minutes: float
) -> None:
    """To another driver, from so many minutes on, whichever they were given."""
    booked = await holds.place_hold(make_booking(who, driver_id=who, slot=make_slot(minutes), now=at(16)))
    assert booked.held is not None
    async with sessions.begin() as session:
        moved = update(Hold).where(Hold.id == booked.held.assignment.hold_id)
        await session.execute(moved.values(connector_id=connector_id))


async def codes(sessions: Sessions) -> list[str | None]:
    async with sessions() as session:
        statement = select(ChargingSession.reservation_code).order_by(ChargingSession.id)
        return list(await session.scalars(statement))


async def hold_of(sessions: Sessions, held: HeldConnector) -> Hold:
    async with sessions() as session:
        return await session.get_one(Hold, held.assignment.hold_id)


def locking(held: HeldConnector, minutes: float = -15) -> LockHold:
    return LockHold(code=CODE, hold_id=held.assignment.hold_id, now=at(minutes))


async def test_the_lock_recognises_its_own_driver_who_came_as_a_walk_in(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    """K1.6"""
    await charge(sessions, held.assignment.connector_id, -30)
    locked = await holds.lock_hold(locking(held))
    (own,) = locked.own
    assert (own.started_at, own.ended_at, own.held) == (at(-30), None, locked.held)
    assert (locked.contested, locked.faulted, await codes(sessions)) == (False, False, [CODE])
    assert await holds.lock_hold(locking(held)) == locked  # a lost attempt at the task asks again


async def test_what_a_walk_in_of_hers_had_ended_before_the_lock_stays_a_walk_ins(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    await charge(sessions, held.assignment.connector_id, -40, -20)
    assert (await holds.lock_hold(locking(held))).own == ()
    assert await codes(sessions) == [None]


async def test_the_hold_follows_to_a_free_connector(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    neighbour = (await others(sessions, held))[0]
    await charge(sessions, neighbour, -30)
    locked = await holds.lock_hold(locking(held))
    hold = await hold_of(sessions, held)
    assert (hold.connector_id, hold.released_at) == (neighbour, None)
    assert locked.held.assignment.connector_id == neighbour


async def test_a_hold_is_given_back_where_the_other_connector_is_promised(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    neighbour = (await others(sessions, held))[0]
    booked = await holds.place_hold(make_booking("two", driver_id="driver-two", slot=make_slot(30)))
    assert booked.held is not None
    async with sessions.begin() as session:
        moved = update(Hold).where(Hold.id == booked.held.assignment.hold_id)
        await session.execute(moved.values(connector_id=neighbour))
    await charge(sessions, neighbour, -30)
    locked = await holds.lock_hold(locking(held))
    assert (await hold_of(sessions, held)).release_reason == ReleaseReason.CHARGES_ELSEWHERE
    assert (locked.held.assignment.connector_id, locked.faulted) == (neighbour, False)


@pytest.mark.parametrize(
    ("own_bay", "session", "matched"),
    [
        (True, {"refused_for": "unpaid"}, True),  # K1.4: refused for a deposit that is paid by now
        (True, {"refused_for": "reserved_for_another"}, False),
        (False, {"refused_for": "unpaid"}, False),
        (False, {}, True),
        (False, {"until": 20}, True),
        (True, {"tag": MATE, "driver": "colleague"}, True),
        (False, {"tag": MATE, "driver": "colleague"}, False),
        (True, {"tag": OTHER, "driver": "driver-two"}, False),
        (True, {"code": "ANOTHER"}, False),  # which prices it
    ],
)
async def test_whose_it_is_is_looked_for_before_grace_ends(
    own_bay: bool,
    session: dict[str, object],
    matched: bool,
    sessions: Sessions,
    holds: HoldActivities,
    held: HeldConnector,
) -> None:
    connector = held.assignment.connector_id if own_bay else (await others(sessions, held))[0]
    await holds.lock_hold(locking(held))
    await charge(sessions, connector, 5, **session)  # type: ignore[arg-type]  # values of many types
    found = await holds.match_sessions(MatchSessions(code=CODE, now=at(15)))
    assert [one.held.assignment.connector_id for one in found.sessions] == ([connector] if matched else [])
    assert ((await codes(sessions)) == [CODE]) is matched


@pytest.mark.parametrize(
    ("status", "stranger", "bay"),
    [
        ("available", False, BayStands(taken=False, shows_itself_well=True)),
        ("preparing", False, BayStands(taken=False, shows_itself_well=True)),
        ("finishing", False, BayStands(taken=True, shows_itself_well=True)),
        ("available", True, BayStands(taken=True, shows_itself_well=True)),
        ("faulted", False, BayStands(taken=False, shows_itself_well=False)),
        ("unknown", False, BayStands(taken=False, shows_itself_well=False)),
    ],
)
async def test_how_the_bay_stands_is_told_with_whose_sessions_are_found(
    status: str,
    stranger: bool,
    bay: BayStands,
    sessions: Sessions,
    holds: HoldActivities,
    held: HeldConnector,
) -> None:
    connector = held.assignment.connector_id
    await set_status(sessions, connector, status)
    if stranger:
        await charge(sessions, connector, 2, tag=OTHER, driver="driver-two", refused_for="reserved")
    found = await holds.match_sessions(MatchSessions(code=CODE, now=at(5), only_running=True))
    assert found.bay == bay


async def test_the_hold_that_it_has_follows_and_not_one_that_is_only_proposed(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    elsewhere, third = await others(sessions, held)
    proposed = await holds.hold_replacement(replacement(only_connector_id=elsewhere))
    assert proposed.held is not None
    await charge(sessions, third, 5)
    await holds.match_sessions(MatchSessions(code=CODE, now=at(15), hold_id=held.assignment.hold_id))
    async with sessions() as session:
        stands = {hold.id: hold.connector_id for hold in await session.scalars(select(Hold))}
    assert stands == {held.assignment.hold_id: third, proposed.held.assignment.hold_id: elsewhere}


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    ("who", "refused_for"),
    [({"tag": OWN, "driver": "driver-one"}, "unpaid"), ({"tag": MATE, "driver": "colleague"}, "")],
)
async def test_the_bays_other_plug_is_as_the_one_held(
    sessions: Sessions,
    holds: HoldActivities,
    held: HeldConnector,
    shared: bool,
    who: dict[str, str],
    refused_for: str,
) -> None:
    """K1.4: its driver pays seconds after plugging in there; and whoever is of its group opens the whole bay."""
    beside = (await others(sessions, held))[0]
    if shared:
        async with sessions.begin() as session:
            berth = min(beside, held.assignment.connector_id)
            await session.execute(
                update(Connector)
                .where(Connector.id.in_([beside, held.assignment.connector_id]))
                .values(berth_id=berth)
            )
    await charge(sessions, beside, -5, tag=who["tag"], driver=who["driver"], refused_for=refused_for)
    found = await holds.match_sessions(MatchSessions(code=CODE, now=at(0)))
    assert [one.held.assignment.connector_id for one in found.sessions] == ([beside] if shared else [])
    assert await codes(sessions) == [CODE if shared else None]
    hold = await hold_of(sessions, held)
    assert (hold.connector_id, hold.released_at) == (
        beside if shared else held.assignment.connector_id,
        None,
    )


async def test_a_token_that_was_blocked_identifies_nobody(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    await charge(sessions, held.assignment.connector_id, 5, refused_for="unpaid")
    async with sessions.begin() as session:
        await session.execute(update(Token).where(Token.value == OWN).values(blocked=True))
    assert (await holds.match_sessions(MatchSessions(code=CODE, now=at(15)))).sessions == ()


@pytest.mark.parametrize("lost", ["card blocked", "driver blocked", "card gone"])
async def test_who_was_let_in_is_who_they_were_then(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector, lost: str
) -> None:
    await charge(sessions, held.assignment.connector_id, 5)
    async with sessions.begin() as session:
        match lost:
            case "card blocked":
                await session.execute(update(Token).where(Token.value == OWN).values(blocked=True))
            case "driver blocked":
                await session.execute(update(Driver).where(Driver.id == "driver-one").values(blocked=True))
            case _:
                await session.execute(delete(Token).where(Token.value == OWN))
    (found,) = (await holds.match_sessions(MatchSessions(code=CODE, now=at(15)))).sessions
    assert found.started_at == at(5)


@pytest.mark.parametrize(
    ("refused_for", "is_own"), [("reserved_for_another", True), ("token_blocked", False)]
)
async def test_who_was_charged_at_a_place_that_was_anothers_is_no_no_show(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector, refused_for: str, is_own: bool
) -> None:
    """Its charger was away and asked nobody; nobody is moved for it, and what was taken is priced."""
    neighbour = (await others(sessions, held))[0]
    await charge(sessions, neighbour, 2, 9, refused_for=refused_for)
    found = await holds.match_sessions(MatchSessions(code=CODE, now=at(15)))
    assert [one.ended_at for one in found.sessions] == ([at(9)] if is_own else [])
    assert await codes(sessions) == [CODE if is_own else None]
    assert (await hold_of(sessions, held)).connector_id == held.assignment.connector_id


async def test_when_it_is_over_only_what_carries_its_code_is_told(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    await charge(sessions, held.assignment.connector_id, 4, code=CODE)
    await charge(sessions, (await others(sessions, held))[0], 5)
    await holds.release_holds(ReleaseHolds(code=CODE, reason=ReleaseReason.CANCELLED, now=at(5)))
    found = await holds.match_sessions(MatchSessions(code=CODE, now=at(5), ended=True))
    assert [one.started_at for one in found.sessions] == [at(4)]
    assert await codes(sessions) == [CODE, None]


async def test_a_latecomer_is_held_what_the_gate_has_told_them(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    """K1.7: until the next guest comes, and no longer; nobody is moved for them."""
    own = held.assignment.connector_id
    await holds.release_holds(ReleaseHolds(code=CODE, reason=ReleaseReason.NO_SHOW, now=at(15)))
    await is_promised(holds, sessions, own, "two", 45)
    late = replacement(
        step="late-1", prefer_connector_id=own, as_long_as_free=True, now=at(20), slot=make_slot(20, 40)
    )
    decision = await holds.hold_replacement(late)
    assert decision.held is not None
    assert decision.slot is not None
    assert (decision.held.assignment.connector_id, decision.slot.end) == (own, at(45))
    assert await holds.hold_replacement(late) == decision


async def test_a_latecomer_who_charges_at_a_mates_bay_is_held_no_other_one(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    """Their group's card opens it; a second bay beside it would stand empty."""
    own = held.assignment.connector_id
    await holds.release_holds(ReleaseHolds(code=CODE, reason=ReleaseReason.NO_SHOW, now=at(15)))
    await is_promised(holds, sessions, own, "mate", 30)
    late = replacement(
        step="late-1", prefer_connector_id=own, as_long_as_free=True, now=at(29), slot=make_slot(29, 31)
    )
    assert (
        refusal_of(await holds.hold_replacement(replace(late, only_connector_id=own))) == "slot_unavailable"
    )
    elsewhere = await holds.hold_replacement(replace(late, step="late-2"))
    assert connector_of(elsewhere) != own


@pytest.mark.parametrize(
    ("end", "theirs"),
    [
        ({}, True),
        ({"id_tag": ""}, True),
        ({"id_tag": MATE}, True),
        ({"id_tag": OTHER}, False),
        ({"id_tag": "NOBODYS"}, False),
        ({"ended_at": at(-11)}, False),
        ({"ended_at": at(61)}, False),
        ({"placed_at": at(30)}, False),
        ({"dismissed_at": at(30)}, False),
    ],
)
async def test_an_end_that_nobody_could_place_may_be_theirs(
    end: dict[str, object], theirs: bool, sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    """K1.11: before a no-show pays for it."""
    values = {"event_id": "e", "charger_id": "NORTH-1", "id_tag": OWN, "ended_at": at(40), "heard_at": at(50)}
    async with sessions.begin() as session:
        session.add(UnplacedTransaction(**(values | end)))
    found = await holds.match_sessions(MatchSessions(code=CODE, now=at(60)))
    assert (found.sessions, found.unplaced is not None) == ((), theirs)
    await charge(sessions, held.assignment.connector_id, 5, 20)
    assert (await holds.match_sessions(MatchSessions(code=CODE, now=at(60)))).unplaced is None
