"""What operators declare of bays and cables counts at once, and only if nobody is promised what it takes away."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from activities.holds.activities import HoldActivities
from api.desk.principal import Principal
from api.desk.topology import Declaration, Topologies
from contracts.holds import LockHold, PlaceHold
from db.engine import Sessions
from db.queries.place.availability import availability
from db.tables import AuditEntry, Connector, Hold
from domain.charging.connector import ConnectorStatus, status_of_evse
from domain.errors import BerthPromisedTwice, UnknownConnector
from domain.place.slots import Slot
from tests.activities.holds.hold_desk import NOW, connector_of, place_at, refusal_of
from tests.activities.holds.test_berths import CCS, CHADEMO, offered, sow, two_plugs, wish
from tests.factories import make_booking, make_seed, make_site, make_slot, plant

MINUTE = timedelta(minutes=1)
COMBO, CHADEMO_PLUG = "IEC_62196_T2_COMBO", "CHADEMO"

OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))


def declared(bays: dict[int, str | None] | None = None, *groups: tuple[int, ...]) -> Declaration:
    return Declaration(bays=bays or {}, one_at_a_time=groups, reason="seen on site")


@pytest.fixture
def desk(sessions: Sessions) -> Topologies:
    return Topologies(sessions, lambda: NOW)


async def test_a_declared_cable_takes_the_other_plug_from_availability_until_it_is_taken_back(
    holds: HoldActivities, sessions: Sessions, desk: Topologies
) -> None:
    await plant(sessions, make_seed(two_plugs(bays=2)))
    apart = await desk.declare(OLGA, "N-1", declared({1: "Bay 1", 2: "Bay 1b"}))
    assert [one.beside for one in apart.connectors] == [[], []]
    assert (await holds.place_hold(wish("a", CCS))).refusal is None
    assert await offered(sessions, CHADEMO, make_slot()) == 2
    await sow(sessions, make_seed(two_plugs(bays=2)))  # the file still says one bay: who was on site is right
    assert await offered(sessions, CHADEMO, make_slot()) == 2
    cable = await desk.declare(OLGA, "N-1", declared(None, (2, 1)))
    assert [[(each.charger_id, each.number) for each in one.beside] for one in cable.connectors] == [
        [("N-1", 2)],
        [("N-1", 1)],
    ]
    assert await offered(sessions, CHADEMO, make_slot()) == 1
    both = await desk.declare(
        OLGA, "N-1", declared({2: "Bay 2"}, (1, 2))
    )  # with the plugs of the charger beside
    assert [len(one.beside) for one in both.connectors] == [3, 3]
    assert await offered(sessions, CHADEMO, make_slot()) == 0
    assert refusal_of(await holds.place_hold(wish("b", CHADEMO))) == "slot_unavailable"
    await desk.withdraw(OLGA, "N-1", "the file has it")
    await sow(sessions, make_seed(two_plugs(bays=2)))
    assert [len(one.beside) for one in (await desk.read(OLGA, "N-1")).connectors] == [1, 1]
    async with sessions() as session:
        trail = (await session.scalars(select(AuditEntry.code).order_by(AuditEntry.id))).all()
    assert trail == ["topology_declared"] * 3 + ["topology_withdrawn"]


async def test_who_is_promised_both_is_named_and_nothing_changes(
    holds: HoldActivities, sessions: Sessions, desk: Topologies
) -> None:
    await plant(sessions, make_seed(two_plugs(labelled=False)))
    await desk.declare(OLGA, "N-1", declared())
    codes = []
    for name, pool in (("a", CCS), ("b", CHADEMO)):
        assert (await holds.place_hold(wish(name, pool))).refusal is None
        codes.append(wish(name, pool).code)
    with pytest.raises(BerthPromisedTwice) as refused:
        await desk.declare(OLGA, "N-1", declared({1: "One", 2: "One"}))
    assert refused.value.why.parameters() == {"reservations": ", ".join(codes)}
    with pytest.raises(UnknownConnector):
        await desk.declare(OLGA, "N-1", declared(None, (1, 3)))
    found = await desk.read(OLGA, "N-1")
    assert [(one.bay, one.beside) for one in found.connectors] == [("Bay 1.1", []), ("Bay 1.2", [])]
    async with sessions.begin() as session:
        await session.execute(update(Hold).where(Hold.pool_id == CHADEMO).values(released_at=NOW))
    joined = await desk.declare(OLGA, "N-1", declared({1: "One", 2: "One"}))
    assert [(one.bay, len(one.beside)) for one in joined.connectors] == [("One", 1), ("One", 1)]
    assert refusal_of(await holds.place_hold(wish("c", CHADEMO))) == "slot_unavailable"


async def evse(sessions: Sessions, connector_id: int, told: dict[str, str]) -> None:
    """What the connectors of an EVSE say; the EVSE is as well as its best one."""
    together = status_of_evse(ConnectorStatus(one) for one in told.values())
    async with sessions.begin() as session:
        connector = await session.get_one(Connector, connector_id)
        connector.plugs, connector.status = told, together.value


async def types_offered(sessions: Sessions, connector_type: str | None = None) -> dict[str, list[int]]:
    async with sessions() as session:
        found = await availability(
            session,
            site_id="north",
            start=make_slot().start,
            end=make_slot().start + MINUTE,
            now=NOW,
            length=make_slot().length,
            connector_type=connector_type,
        )
    return {one.pool.connector_type: [window.free for window in one.windows] for one in found.pools}


async def test_each_type_of_an_evse_is_offered_found_and_told_and_only_one_of_them_promised(
    holds: HoldActivities, sessions: Sessions, desk: Topologies
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    both = replace(declared(), plugs={1: {1: COMBO, 2: CHADEMO_PLUG}})
    await desk.declare(OLGA, "NORTH-1", both)
    assert await types_offered(sessions) == {COMBO: [2], CHADEMO_PLUG: [1]}
    assert await types_offered(sessions, connector_type=CHADEMO_PLUG) == {CHADEMO_PLUG: [1]}
    asks = [by_type(f"d{n}", (CHADEMO_PLUG, COMBO)[n % 2]) for n in range(6)]
    answers = await asyncio.gather(*(place_at(sessions, ask) for ask in asks))
    won = [answer.held.assignment for answer in answers if answer.held is not None]
    async with sessions() as session:
        held = (await session.execute(select(Hold.id, Hold.connector_id))).all()
    # Two EVSEs, one car each: who was answered first may have made way for the other since.
    assert sorted(connector for _hold, connector in held) == sorted(ids.values())
    assert {place.hold_id for place in won} == {hold for hold, _connector in held}
    for place in won:
        told = place.label.rpartition(" · ")[2]
        several = place.charger_id == "NORTH-1"
        assert (told in ("CCS", "CHAdeMO"), place.plug in (COMBO, CHADEMO_PLUG)) == (several, several)
    assert await types_offered(sessions) == {COMBO: [0], CHADEMO_PLUG: [0]}


async def test_the_booked_plug_decides_whether_an_evse_can_serve(
    holds: HoldActivities, sessions: Sessions, desk: Topologies
) -> None:
    """CHAdeMO breaks at the EVSE where it is booked: another one serves, and whoever wants CCS may have this one."""
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    for charger in ("NORTH-1", "NORTH-2"):
        await desk.declare(OLGA, charger, replace(declared(), plugs={1: {1: COMBO, 2: CHADEMO_PLUG}}))
    ask = by_type("a", CHADEMO_PLUG, make_slot(-150))
    placed = await holds.place_hold(ask)
    assert placed.held is not None
    first = placed.held.assignment
    await evse(sessions, first.connector_id, {"1": "available", "2": "faulted"})
    lock = LockHold(code=ask.code, hold_id=first.hold_id, now=NOW + 20 * MINUTE)
    locked = await holds.lock_hold(lock)
    other = next(number for number in ids.values() if number != first.connector_id)
    assert (locked.faulted, locked.held.assignment.connector_id) == (False, other)
    assert locked.held.assignment.plug == CHADEMO_PLUG
    second = await holds.place_hold(by_type("b", CHADEMO_PLUG, ask.slot))
    assert refusal_of(second) == "slot_unavailable"
    third = await holds.place_hold(by_type("c", COMBO, ask.slot))
    assert connector_of(third) == first.connector_id
    assert third.held is not None
    taken = LockHold(code=by_type("c", COMBO).code, hold_id=third.held.assignment.hold_id, now=lock.now)
    await evse(sessions, first.connector_id, {"1": "available", "2": "unavailable"})
    assert not (await holds.lock_hold(taken)).faulted
    await evse(sessions, first.connector_id, {"1": "faulted", "2": "available"})
    assert (await holds.lock_hold(taken)).broken


async def test_who_fits_at_another_evse_makes_way_for_a_plug_that_is_at_one_only(
    holds: HoldActivities, sessions: Sessions, desk: Topologies
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    await desk.declare(OLGA, "NORTH-1", replace(declared(), plugs={1: {1: COMBO, 2: CHADEMO_PLUG}}))
    assert connector_of(await holds.place_hold(by_type("a", COMBO))) == ids["NORTH-1", 1]
    assert await types_offered(sessions) == {COMBO: [1], CHADEMO_PLUG: [1]}
    assert connector_of(await holds.place_hold(by_type("b", CHADEMO_PLUG))) == ids["NORTH-1", 1]
    async with sessions() as session:
        where = (await session.execute(select(Hold.plug, Hold.connector_id).order_by(Hold.id))).all()
    assert [tuple(row) for row in where] == [(COMBO, ids["NORTH-2", 1]), (CHADEMO_PLUG, ids["NORTH-1", 1])]


def by_type(name: str, plug: str, slot: Slot | None = None) -> PlaceHold:
    return make_booking(name, pool_id=None, connector_type=plug, slot=slot or make_slot())
