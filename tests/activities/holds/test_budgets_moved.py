"""Another slot at a fleet's expense: who asks for it keeps to its budgets, what happens by itself does not."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from activities.holds.activities import HoldActivities
from contracts.holds import HoldDecision, PlaceHold
from db.engine import Sessions
from db.queries.money.budgets import uses_of
from domain.place.slots import Slot
from tests.activities.holds.hold_desk import hold_row, move
from tests.activities.holds.test_accounts import MINE
from tests.activities.holds.test_budgets import MONTH, REFUSED, account, budget, one_costs, told
from tests.activities.holds.test_swaps import EARLY, LATE, Pair
from tests.activities.money.account_desk import FLEET_ID
from tests.factories import make_booking, make_policy, make_slot, make_slot_rules

__all__ = ["account"]


async def held_by(holds: HoldActivities, name: str, **over: Any) -> tuple[PlaceHold, HoldDecision]:
    booking = make_booking(name, **(MINE | {"slot": make_slot()} | over))
    decision = await holds.place_hold(booking)
    assert decision.held is not None
    return booking, decision


async def moved(holds: HoldActivities, made: tuple[PlaceHold, HoldDecision], slot: Slot, **over: Any) -> str:
    """Why it is refused; empty: it is not."""
    booking, decision = made
    said = {"slot": slot, "terms": decision.terms, "by_request": True, "keep_connector": True} | over
    answer = await holds.move_hold(move(decision, booking, **said))
    return "" if answer.refusal is None else f"{answer.refusal.code} {answer.refusal.why.code}"


async def promised_of(sessions: Sessions, decision: HoldDecision) -> int:
    return (await hold_row(sessions, decision)).account_minor


async def promised(sessions: Sessions) -> int:
    async with sessions() as session:
        (use,) = await uses_of(session, FLEET_ID, MONTH)
    return use.promised.minor


async def test_what_is_asked_for_anew_fits_into_the_budget_or_stays_as_it_was(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    made = await held_by(holds, "a")
    await budget(sessions, cost)
    hour, longer, later = make_slot(), make_slot(0, 120), make_slot(240, 60)
    assert await moved(holds, made, longer) == "budget_exceeded beyond_budget"
    assert await moved(holds, made, make_slot(240, 120), keep_connector=False) == REFUSED[1]
    assert await promised(sessions) == cost
    row = await hold_row(sessions, made[1])
    assert (row.slot_start, row.slot_end) == (hour.start, hour.end)
    assert await moved(holds, made, later, keep_connector=False) == ""  # as dear, in the same month
    await budget(sessions, 3 * cost)
    assert await moved(holds, made, make_slot(240, 120)) == ""
    assert await moved(holds, made, make_slot(240, 120)) == ""  # again, by an attempt that was lost
    assert await told(sessions) == []
    assert await promised(sessions) > cost
    await budget(sessions, 0)  # what is less fits whatever the budget is
    assert await moved(holds, made, later) == ""
    assert await promised(sessions) == cost


async def test_what_happens_by_itself_is_counted_and_never_refused(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    made = await held_by(holds, "a")
    await budget(sessions, cost)
    assert await moved(holds, made, make_slot(0, 120), by_request=False) == ""
    assert await promised(sessions) > cost


async def test_another_month_has_a_budget_of_its_own(holds: HoldActivities, sessions: Sessions) -> None:
    cost = await one_costs(holds, sessions)
    made = await held_by(holds, "a")
    await budget(sessions, cost - 1)
    days = (MONTH.last - make_slot().start.date()).days + 2
    following = make_slot(days * 24 * 60, 60)
    assert made[1].terms is not None
    ahead = replace(made[1].terms, policy=make_policy(slots=make_slot_rules(horizon=timedelta(days=90))))
    said = {"keep_connector": False, "terms": ahead}
    assert await moved(holds, made, following, **said) == REFUSED[1]
    await budget(sessions, cost)
    assert await moved(holds, made, following, **said) == ""


async def test_of_slots_that_race_for_the_rest_of_a_budget_one_is_made_longer(
    holds: HoldActivities, sessions: Sessions
) -> None:
    cost = await one_costs(holds, sessions)
    made = [await held_by(holds, f"race-{n}", driver_id=f"driver-{n}") for n in range(4)]
    await budget(sessions, 4 * cost, center="")
    assert await moved(holds, made[0], make_slot(0, 120)) == "budget_exceeded beyond_budget_of_fleet"
    await budget(sessions, 5 * cost + cost // 2, center="")
    racing = [moved(HoldActivities(sessions), one, make_slot(0, 120)) for one in made]
    assert sorted(await asyncio.gather(*racing)) == ["", *["budget_exceeded beyond_budget_of_fleet"] * 3]


async def test_a_fleet_without_budgets_is_asked_nothing_more_for_another_slot(
    holds: HoldActivities, sessions: Sessions
) -> None:
    made = await held_by(holds, "a")
    seen: list[str] = []
    async with sessions() as session:
        engine = (await session.connection()).engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *what: seen.append(what[2]))
    by_itself = len(seen)
    assert await moved(holds, made, make_slot(0, 90), by_request=False) == ""
    plain = len(seen) - by_itself
    assert await moved(holds, made, make_slot(0, 120)) == ""
    assert len(seen) - by_itself == 2 * plain


async def test_a_swap_fits_into_the_budget_of_who_gets_the_dearer_slot(
    holds: HoldActivities, sessions: Sessions
) -> None:
    pair = Pair(holds, sessions)
    pair.ana = make_booking("ana", **(MINE | {"slot": EARLY}))
    pair.ben = make_booking("ben", **(MINE | {"slot": LATE, "driver_id": "you"}))
    await pair.booked(chargers=0)
    cost = await promised_of(sessions, pair.of_ana)
    both = cost + await promised_of(sessions, pair.of_ben)
    await budget(sessions, cost)  # of her cost center; he has none
    refused = (await holds.swap_holds(pair.taking())).refusal
    assert refused is not None
    assert (refused.code, refused.why.written) == ("swap_not_possible", {"reason": "budget_exceeded"})
    assert await pair.slots() == (EARLY, LATE)
    await budget(sessions, both)
    await budget(sessions, both, center="")
    assert (await holds.swap_holds(pair.taking())).refusal is None
    assert await pair.slots() == (LATE, EARLY)
