"""Where a site's prices vary: what was shown is charged, by quote or at once, and a retry says the same again."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction

import pytest

from activities.holds.activities import HoldActivities
from activities.holds.placing import place
from api.desk.price_rules import PriceRulesDesk, PriceRulesOrder
from api.desk.principal import Principal
from api.desk.quotes import Quoted, QuoteOrder, Quotes
from api.desk.refusals import UnusableValue
from db.documents import price_rules_to_document
from db.engine import Sessions
from db.queries.place.availability import availability
from db.tables import DriverGroup, GroupMember, Membership, PriceRulesVersion
from domain.facts.price_reasons import BandPrice, BusyTime, GroupPrice
from domain.money.amount import Money
from domain.money.price import Price
from domain.place.slots import Slot
from domain.settlement.moved_prices import AcceptedPrices
from domain.terms.payments import PaymentModel, PaymentRules
from domain.terms.price_rules import Band, LeadStep, NamedFactor, OccupancyStep, PriceRules, WeeklySpan
from domain.terms.tiers import Tier
from tests.activities.holds.hold_desk import NOW, hold_row, move, refusal_of, refused_with
from tests.factories import (
    NOON,
    make_booking,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    make_slot_rules,
    make_tariff,
    plant,
)

ME = Principal(subject="driver-one", scopes=frozenset({"driver"}))
OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))
BASE = make_tariff().energy_per_kwh
BUSY = PriceRules(
    currency="EUR",
    varies=(Price.ENERGY, Price.FEE),
    occupancy=(OccupancyStep(from_percent=50, factor_percent=200),),
)


async def in_force(sessions: Sessions, rules: PriceRules | None, version: int = 1) -> None:
    document = None if rules is None else price_rules_to_document(rules)
    async with sessions.begin() as session:
        session.add(PriceRulesVersion(site_id="north", version=version, valid_from=NOW, document=document))


async def quoted(sessions: Sessions) -> Quoted:
    slot = make_slot()
    order = QuoteOrder(site_id="north", pool_id="north-dc", start=slot.start, end=slot.end)
    return await Quotes(sessions, lambda: NOW).make(ME, order)


async def test_a_booking_pays_by_the_rules_in_force_and_is_told_why(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    evening = Band(name="evening", energy_per_kwh=Money(66, "EUR"), reservation_fee=Money(150, "EUR"))
    await in_force(sessions, PriceRules(currency="EUR", bands=(evening,)))
    terms = (await holds.place_hold(make_booking())).terms
    assert terms is not None
    assert terms.prices is not None
    assert (terms.tariff.energy_per_kwh, terms.reservation_fee) == (Money(66, "EUR"), Money(150, "EUR"))
    assert (terms.prices.version, [one.code for one in terms.prices.reasons]) == (
        1,
        ["band_price", "band_price"],
    )
    assert BandPrice.read("band_price", terms.prices.reasons[0].parameters()) == BandPrice(
        price=Price.ENERGY, amount=Money(66, "EUR"), band="evening"
    )


async def test_prices_by_demand_count_who_came_before_and_not_the_booking_itself(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    await in_force(sessions, BUSY)
    first, second = make_booking("one"), make_booking("two")
    for ask, expected in ((first, BASE), (second, BASE.times(2)), (first, BASE), (second, BASE.times(2))):
        terms = (await holds.place_hold(ask)).terms
        assert terms is not None
        assert terms.tariff.energy_per_kwh == expected, ask.code


async def test_a_quoted_price_is_kept_though_the_site_fills_and_the_rules_change(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    await in_force(sessions, BUSY)
    quote = await quoted(sessions)
    assert quote.terms.tariff.energy_per_kwh == BASE
    for name in ("two", "four"):
        assert (await holds.place_hold(make_booking(name))).held is not None
    dearer = await quoted(sessions)
    assert dearer.terms.tariff.energy_per_kwh == BASE.times(2)
    assert dearer.terms.prices is not None
    said = BusyTime.read("busy_time", dearer.terms.prices.reasons[0].parameters())
    assert (said.occupied_percent, said.from_percent) == (66, 50)
    await in_force(
        sessions,
        PriceRules(currency="EUR", lead=(LeadStep(within=timedelta(days=99), factor_percent=300),)),
        2,
    )
    again = await Quotes(sessions, lambda: NOW).one(ME, quote.quote.id)
    assert again.terms == quote.terms
    booked = await holds.place_hold(
        make_booking("three", driver_id="driver-one", account="driver-one", quote=quote.quote.id)
    )
    assert booked.refusal is None
    assert booked.terms == quote.terms


async def test_where_rules_are_taken_away_the_tariff_counts_again(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    await in_force(sessions, BUSY)
    await in_force(sessions, None, 2)
    terms = (await holds.place_hold(make_booking())).terms
    assert terms is not None
    assert (terms.prices, terms.tariff) == (None, make_tariff())


async def test_what_is_offered_instead_costs_what_it_says(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    dear_from_one = Band(
        name="from one", weekly=(WeeklySpan(start=time(15), end=time(23)),), reservation_fee=Money(900, "EUR")
    )
    await in_force(sessions, PriceRules(currency="EUR", bands=(dear_from_one,)))
    await holds.place_hold(make_booking("one"))
    offers = await refused_with(holds, make_booking("two"))
    assert {offer.reservation_fee.minor for offer in offers} == {300, 900}
    for offer in offers:
        ask = make_booking(f"at {offer.slot.start}", slot=offer.slot, pool_id=offer.pool_id)
        booked = await holds.place_hold(ask)
        if booked.terms is not None and booked.refusal is None:
            assert booked.terms.reservation_fee == offer.reservation_fee, offer.slot
            assert booked.terms.prices is not None
            assert booked.terms.prices.reasons == offer.price_reasons
    # A fee counts towards the session, of 11 kWh for 5.50: that of the evening comes to 3.50 more, with 19 % tax.
    assert {offer.price_difference for offer in offers} == {Money(0, "EUR"), Money(416, "EUR")}


async def test_an_attempt_made_anew_says_what_the_lost_one_said(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    late = LeadStep(within=timedelta(hours=2), factor_percent=300)
    await in_force(sessions, PriceRules(currency="EUR", lead=(late,)))
    first = make_booking(now=NOW)
    again = make_booking(now=first.slot.start - timedelta(hours=1))
    told = (await holds.place_hold(first)).terms
    assert told is not None
    assert told.tariff.energy_per_kwh == BASE
    async with sessions.begin() as session:
        dearer = price_rules_to_document(BUSY)
        row = PriceRulesVersion(
            site_id="north", version=2, valid_from=NOW + timedelta(minutes=1), document=dearer
        )
        session.add(row)
    assert (await holds.place_hold(again)).terms == told


async def test_a_fee_that_a_card_is_asked_for_alone_is_never_less_than_it_can_be_charged(
    holds: HoldActivities, sessions: Sessions
) -> None:
    at_booking = make_policy(
        payments=PaymentRules(model=PaymentModel.FEE_AT_BOOKING),
        deposit=Money(0, "EUR"),
        fee_credited_to_session=False,
    )
    await plant(sessions, make_seed(make_site(chargers=2), policy=at_booking))
    await in_force(
        sessions, PriceRules(currency="EUR", bands=(Band(name="all", reservation_fee=Money(20, "EUR")),))
    )
    terms = (await holds.place_hold(make_booking())).terms
    assert terms is not None
    assert terms.prices is not None
    assert terms.reservation_fee == Money(50, "EUR")
    assert [one.code for one in terms.prices.reasons] == ["band_price", "price_floor"]


async def test_one_key_may_write_for_two_sites(sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=1), make_site(site_id="south", chargers=1)))
    desk = PriceRulesDesk(sessions, lambda: NOW)
    written = [
        await desk.write(OLGA, PriceRulesOrder(site_id=site, rules=BUSY, reason="", valid_from=NOW), "winter")
        for site in ("north", "south", "north")
    ]
    assert [(row.site_id, row.version) for row in written] == [("north", 1), ("south", 1), ("north", 1)]
    later = PriceRulesDesk(sessions, lambda: NOW + timedelta(days=1))
    order = PriceRulesOrder(site_id="north", rules=BUSY, reason="", valid_from=NOW)
    assert (await later.write(OLGA, order, "winter")).version == 1
    with pytest.raises(UnusableValue):
        await later.write(OLGA, order, "spring")


async def test_a_slot_moved_to_a_dearer_time_is_refused_until_that_is_accepted_and_a_retry_says_the_same(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    evening = Band(
        name="evening",
        weekly=(WeeklySpan(start=time(15), end=time(23)),),
        energy_per_kwh=Money(99, "EUR"),
        reservation_fee=Money(900, "EUR"),
    )
    await in_force(sessions, PriceRules(currency="EUR", bands=(evening,)))
    booking = make_booking()
    booked = await holds.place_hold(booking)
    assert booked.terms is not None
    asked = move(booked, booking, slot=make_slot(240), terms=booked.terms)
    for accepted in (AcceptedPrices(), AcceptedPrices(energy_per_kwh=Money(98, "EUR"))):
        assert refusal_of(await holds.move_hold(replace(asked, accepted=accepted))) == "price_not_accepted"
    assert (await hold_row(sessions, booked)).slot_start == make_slot().start
    agreed = replace(asked, accepted=AcceptedPrices(energy_per_kwh=Money(99, "EUR")))
    moved = await holds.move_hold(agreed)
    assert moved.terms is not None
    assert moved.terms.tariff.energy_per_kwh == Money(99, "EUR")
    assert moved.terms.reservation_fee == booked.terms.reservation_fee
    assert await holds.move_hold(agreed) == moved
    dearer = replace(evening, energy_per_kwh=Money(500, "EUR"))
    await in_force(sessions, PriceRules(currency="EUR", bands=(dearer,)), 2)
    again = (await holds.move_hold(agreed)).terms
    assert again is not None
    assert again.tariff == moved.terms.tariff
    back = move(booked, booking, slot=make_slot(), terms=moved.terms)
    cheap = (await holds.move_hold(back)).terms
    assert cheap is not None
    assert cheap.tariff.energy_per_kwh == BASE


async def test_demand_counts_everybody_but_who_moves(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    await in_force(sessions, BUSY)
    booking = make_booking()
    booked = await holds.place_hold(booking)
    assert (
        await holds.move_hold(move(booked, booking, slot=make_slot(30), terms=booked.terms))
    ).terms is None
    assert (await holds.place_hold(make_booking("two", slot=make_slot(300)))).held is not None
    full = move(booked, booking, slot=make_slot(300), terms=booked.terms)
    assert refusal_of(await holds.move_hold(full)) == "price_not_accepted"


async def test_a_holidays_price_is_that_of_the_sites_country_and_no_other(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """make_slot lies on an ordinary day; the booking's is moved to German Unity Day."""
    day = datetime(NOW.year + 1, 10, 3, 10, tzinfo=UTC)
    ordinary = Slot(day - timedelta(days=1), day - timedelta(days=1) + timedelta(hours=1))
    policy = make_policy(slots=make_slot_rules(horizon=timedelta(days=800)))
    await plant(sessions, make_seed(make_site(chargers=2, country="DE"), policy=policy))
    festive = Band(name="holiday", holidays=True, energy_per_kwh=Money(11, "EUR"))
    await in_force(sessions, PriceRules(currency="EUR", bands=(festive,)))
    for name, slot, expected in (
        ("one", Slot(day, day + timedelta(hours=1)), Money(11, "EUR")),
        ("two", ordinary, BASE),
    ):
        booked = await holds.place_hold(make_booking(name, slot=slot))
        assert booked.terms is not None, booked.refusal
        assert booked.terms.tariff.energy_per_kwh == expected


STAFF = PriceRules(
    currency="EUR",
    varies=(Price.ENERGY, Price.FEE),
    groups=(NamedFactor(name="staff", factor_percent=50, told="Harbour staff"),),
)


async def in_staff(sessions: Sessions, *driver_ids: str, until: datetime | None = None) -> None:
    async with sessions.begin() as session:
        session.add(DriverGroup(id="staff", name="Staff", made_at=NOW))
        await session.flush()
        for driver_id in driver_ids:
            member = GroupMember(
                group_id="staff", driver_id=driver_id, since=NOW, until=until, joined_by="olga"
            )
            session.add(member)


async def test_a_groups_price_is_quoted_booked_offered_and_kept_for_a_moved_slot(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    await in_staff(sessions, "driver-one", "driver-late")
    await in_force(sessions, STAFF)
    half = (BASE.times(Fraction(1, 2)), Money(150, "EUR"))
    quote = await quoted(sessions)
    booking = make_booking()
    booked = await holds.place_hold(booking)
    for terms in (quote.terms, booked.terms):
        assert terms is not None
        assert terms.prices is not None
        assert (terms.tariff.energy_per_kwh, terms.reservation_fee) == half
        told = GroupPrice.read("group_price", terms.prices.reasons[0].parameters())
        assert (told.group, told.factor_percent) == ("Harbour staff", 50)
    again = await holds.place_hold(booking)
    assert again.terms == booked.terms
    moved = await holds.move_hold(move(booked, booking, slot=make_slot(600), terms=booked.terms))
    assert moved.refusal is None
    assert moved.terms is None  # as they were
    assert {
        offer.reservation_fee.minor
        for offer in await refused_with(holds, make_booking("late", slot=make_slot(600)))
    } == {150}
    assert {
        offer.reservation_fee.minor
        for offer in await refused_with(holds, make_booking("two", slot=make_slot(600)))
    } == {300}


async def test_who_is_in_a_group_no_more_when_the_slot_starts_pays_as_anybody(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    await in_staff(sessions, "driver-one", until=make_slot(60).start)
    await in_force(sessions, STAFF)
    booking = make_booking()
    booked = await holds.place_hold(booking)
    assert booked.terms is not None
    assert booked.terms.reservation_fee == Money(150, "EUR")
    later = move(booked, booking, slot=make_slot(60), terms=booked.terms)
    assert refusal_of(await holds.move_hold(later)) == "price_not_accepted"


async def test_each_of_those_who_book_together_pays_by_their_own_groups(sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    await in_staff(sessions, "driver-one")
    await in_force(sessions, STAFF)
    asks = (make_booking("one"), make_booking("two"))
    async with sessions.begin() as session:
        terms = [(await place(session, ask, beside={one.code for one in asks})).terms for ask in asks]
    assert [one.reservation_fee.minor for one in terms if one is not None] == [150, 300]


async def test_each_window_that_is_shown_costs_what_a_quote_of_it_says(
    holds: HoldActivities, sessions: Sessions
) -> None:
    gold = Tier(name="gold", reservation_fee=Money(100, "EUR"))
    await plant(sessions, make_seed(make_site(chargers=4), policy=make_policy(tiers=(gold,))))
    await in_staff(sessions, "driver-one", until=NOON + timedelta(hours=6))
    async with sessions.begin() as session:
        until = NOON + timedelta(hours=4)
        session.add(
            Membership(
                key="gold",
                driver_id="driver-one",
                tier="gold",
                valid_from=NOW,
                valid_until=until,
                given_by="olga",
                given_at=NOW,
            )
        )
    afternoon = Band(
        name="afternoon",
        weekly=(WeeklySpan(start=time(14), end=time(18)),),
        energy_per_kwh=Money(66, "EUR"),
        reservation_fee=Money(900, "EUR"),
    )
    late = LeadStep(within=timedelta(hours=2), factor_percent=300)
    tiers = (NamedFactor(name="gold", factor_percent=40),)
    await in_force(
        sessions, replace(BUSY, bands=(afternoon,), lead=(late,), groups=STAFF.groups, tiers=tiers)
    )
    for name in ("two", "three"):
        assert (await holds.place_hold(make_booking(name))).held is not None
    async with sessions() as session:
        found = await availability(
            session,
            site_id="north",
            start=NOW,
            end=NOW + timedelta(hours=12),
            now=NOW,
            driver_id="driver-one",
        )
    desk, seen = Quotes(sessions, lambda: NOW), set()
    for window in found.pools[0].windows[::3]:
        order = QuoteOrder(site_id="north", pool_id="north-dc", start=window.slot.start, end=window.slot.end)
        assert (await desk.make(ME, order)).terms.prices == window.prices, window.slot
        seen.add(window.prices and (window.prices.energy_per_kwh, window.prices.reservation_fee))
    assert len(seen) > 4
