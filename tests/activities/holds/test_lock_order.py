"""Groups, swaps, moves, reroutes and seeds of the same few drivers and pools: none waits for one that waits for it.

Each works in one transaction of its own that is not repeated, so that Postgres would tell of every deadlock.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.activities import HoldActivities
from activities.holds.grouping import place_group
from activities.holds.moving import move as move_hold
from activities.holds.replacing import Reach, replace_hold
from activities.holds.swapping import swap
from contracts.holds import HoldDecision, MoveHold, PlaceHold, SwapHolds
from db.documents import accepted_prices_to_document, terms_to_document
from db.engine import Sessions
from db.queries.cards import ANYBODY, lay_card
from db.queries.people import driver_under_lock
from db.seed import seed
from db.seed.plan import PoolSeed, Seed, SiteSeed
from db.tables import Driver, Hold, Person, SwapOfferRow, Token
from domain.errors import DomainError
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

ROUNDS = 10
REROUTES = 8
"""One after the other, so that there is one at each moment of a seed."""
DRIVERS = ("a", "b", "c", "d")
ONE_PERSON = {"one": ("driver-a", "driver-d"), "two": ("driver-b", "driver-c")}
"""Across, so that the order of drivers is not that of persons."""
POLICY = make_policy(overlapping_per_driver=True, open_reservations_per_driver=99)

STRANDED = make_booking("stranded", slot=make_slot(-60))

Work = Callable[[AsyncSession], Awaitable[object]]


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


def plan_of(round_: int) -> Seed:
    drivers = tuple(
        make_driver(
            driver_id=f"driver-{name}", rfid=(f"card-{name}",), stripe_customer=f"cus_{round_}_{name}"
        )
        for name in reversed(DRIVERS)
    )
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

    async def works(self, round_: int) -> list[list[Work]]:
        """Those of one round, in any order; each list one after the other."""
        works: list[Work] = [lambda session: seed(session, plan_of(round_), now=NOW, hasher=CHEAP_HASHER)]
        works += [self.moving(name) for name in DRIVERS]
        works += [await self.grouping(names) for names in (("a", "b", "c"), ("d", "c", "b"), ("c", "a"))]
        works += [await self.grouping(names, first="ac") for names in (("e", "f"), ("g", "h"))]
        pairs = [self.chance.sample(DRIVERS, 2) for _ in range(4)]
        works += [await self.swapping(giver, taker) for giver, taker in pairs]
        self.chance.shuffle(works)
        reroutes = [self.rerouting(REROUTES * round_ + n) for n in range(REROUTES)]
        return [reroutes, *([work] for work in works)]

    def moving(self, name: str) -> Work:
        ask: MoveHold = move(
            self.held[name], self.bookings[name], slot=make_slot(15 * self.chance.randrange(64))
        )
        return lambda session: move_hold(session, ask)

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


async def worked(sessions: Sessions, works: Sequence[Work], done: list[str]) -> None:
    """Refusals by a rule are as good as anything; what the database refuses is raised."""
    for work in works:
        with suppress(DomainError):
            async with sessions.begin() as session:
                # Many stand in one line here; what waits in a circle is told at once by the server all the same.
                await session.execute(text("SET LOCAL lock_timeout = '60s'"))
                done.append(type(await work(session)).__name__)


async def test_groups_swaps_moves_reroutes_and_seeds_wait_for_each_other_in_one_order(
    sessions: Sessions,
) -> None:
    crowd, done = Crowd(sessions), list[str]()
    await crowd.come()
    for round_ in range(1, ROUNDS + 1):
        at_once = await crowd.works(round_)
        await asyncio.gather(*(worked(sessions, works, done) for works in at_once))
    assert {"Sown", "dict", "HoldDecision"} <= set(done)  # of each kind some came to something
    async with sessions() as session:
        swapped = select(func.count()).where(SwapOfferRow.taken_by.is_not(None))
        assert (await session.scalar(swapped) or 0) > 0


async def test_two_who_hand_each_other_their_cards_do_not_wait_for_each_other(sessions: Sessions) -> None:
    """Each has the driver who gets one, and names the one who gives it."""
    await plant(sessions, plan_of(0))
    handed = (("card-a", "driver-b"), ("card-b", "driver-a"))
    async with sessions.begin() as one, sessions.begin() as other:
        for session, (_, to) in zip((one, other), handed, strict=True):
            await driver_under_lock(session, to, NOW)
        for session, (card, to) in zip((one, other), handed, strict=True):
            await lay_card(session, card, to, {}, NOW, former=ANYBODY)
    async with sessions() as session:
        for card, to in handed:
            assert (await session.get_one(Token, card.upper())).driver_id == to
