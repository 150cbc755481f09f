"""Who works at the same few drivers and pools at once: groups, swaps, moves, reroutes, seeds and operators."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.activities import HoldActivities
from activities.holds.grouping import place_group
from activities.holds.moving import move as move_hold
from activities.holds.replacing import Reach, replace_hold
from activities.holds.swapping import swap
from api.desk.cards import CardOrder, Cards
from api.desk.principal import Principal
from contracts.holds import HoldDecision, MoveHold, PlaceHold, SwapHolds
from db.documents import accepted_prices_to_document, terms_to_document
from db.engine import Sessions
from db.seed import seed
from db.seed.plan import DriverSeed, PoolSeed, Seed, SiteSeed
from db.tables import Driver, Hold, Person, SwapOfferRow, Token
from domain.place.slots import Slot
from domain.reservation.code import reservation_code
from domain.settlement.moved_prices import AS_BEFORE
from tests.activities.holds.group_desk import group
from tests.activities.holds.hold_desk import NOW, move, replacement
from tests.factories import (
    CHEAP_HASHER,
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    plant,
)

REROUTES = STAYS = 8
SEEDS_OF_DRIVERS = 16
"""One after the other, so that there is one at each moment of a seed of all; stays of each driver."""
OPERATORS, HANDED_ON = 4, 6
"""An operator hands on one card after the other."""
DRIVERS = ("a", "b", "c", "d")
ONE_PERSON = {"one": ("driver-a", "driver-d"), "two": ("driver-b", "driver-c")}
"""Across, so that the order of drivers is not that of persons."""
OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))
POLICY = make_policy(overlapping_per_driver=True, open_reservations_per_driver=99)

STRANDED = make_booking("stranded", slot=make_slot(-60))

Work = Callable[[AsyncSession], Awaitable[object]]
Deed = Callable[[Sessions], Awaitable[object]]


def in_one(work: Work) -> Deed:
    """In a transaction of its own."""

    async def done(sessions: Sessions) -> object:
        async with sessions.begin() as session:
            return await work(session)

    return done


def site_of(round_: int, site_id: str = "north") -> SiteSeed:
    """Two pools; what it says is another thing in each round."""
    plain = make_site(site_id=site_id, chargers=6, address=f"Quay {round_}")
    pools = tuple(
        PoolSeed(
            id=f"{site_id}-{kind}",
            name=f"{kind} {round_}",
            power_w=150_000,
            connector_type="IEC_62196_T2_COMBO",
        )
        for kind in ("dc", "ac")
    )
    chargers = tuple(
        replace(
            charger,
            connectors=tuple(replace(plug, pool_id=pools[n % 2].id) for plug in charger.connectors),
        )
        for n, charger in enumerate(plain.chargers)
    )
    return replace(plain, pools=pools, chargers=chargers)


def drivers_of(number: str, cards: Sequence[str] = DRIVERS) -> tuple[DriverSeed, ...]:
    """`cards`: of each of DRIVERS."""
    return tuple(
        make_driver(
            driver_id=f"driver-{name}", rfid=(f"card-{card}",), stripe_customer=f"cus_{number}_{name}"
        )
        for name, card in reversed(tuple(zip(DRIVERS, cards, strict=True)))
    )


def plan_of(round_: int) -> Seed:
    drivers = drivers_of(str(round_))
    return make_seed(site_of(round_, "south"), site_of(round_), drivers=drivers, policy=POLICY)


class Crowd:
    """One reservation a driver in pool `north-dc`, at four times; later drivers have earlier holds."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.chance = random.Random(20261130)
        self.bookings = {name: make_booking(name, slot=make_slot(120 * n)) for n, name in enumerate(DRIVERS)}
        self.held: dict[str, HoldDecision] = {}
        self.number = 0

    async def come(self) -> None:
        await plant(self.sessions, plan_of(0))
        async with self.sessions.begin() as session:
            for person, drivers in ONE_PERSON.items():
                session.add(Person(id=person, made_at=NOW))
                await session.flush()
                for driver in drivers:
                    (await session.get_one(Driver, driver)).person_id = person
        holds = HoldActivities(self.sessions)
        for name in reversed(DRIVERS):
            self.held[name] = await holds.place_hold(self.bookings[name])
        assert (await holds.place_hold(STRANDED)).held is not None

    async def deeds(self, round_: int) -> list[list[Deed]]:
        """Those of one round, in any order; each list one after the other."""
        works = [self.seeding(plan_of(round_))]
        works += [self.moving(name) for name in DRIVERS]
        works += [await self.grouping(names) for names in (("a", "b", "c"), ("d", "c", "b"), ("c", "a"))]
        works += [await self.grouping(names, first="ac") for names in (("e", "f"), ("g", "h"))]
        pairs = [self.chance.sample(DRIVERS, 2) for _ in range(4)]
        works += [await self.swapping(giver, taker) for giver, taker in pairs]
        self.chance.shuffle(works)
        reroutes = [in_one(self.rerouting(REROUTES * round_ + n)) for n in range(REROUTES)]
        stays = [[in_one(self.staying(name)) for _ in range(STAYS)] for name in DRIVERS]
        operators = [[self.handing_on() for _ in range(HANDED_ON)] for _ in range(OPERATORS)]
        return [
            reroutes,
            *stays,
            self.seeding_drivers(round_),
            *operators,
            *([in_one(work)] for work in works),
        ]

    def seeding(self, plan: Seed) -> Work:
        return lambda session: seed(session, plan, now=NOW, hasher=CHEAP_HASHER)

    def seeding_drivers(self, round_: int) -> list[Deed]:
        """Cards change hands, too."""
        numbers = [f"{round_}_{n}" for n in range(SEEDS_OF_DRIVERS)]
        plans = [drivers_of(number, self.chance.sample(DRIVERS, len(DRIVERS))) for number in numbers]
        return [in_one(self.seeding(Seed(drivers=drivers))) for drivers in plans]

    def handing_on(self) -> Deed:
        """By an operator, who has looked whose the card is."""
        card, to = (self.chance.choice(DRIVERS) for _ in range(2))
        order = CardOrder(group_id=None, expires_at=None, reason="Sold with the car")

        async def done(sessions: Sessions) -> object:
            async with sessions() as session:
                former = (await session.get_one(Token, f"CARD-{card.upper()}")).driver_id
            desk = Cards(sessions, lambda: NOW)
            return await desk.register(OLGA, f"driver-{to}", f"card-{card}", order, former)

        return done

    def moving(self, name: str) -> Work:
        ask: MoveHold = move(
            self.held[name], self.bookings[name], slot=make_slot(15 * self.chance.randrange(64))
        )
        return lambda session: move_hold(session, ask)

    def staying(self, name: str) -> Work:
        """A move to where it is: locks as any other, and leaves what is to be swapped where it was."""

        async def work(session: AsyncSession) -> object:
            slot = await self.slot_of(session, name)
            return await move_hold(session, move(self.held[name], self.bookings[name], slot=slot))

        return work

    def rerouting(self, number: int) -> Work:
        """To a place at either site."""
        step, slot = f"reroute-{number}", make_slot(10 * number)
        ask = replacement(code=STRANDED.code, driver_id=STRANDED.driver_id, step=step, slot=slot, now=NOW)
        return lambda session: replace_hold(session, ask, Reach.NEARBY)

    async def grouping(self, names: Sequence[str], *, first: str = "dc") -> Work:
        self.number += 1
        asks: list[PlaceHold] = []
        for n, name in enumerate(names):
            code = reservation_code("group", f"{self.number}-{name}")
            pool = "north-dc" if (n % 2 == 0) == (first == "dc") else "north-ac"
            slot = make_slot(15 * self.chance.randrange(64))
            asks.append(make_booking(name, code=code, pool_id=pool, slot=slot))
        wanted = tuple(replace(one, slot=asks[0].slot) for one in asks)
        ask = await group(self.sessions, f"g{self.number}", wanted)
        return lambda session: place_group(session, ask)

    async def swapping(self, giver: str, taker: str) -> Work:
        self.number += 1
        offer = reservation_code("swap", str(self.number))
        async with self.sessions.begin() as session:
            gives, wants = [await self.slot_of(session, name) for name in (giver, taker)]
            held, terms = self.held[giver].held, self.held[giver].terms
            assert held is not None
            assert terms is not None
            session.add(
                SwapOfferRow(
                    id=offer,
                    reservation_code=self.bookings[giver].code,
                    hold_id=held.assignment.hold_id,
                    pool_id="north-dc",
                    gives_start=gives.start,
                    gives_end=gives.end,
                    wants_start=wants.start,
                    wants_end=wants.end,
                    terms=terms_to_document(terms),
                    accepted=accepted_prices_to_document(AS_BEFORE),
                    made_at=NOW,
                    expires_at=NOW + timedelta(hours=1),
                )
            )
        mine = self.held[taker]
        assert mine.held is not None
        assert mine.terms is not None
        ask = SwapHolds(
            code=self.bookings[taker].code,
            hold_id=mine.held.assignment.hold_id,
            offer=offer,
            now=NOW,
            terms=mine.terms,
        )
        return lambda session: swap(session, ask)

    async def slot_of(self, session: AsyncSession, name: str) -> Slot:
        held = self.held[name].held
        assert held is not None
        row = await session.get_one(Hold, held.assignment.hold_id)
        return Slot(row.slot_start, row.slot_end)
