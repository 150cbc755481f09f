"""What members of a tier may and pay, by what the database knows of them when they ask."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from activities.holds.activities import HoldActivities
from api.desk.access_rules import AccessRulesDesk, AccessRulesOrder
from api.desk.price_rules import PriceRulesDesk, PriceRulesOrder
from api.desk.principal import Principal
from api.desk.quotes import QuoteOrder, Quotes
from api.desk.refusals import RulesUnusable
from api.desk.sites import AskedWindows, Sites
from contracts.holds import HoldDecision, PlaceHold
from db.engine import Sessions
from db.tables import Membership
from domain.errors import BeyondTierHorizon
from domain.facts.refused_people import OpensToTier
from domain.money.amount import Money
from domain.terms.access_rules import AccessLine, AccessRules, Who
from domain.terms.price_rules import NamedFactor, PriceRules
from domain.terms.tiers import Tier
from tests.activities.holds.hold_desk import NOW, move, refusal_of, refused_with
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, plant

DAY = timedelta(days=1)
ME = Principal(subject="me", scopes=frozenset({"driver"}))
SILVER = Tier(name="silver", horizon=20 * DAY, reservation_fee=Money(200, "EUR"))
GOLD = Tier(name="gold", horizon=60 * DAY, concurrent=5, fee_percent=50, grace=timedelta(minutes=25))
POLICY = make_policy(tiers=(SILVER, GOLD), overlapping_per_driver=True)


async def opened(sessions: Sessions, tier: str = "gold", **over: Any) -> None:
    await plant(sessions, make_seed(make_site(chargers=6), policy=POLICY))
    values: dict[str, Any] = {
        "key": "k", "driver_id": "me", "tier": tier, "valid_from": NOW - DAY, "given_at": NOW, "given_by": "olga"
    }  # fmt: skip
    async with sessions.begin() as session:
        session.add(Membership(**(values | over)))


def ask(name: str = "a", days: float = 0, **over: Any) -> PlaceHold:
    slot = make_slot(24 * 60 * days)
    return make_booking(name, **({"driver_id": "me", "account": "me", "slot": slot} | over))


def why_of(decision: HoldDecision) -> OpensToTier:
    assert refusal_of(decision) == "beyond_tier_horizon"
    assert decision.refusal is not None
    assert decision.refusal.why is not None
    return OpensToTier.read(decision.refusal.why.code, decision.refusal.why.parameters())


async def test_members_book_further_ahead_and_others_are_told_from_when_on_and_who_can(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions)
    mine = await holds.place_hold(ask(days=40))
    assert mine.terms is not None
    assert (mine.terms.tier, mine.terms.policy.grace) == ("gold", timedelta(minutes=25))
    assert mine.terms.policy.no_show_fee == Money(250, "EUR")
    stranger = ask("b", days=40, driver_id="you", account="you")
    start = stranger.slot.start
    assert why_of(await holds.place_hold(stranger)) == OpensToTier(
        opens=start - 14 * DAY, sooner="gold", sooner_opens=None
    )
    far = why_of(await holds.place_hold(ask("c", days=80)))
    assert (far.opens, far.sooner) == (make_slot(24 * 60 * 80).start - 60 * DAY, "")
    on_the_day = await holds.place_hold(replace(stranger, now=start - 14 * DAY))
    assert on_the_day.terms is not None
    assert (on_the_day.terms.tier, on_the_day.terms.policy) == ("", POLICY)


@pytest.mark.parametrize(
    ("over", "tier"),
    [
        ({}, "gold"),
        ({"site_id": "north"}, "gold"),
        ({"tier": "platinum"}, ""),
        ({"driver_id": "you"}, ""),
        ({"valid_until": make_slot().start}, ""),
        ({"valid_from": make_slot().start}, "gold"),
    ],
)
async def test_a_tier_is_what_the_driver_is_there_when_the_slot_begins(
    holds: HoldActivities, sessions: Sessions, over: dict[str, Any], tier: str
) -> None:
    await opened(sessions, **over)
    terms = (await holds.place_hold(ask())).terms
    assert terms is not None
    assert terms.tier == tier
    again = (await holds.place_hold(ask())).terms
    assert again == terms


async def test_members_have_as_many_bookings_open_as_their_tier_says(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions)
    for n in range(5):
        assert (await holds.place_hold(ask(f"b{n}", days=n))).held is not None
    assert refusal_of(await holds.place_hold(ask("six"))) == "too_many_reservations"


async def test_what_was_quoted_to_a_member_is_kept_though_it_has_ended(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, "silver")
    slot = ask(days=18).slot
    order = QuoteOrder(site_id="north", pool_id="north-dc", start=slot.start, end=slot.end)
    told = await Quotes(sessions, lambda: NOW).make(ME, order)
    assert (told.terms.tier, told.terms.reservation_fee) == ("silver", Money(200, "EUR"))
    async with sessions.begin() as session:
        await session.execute(update(Membership).values(valid_until=NOW, ended_at=NOW, ended_by="olga"))
    booked = await holds.place_hold(ask(days=18, quote=told.quote.id))
    assert booked.terms == told.terms
    with pytest.raises(BeyondTierHorizon):
        await Quotes(sessions, lambda: NOW).make(ME, order)


async def test_prices_of_a_tier_are_those_of_its_members(holds: HoldActivities, sessions: Sessions) -> None:
    await opened(sessions)
    rules = PriceRules(currency="EUR", tiers=(NamedFactor(name="gold", factor_percent=80),))
    olga = Principal(subject="olga", scopes=frozenset({"operator"}))
    order = PriceRulesOrder(site_id="north", rules=rules, reason="", valid_from=NOW)
    await PriceRulesDesk(sessions, lambda: NOW).write(olga, order, "k")
    mine, other = [
        (await holds.place_hold(one)).terms for one in (ask(), ask("b", driver_id="you", account="you"))
    ]
    assert mine is not None
    assert other is not None
    assert (mine.tariff.energy_per_kwh, other.tariff.energy_per_kwh) == (Money(40, "EUR"), Money(50, "EUR"))


async def test_who_moves_a_slot_is_held_to_the_tier_that_they_have_at_the_new_time(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, valid_until=NOW + 30 * DAY)
    asked = ask(days=2)
    booked = await holds.place_hold(asked)
    for days, refused in ((29, False), (31, True), (10, False)):
        moved = await holds.move_hold(move(booked, asked, slot=ask(days=days).slot, terms=booked.terms))
        assert (moved.refusal is not None) is refused, days
        if refused:
            assert why_of(moved).opens == ask(days=days).slot.start - 14 * DAY
    assert booked.terms is not None
    assert booked.terms.tier == "gold"


async def test_members_are_shown_and_offered_what_they_may_book(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions)
    start = ask(days=40).slot.start

    async def shown(subject: str) -> tuple[int, str]:
        who = Principal(subject=subject, scopes=frozenset({"driver"}))
        found = await Sites(sessions, lambda: NOW).offer(
            who, "north", AskedWindows(start=start, end=start + DAY)
        )
        terms = found.found.terms
        assert terms is not None
        return sum(len(pool.windows) for pool in found.found.pools), terms.tier

    assert (await shown("me"))[1] == "gold"
    assert (await shown("me"))[0] > 0
    assert await shown("you") == (0, "")
    for n in range(6):
        await holds.place_hold(
            ask(f"full{n}", days=40, driver_id=f"d{n}", account=f"d{n}", now=start - 14 * DAY)
        )
    offered = await refused_with(holds, ask("late", days=40))
    assert offered
    assert all(one.slot.start > NOW + 14 * DAY for one in offered)


async def test_a_bay_is_kept_for_members_of_a_tier_and_the_preview_tells_whom_it_leaves_out(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions)
    olga = Principal(subject="olga", scopes=frozenset({"operator"}))
    desk = AccessRulesDesk(sessions, lambda: NOW)
    for name, who in (("mine", "me"), ("theirs", "you")):
        assert (await holds.place_hold(ask(name, driver_id=who, account=who))).held is not None
    gold = AccessLine(name="Gold", who=Who.TIER, names=("gold",), allow=True)
    rules = AccessRules(lines=(gold, AccessLine(name="Rest", who=Who.PUBLIC, allow=False)))
    found = await desk.preview(olga, "north", rules)
    assert [one.driver_id for one in found.refused] == ["you"]
    await desk.write(olga, AccessRulesOrder(site_id="north", rules=rules, reason="", valid_from=NOW), "k")
    assert (await holds.place_hold(ask("a", 1))).held is not None
    assert refusal_of(await holds.place_hold(ask("b", 1, driver_id="you", account="you"))) == "no_access"
    brass = AccessRules(lines=(replace(gold, names=("brass",)),))
    with pytest.raises(RulesUnusable):
        await desk.preview(olga, "north", brass)
