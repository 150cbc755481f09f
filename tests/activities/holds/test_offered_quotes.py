"""Each alternative comes with a quote: booked by it, it costs what was told, whatever has changed meanwhile."""

from dataclasses import replace
from datetime import time, timedelta
from random import Random
from typing import Any

import pytest

from activities.holds.activities import HoldActivities
from activities.holds.grouping import group_alternatives
from activities.holds.unfinished_groups import undo_group
from contracts.alternatives import Alternative
from contracts.holds import PlaceHold, ReleaseHolds
from db.documents import tariff_to_document
from db.engine import Sessions
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed
from db.tables import Driver, Membership, TariffVersion
from domain.money.amount import Money
from domain.money.price import Price
from domain.place.fit import Needs
from domain.place.reasons import OfferReason
from domain.reservation.release import ReleaseReason
from domain.settlement.agreed import agreed_amount
from domain.terms.payments import PaymentRules
from domain.terms.price_rules import Band, LeadStep, OccupancyStep, PriceRules, WeeklySpan
from domain.terms.tiers import Tier
from tests.activities.holds.group_desk import asks, group, made_of, placed
from tests.activities.holds.hold_desk import NOW, connector_of, place_at, refusal_of, refused_with
from tests.activities.holds.test_fit import BAYS
from tests.activities.holds.test_prices import BUSY, in_force
from tests.activities.holds.test_quotes import used_by
from tests.activities.holds.unattended import Bookings
from tests.factories import (
    NOON,
    make_booking,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    make_tariff,
    plant,
)

HOUR = timedelta(hours=1)
EVERYTHING_DEARER = PriceRules(
    currency="EUR",
    varies=(Price.ENERGY, Price.FEE),
    lead=(LeadStep(within=timedelta(days=99), factor_percent=300),),
)


async def dearer(sessions: Sessions) -> None:
    """Everything, at once and everywhere."""
    await in_force(sessions, EVERYTHING_DEARER, 99)
    tariff = replace(make_tariff(), energy_per_kwh=Money(199, "EUR"))
    async with sessions.begin() as session:
        session.add(
            TariffVersion(site_id=None, version=99, valid_from=NOW, document=tariff_to_document(tariff))
        )


def by_its_quote(ask: PlaceHold, offer: Alternative, name: str) -> PlaceHold:
    return replace(
        ask,
        code=make_booking(name).code,
        site_id=offer.site_id,
        pool_id=offer.pool_id,
        connector_type=offer.connector_type,
        slot=offer.slot,
        quote=offer.quote,
    )


def varying(chance: Random) -> PriceRules | None:
    """Some rules by time of day and demand, or none."""
    if chance.random() < 0.3:
        return None
    late = WeeklySpan(start=time(chance.randint(11, 16)), end=time(23))
    return PriceRules(
        currency="EUR",
        varies=(Price.ENERGY, Price.FEE),
        bands=(Band(name="late", weekly=(late,), reservation_fee=Money(chance.randint(0, 900), "EUR")),),
        occupancy=(
            OccupancyStep(from_percent=chance.choice((1, 50)), factor_percent=chance.randint(50, 250)),
        ),
    )


@pytest.mark.parametrize("seed", range(6))
async def test_every_alternative_is_bookable_by_its_quote_at_its_price(
    holds: HoldActivities, sessions: Sessions, seed: int
) -> None:
    chance = Random(seed)
    gold = Tier(name="gold", fee_percent=chance.choice((0, 50)))
    policy = make_policy(
        tiers=(gold,), payments=PaymentRules(members=True), deposit=Money(2000, "EUR"),
        open_reservations_per_driver=9, overlapping_per_driver=True,
    )  # fmt: skip
    near = make_site(site_id="south", latitude=52.53)
    await plant(sessions, make_seed(make_site(chargers=2), near, policy=policy))
    if (rules := varying(chance)) is not None:
        await in_force(sessions, rules)
    if chance.random() < 0.6:
        tier = chance.choice(("", "gold"))
        until = chance.choice((None, make_slot().end))
        async with sessions.begin() as session:
            session.add(Driver(id="me", created_at=NOW))
            await session.flush()
            session.add(
                Membership(
                    key="k", driver_id="me", valid_from=NOW, valid_until=until, given_at=NOW, given_by="o",
                    site_id="north", tier=tier,
                )
            )  # fmt: skip
    for name in "ab":
        await holds.place_hold(make_booking(name, pool_id=None))
    await holds.place_hold(make_booking("c", slot=make_slot(chance.choice((60, 75, -60)))))
    ask = make_booking("mine", driver_id="me", account="me", pool_id=chance.choice((None, "north-dc")))
    offers = await refused_with(holds, ask)
    assert {offer.reason for offer in offers} >= {OfferReason.OTHER_TIME_HERE, OfferReason.NEARBY}
    await dearer(sessions)
    for number, offer in enumerate(offers):
        mine = by_its_quote(ask, offer, f"mine-{number}")
        booked = await holds.place_hold(mine)
        terms = booked.terms
        assert terms is not None, booked.refusal
        assert booked.held is not None
        told = (offer.payer, offer.reservation_fee, offer.energy_per_kwh, offer.agreed)
        assert told == (
            terms.payer.kind, terms.reservation_fee, terms.tariff.energy_per_kwh, agreed_amount(terms, offer.slot),
        )  # fmt: skip
        assert offer.price_reasons == (() if terms.prices is None else terms.prices.reasons)
        await holds.release_holds(ReleaseHolds(code=mine.code, reason=ReleaseReason.CANCELLED, now=NOW))


async def test_asked_again_it_is_the_same_quote_and_another_driver_has_none_of_it(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    await holds.place_hold(make_booking("one"))
    ask = make_booking("two")
    first = await refused_with(holds, ask)
    assert await refused_with(holds, ask) == first
    assert len({offer.quote for offer in first}) == len(first) == 3
    stranger = replace(by_its_quote(ask, first[0], "three"), driver_id="x", account="x")
    assert refusal_of(await holds.place_hold(stranger)) == "quote_unknown"
    assert (await holds.place_hold(by_its_quote(ask, first[0], "four"))).held
    late = replace(by_its_quote(ask, first[1], "five"), now=NOW + HOUR)
    assert refusal_of(await holds.place_hold(late)) == "quote_expired"
    without_plug = replace(by_its_quote(ask, first[1], "six"), connector_type=None)
    assert (await holds.place_hold(without_plug)).held


async def test_a_kept_bay_is_offered_for_when_it_is_released_at_todays_price(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3, zone="UTC", bays=BAYS)))
    for name in ("one", "two"):
        await holds.place_hold(make_booking(name))
    ask = make_booking("mine")
    offer = (await refused_with(holds, ask))[-1]
    opens = NOON - HOUR
    assert (offer.reason, offer.slot, offer.bookable_from) == (OfferReason.RELEASED_HERE, ask.slot, opens)
    await dearer(sessions)
    mine = by_its_quote(ask, offer, "mine-too")
    assert refusal_of(await holds.place_hold(mine)) == "slot_unavailable"
    booked = await holds.place_hold(replace(mine, code=make_booking("mine-then").code, now=opens))
    assert booked.terms is not None, booked.refusal
    assert booked.terms.tariff.energy_per_kwh == offer.energy_per_kwh


def two_plugs() -> Any:
    """A pool of CCS beside one of Type 2."""
    pools = (
        PoolSeed(id="north-dc", name="Fast"),
        PoolSeed(id="north-ac", name="Slow", connector_type="IEC_62196_T2", power_w=22_000),
    )
    chargers = tuple(
        ChargerSeed(id=f"NORTH-{n}", connectors=(ConnectorSeed(pool_id=pool.id, bay=f"Bay {n}"),))
        for n, pool in enumerate(pools, 1)
    )
    return replace(make_site(zone="UTC"), pools=pools, chargers=chargers)


@pytest.mark.parametrize("plugs", [("IEC_62196_T2_COMBO", "IEC_62196_T2"), ("IEC_62196_T2_COMBO",)])
async def test_another_plug_is_offered_to_a_vehicle_that_has_it(
    holds: HoldActivities, sessions: Sessions, plugs: tuple[str, ...]
) -> None:
    ids = await plant(sessions, make_seed(two_plugs()))
    await holds.place_hold(make_booking("one"))
    ask = make_booking("mine", pool_id=None, connector_type=plugs[0], needs=Needs(plugs=plugs))
    first = (await refused_with(holds, ask))[0]
    if len(plugs) == 1:
        assert first.reason is OfferReason.OTHER_TIME_HERE
        return
    assert (first.reason, first.connector_type, first.slot) == (
        OfferReason.OTHER_PLUG_HERE, "IEC_62196_T2", ask.slot,
    )  # fmt: skip
    booked = await holds.place_hold(by_its_quote(ask, first, "two"))
    assert connector_of(booked) == ids["NORTH-2", 1]


async def test_a_group_books_what_it_was_offered_by_the_quotes_of_its_members(sessions: Sessions) -> None:
    await plant(
        sessions, make_seed(make_site(chargers=2), make_site(site_id="south", chargers=2, latitude=52.53))
    )
    await in_force(sessions, BUSY)
    ask = await group(sessions, "g", asks("a", "b", "c"))
    two = replace(ask, asks=ask.asks[:2])
    async with sessions.begin() as session:
        offers = await group_alternatives(session, two)
    offer = next(one for one in offers if one.slot != two.asks[0].slot)
    await dearer(sessions)
    again = tuple(
        replace(one, slot=offer.slot, pool_id=None, connector_type=plug, quote=quote)
        for one, plug, quote in zip(two.asks, offer.plugs, offer.quotes, strict=True)
    )
    assert await placed(sessions, await group(sessions, "g2", again)) == {}
    for one in again:
        terms = (await HoldActivities(sessions).place_hold(one)).terms
        assert terms is not None
        assert terms.tariff.energy_per_kwh == make_tariff().energy_per_kwh


async def quoted_members(sessions: Sessions, chargers: int) -> tuple[PlaceHold, ...]:
    """Three by their quotes, of what they were offered together, where there are so many chargers by now."""
    await plant(sessions, make_seed(make_site(chargers=3)))
    ask = await group(sessions, "offered", asks("a", "b", "c"))
    async with sessions.begin() as session:
        offer = (await group_alternatives(session, ask))[0]
    for name in "xyz"[chargers:]:
        assert (await place_at(sessions, make_booking(name, slot=offer.slot))).held
    return tuple(
        replace(one, slot=offer.slot, pool_id=None, connector_type=plug, quote=quote)
        for one, plug, quote in zip(ask.asks, offer.plugs, offer.quotes, strict=True)
    )


async def test_a_bay_that_a_group_does_not_get_leaves_its_quote_to_the_next(sessions: Sessions) -> None:
    members = await quoted_members(sessions, chargers=2)
    refused = await placed(sessions, await group(sessions, "g", members, together=False))
    assert list(refused.values()) == ["slot_unavailable"]
    quotes = [one.quote or "" for one in members]
    assert [await used_by(sessions, quote) for quote in quotes] == [members[0].code, members[1].code, None]


async def test_an_undone_group_leaves_the_quotes_that_no_reservation_was_made_by(
    holds: HoldActivities, sessions: Sessions
) -> None:
    members = await quoted_members(sessions, chargers=3)
    ask = await group(sessions, "g", members)
    assert await placed(sessions, ask) == {}
    await made_of(sessions, ask, "CONFIRMED")
    await undo_group(sessions, Bookings(holds, NOW), "g", [one.code for one in members], NOW)
    assert [await used_by(sessions, one.quote or "") for one in members] == [members[0].code, None, None]
