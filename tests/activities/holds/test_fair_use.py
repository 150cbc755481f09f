"""How much one person may have booked, with however many accounts, also where these book at one moment."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.holds.activities import HoldActivities
from api.desk.people import People
from api.desk.principal import Principal
from contracts.holds import HoldDecision, PlaceHold, ReleaseHolds
from db.engine import Sessions
from db.tables import Settlement, SettlementLine
from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.reservation.release import ReleaseReason
from domain.terms.fair_use import FairUse, NoShowRules
from domain.terms.policy import Policy
from tests.activities.holds.hold_desk import NOW, move, place_at, refusal_of
from tests.api.stage import publish, view_of
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, make_terms, plant

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))
MANY = {"open_reservations_per_driver": 20, "overlapping_per_driver": True}


def ask(name: str, start: float = 0, minutes: float = 60, who: str = "me", **over: Any) -> PlaceHold:
    return make_booking(
        name, **({"driver_id": who, "account": who, "slot": make_slot(start, minutes)} | over)
    )


async def opened(sessions: Sessions, *joined: str, **over: Any) -> Policy:
    policy = make_policy(**over)
    await plant(sessions, make_seed(make_site(chargers=6), policy=policy))
    for driver in joined:
        await People(sessions, lambda: NOW).join(OLGA, "p-1", driver)
    return policy


def why_of(decision: HoldDecision, code: str) -> dict[str, Any]:
    assert refusal_of(decision) == code
    assert decision.refusal is not None
    assert decision.refusal.why is not None
    return decision.refusal.why.parameters()


def ends_at(decision: HoldDecision, code: str) -> datetime:
    return datetime.fromisoformat(why_of(decision, code)["ends_at"])


ONE_EACH = [
    ({"open_reservations_per_driver": 1}, 300, "too_many_reservations"),
    ({}, 30, "driver_booked_already"),
    (MANY | {"fair_use": FairUse(weekly=HOUR)}, 300, "weekly_hours_used"),
    (MANY | {"fair_use": FairUse(longest_stay=4 * HOUR)}, 60, "stay_too_long"),
]


@pytest.mark.parametrize(("over", "start", "code"), ONE_EACH)
async def test_of_two_bookings_of_one_person_at_once_one_is_refused_and_told_until_when(
    sessions: Sessions, over: dict[str, Any], start: float, code: str
) -> None:
    """By two accounts that are joined, each on a connection of its own; by others both are had."""
    await opened(sessions, "me", "too", **over)
    length = 240 if code == "stay_too_long" else 60
    then = 240 if length == 240 else start
    first, second = ask("a", 0, length), ask("b", then, 60, "too")
    answers = await asyncio.gather(place_at(sessions, first), place_at(sessions, second))
    (refused,) = [answer for answer in answers if answer.refusal]
    assert ends_at(refused, code) > NOW
    strangers = [ask("c", 0, length, "x"), ask("d", then, 60, "y")]
    assert [(await place_at(sessions, one)).refusal for one in strangers] == [None, None]


async def test_a_week_is_full_until_the_next_and_what_was_given_back_does_not_count(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, **MANY, fair_use=FairUse(weekly=3 * HOUR))
    assert (await holds.place_hold(ask("a", 0, 120))).held is not None
    assert (await holds.place_hold(ask("b", 2 * 1440))).held is not None
    refused = await holds.place_hold(ask("c", 1440))
    next_monday = datetime.fromisoformat("2030-06-10T00:00:00+02:00")
    assert ends_at(refused, "weekly_hours_used") == next_monday
    assert (await holds.place_hold(ask("d", 7 * 1440, 180))).held is not None
    released = ReleaseHolds(code=ask("b").code, reason=ReleaseReason.CANCELLED, now=NOW)
    await holds.release_holds(released)
    assert (await holds.place_hold(ask("c", 1440))).held is not None
    used = ReleaseHolds(code=ask("c").code, reason=ReleaseReason.COMPLETED, now=NOW)
    await holds.release_holds(used)
    assert refusal_of(await holds.place_hold(ask("e", 2 * 1440))) == "weekly_hours_used"


async def test_slots_that_follow_one_another_may_last_so_long_also_by_moving_and_extending(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await opened(sessions, **MANY, fair_use=FairUse(longest_stay=4 * HOUR, pause=HOUR / 2))
    booked = await holds.place_hold(ask("a", 0, 180))
    assert ends_at(await holds.place_hold(ask("b", 195, 120)), "stay_too_long") == make_slot(210).start
    later = await holds.place_hold(ask("b", 210, 120))
    assert later.held is not None
    for decision, booking, slot, keeps in (
        (later, ask("b"), make_slot(195, 120), False),
        (booked, ask("a"), make_slot(0, 195), True),
    ):
        changed = move(decision, booking, slot=slot, terms=decision.terms, keep_connector=keeps)
        assert refusal_of(await holds.move_hold(changed)) == "stay_too_long"
    shorter = move(booked, ask("a"), slot=make_slot(0, 150), terms=booked.terms, keep_connector=True)
    assert (await holds.move_hold(shorter)).held is not None


async def test_who_misses_too_many_cools_off_with_every_account(
    holds: HoldActivities, sessions: Sessions
) -> None:
    rules = FairUse(no_shows=NoShowRules(most=2, within=30 * DAY, cooling_off=7 * DAY))
    policy = await opened(sessions, "me", "too", fair_use=rules)
    began = NOW - 3 * DAY
    for who, at in (("me", NOW - 20 * DAY), ("too", began), ("else", NOW - 4 * DAY)):
        code = f"missed-{who}"
        view = view_of(
            code,
            state="NO_SHOW",
            driver_id=who,
            slot_start=at,
            slot_end=at + HOUR,
            terms=make_terms(policy=policy),
        )
        await publish(sessions, view, closed=True)
    for who in ("me", "too"):
        assert ends_at(await holds.place_hold(ask(who, who=who)), "cooling_off") == began + 7 * DAY
    assert (await holds.place_hold(ask("else", who="else"))).held is not None
    over = ask("me", 5 * 1440, now=began + 7 * DAY)
    assert (await holds.place_hold(over)).held is not None


@pytest.mark.parametrize("waived_last", [True, False])
async def test_a_no_show_counts_by_its_own_newest_bill_whatever_others_were_billed_since(
    holds: HoldActivities, sessions: Sessions, waived_last: bool
) -> None:
    """One was charged, another's fee was waived by a second bill."""
    rules = FairUse(no_shows=NoShowRules(most=1, within=30 * DAY, cooling_off=7 * DAY))
    policy = await opened(sessions, fair_use=rules, no_show_fee=Money(500, "EUR"))
    began = NOW - 3 * DAY
    bills = [("charged", "settle", True), ("waived", "settle", True), ("waived", "settle-2", False)]
    for who in ("charged", "waived"):
        view = view_of(
            f"missed-{who}",
            state="NO_SHOW",
            driver_id=who,
            slot_start=began,
            slot_end=began + HOUR,
            terms=make_terms(policy=policy),
        )
        await publish(sessions, view, closed=True)
    for who, step, charged in bills if waived_last else [*bills[1:], bills[0]]:
        await _billed(sessions, f"missed-{who}", step, charged=charged)
    assert ends_at(await holds.place_hold(ask("a", who="charged")), "cooling_off") == began + 7 * DAY
    assert (await holds.place_hold(ask("b", who="waived"))).held is not None


async def _billed(sessions: Sessions, code: str, step: str, *, charged: bool) -> None:
    fee = 500 if charged else 0
    bill = Settlement(
        reservation_code=code, step=step, outcome="NO_SHOW", currency="EUR", charge_minor=fee, credit_minor=0,
        energy_wh=0, somebody_waits=False, occupancy_percent=0, priced_at=NOW,
    )  # fmt: skip
    async with sessions.begin() as session:
        session.add(bill)
        await session.flush()
        if charged:
            line = {"kind": LineKind.NO_SHOW, "cause": "driver", "amount_minor": fee}
            session.add(SettlementLine(settlement_id=bill.id, position=1, **line))
