"""A late change costs what the late cancellation would have cost: told before, once, and never with our cause."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.trouble import TroubleCause
from domain.errors import CostNotAccepted
from domain.money.amount import Money, total
from domain.money.lines import TAXED, LineKind
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.costs_ahead import CostUntil, costs_of_cancelling, costs_of_changing, remaining
from domain.settlement.fees import cancellation_fee
from domain.settlement.late_change import change_cost, check_cost, gives_nothing_up, late_change
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.settlement.surroundings import Surroundings
from domain.terms.accepted import Terms
from domain.terms.policy import CancellationTier
from tests.domain.builders import at, make_leg, make_progress, make_trouble, window
from tests.factories.policies import make_policy, make_terms

QUIET = Surroundings(somebody_waits=False, occupancy_percent=0)
HOUR = timedelta(hours=1)
LATE = at(-30)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


tiers = st.lists(
    st.builds(
        CancellationTier,
        ahead=st.integers(0, 300).map(lambda minutes: timedelta(minutes=minutes)),
        fee=st.sampled_from([0, 200, 400, 900]).map(euros),
    ),
    max_size=4,
).map(tuple)
asks = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from([-60, -15, 0, 15, 180]), st.sampled_from([-30, 0, 60])),
    min_size=1,
    max_size=4,
)
"""Minutes passed since the one before, how far the start moves, how much longer it gets."""


def changed(progress: Progress, terms: Terms, slot: Slot, minutes: float) -> Money:
    """As the workflow does it; what the driver was told and accepted."""
    then = at(minutes)
    cost = change_cost(progress, terms, slot, then)
    progress.rescheduled(slot, late_change(progress, terms, slot, then))
    return cost


def lines(progress: Progress, terms: Terms, legs: int = 0) -> dict[str, int]:
    bill = settle(progress, terms, (make_leg(10_000),) * legs, QUIET)
    return {line.kind.value: line.amount.minor for line in bill.lines}


def with_tiers(*found: tuple[int, int], **over: object) -> Terms:
    """Minutes ahead, and the fee."""
    made = tuple(CancellationTier(ahead=timedelta(minutes=m), fee=euros(fee)) for m, fee in found)
    return make_terms(policy=make_policy(cancellation=made, **over))


FOUR_EUROS_LATE = with_tiers((60, 0), (0, 400))


@given(tiers, asks, st.sampled_from([State.CANCELLED, State.SETTLING, State.NO_SHOW, State.UNFULFILLED]))
def test_changes_cost_the_dearest_cancellation_that_they_spared_and_no_more_than_was_accepted(
    found: tuple[CancellationTier, ...], wishes: list[tuple[int, int, int]], outcome: State
) -> None:
    terms = make_terms(policy=make_policy(cancellation=found))
    progress, now, due, accepted = make_progress(), at(-300), euros(0), euros(0)
    for minutes, shift, longer in wishes:
        now += timedelta(minutes=minutes)
        old = progress.slot
        start = old.start + timedelta(minutes=shift)
        new = Slot(start, start + max(old.length + timedelta(minutes=longer), timedelta(minutes=15)))
        spared = euros(0) if gives_nothing_up(old, new) else cancellation_fee(terms.policy, old.start, now)
        accepted += change_cost(progress, terms, new, now)
        progress.rescheduled(new, late_change(progress, terms, new, now))
        due = max(due, spared)
    assert accepted == due
    progress.state = outcome
    if outcome is State.CANCELLED:
        progress.cancelled_at = now
    paid = lines(progress, terms, legs=outcome is State.SETTLING)
    change, cancelling = paid.get("change", 0), paid.get("cancellation", 0)
    match outcome:
        case State.CANCELLED:
            then = cancellation_fee(terms.policy, progress.slot.start, now).minor
            assert change + cancelling == max(due.minor, then)
            assert 0 in (change, cancelling)
        case State.UNFULFILLED:
            assert change == 0
        case _:
            assert change == due.minor


@given(tiers, st.integers(-400, 0), st.sampled_from([cause for cause in Cause if cause.is_operators]))
def test_with_our_cause_no_change_costs_anything(
    found: tuple[CancellationTier, ...], minutes: int, ours: Cause
) -> None:
    terms = make_terms(policy=make_policy(cancellation=found))
    later = window(180, 240)
    before = make_progress(rerouted_for=[ours])
    assert changed(before, terms, later, minutes).is_zero
    after = make_progress()
    changed(after, terms, later, minutes)
    after.rerouted_for.append(ours)
    ended = make_progress()
    changed(ended, terms, later, minutes)
    ended.ended_by = ours
    for story in (before, after, ended):
        for outcome in (State.CANCELLED, State.SETTLING, State.NO_SHOW, State.UNFULFILLED):
            story.state = outcome
            story.cancelled_at = at(minutes) if outcome is State.CANCELLED else None
            assert "change" not in lines(story, terms)


@given(st.integers(-200, 0), st.integers(-200, 0), st.integers(1, 100))
def test_trouble_that_stood_when_the_slot_was_given_up_bars_it_as_for_who_cancels(
    began: int, asked: int, lasting: int
) -> None:
    trouble = make_trouble(TroubleCause.FAULT, at(began), at(began + lasting))
    cancelled = make_progress(State.CANCELLED, cancelled_at=at(asked), troubles=[trouble])
    moved = make_progress(troubles=[trouble])
    told = changed(moved, FOUR_EUROS_LATE, window(600, 660), asked)
    assert told.minor == lines(cancelled, FOUR_EUROS_LATE).get("cancellation", 0)
    learnt_later = make_progress()
    changed(learnt_later, FOUR_EUROS_LATE, window(600, 660), asked)
    learnt_later.troubles.append(trouble)
    learnt_later.state = State.SETTLING
    assert lines(learnt_later, FOUR_EUROS_LATE).get("change", 0) == told.minor


def test_k8_2_moved_three_hours_on_and_then_cancelled() -> None:
    progress = make_progress()
    assert changed(progress, FOUR_EUROS_LATE, window(180, 240), -30) == euros(400)
    progress.cancelled(at(-29), Cause.DRIVER)
    assert lines(progress, FOUR_EUROS_LATE) == {"change": 400}


def test_who_changed_late_pays_it_beside_the_stay_and_untaxed() -> None:
    progress = make_progress()
    changed(progress, FOUR_EUROS_LATE, window(180, 240), -30)
    progress.state = State.SETTLING
    assert lines(progress, FOUR_EUROS_LATE, legs=1)["change"] == 400
    assert LineKind.CHANGE not in TAXED


@pytest.mark.parametrize(("legs", "charge"), [((), 200), ((make_leg(10_000, 30),), 795)])
def test_who_loses_the_slot_because_they_do_not_answer_their_bank_pays_it_and_what_they_charged(
    legs: tuple[ChargingLeg, ...], charge: int
) -> None:
    progress, terms = make_progress(State.LOCKED), make_terms()
    assert changed(progress, terms, window(240, 300), -180) == euros(200)
    progress.expired()
    assert settle(progress, terms, legs, QUIET).charge == euros(charge)


def test_cancelling_more_dearly_than_the_change_was_costs_only_that() -> None:
    terms = with_tiers((120, 0), (60, 200), (0, 900))
    progress = make_progress()
    assert changed(progress, terms, window(30, 90), -90) == euros(200)
    progress.cancelled(at(10), Cause.DRIVER)
    assert lines(progress, terms) == {"cancellation": 900}
    progress.waives(LineKind.CANCELLATION)
    assert lines(progress, terms) == {"change": 200}
    progress.waives(LineKind.CHANGE)
    assert lines(progress, terms) == {}


@pytest.mark.parametrize(
    ("slot", "fee"),
    [
        (window(0, 15), 0),  # keeps the start: they come when they said
        (window(0, 120), 0),
        (window(-30, 60), 0),  # has the old one within it
        (window(15, 60), 400),
        (window(-30, 30), 400),
        (window(180, 240), 400),
    ],
)
def test_what_gives_nothing_up_costs_nothing(slot: Slot, fee: int) -> None:
    assert change_cost(make_progress(), FOUR_EUROS_LATE, slot, LATE) == euros(fee)


def test_a_policy_may_let_drivers_change_late_for_nothing() -> None:
    terms = with_tiers((60, 0), (0, 400), late_change_costs=False)
    progress = make_progress()
    assert changed(progress, terms, window(180, 240), -30).is_zero
    progress.state = State.SETTLING
    assert "change" not in lines(progress, terms)


def test_less_than_it_costs_is_not_accepted_and_the_refusal_names_it() -> None:
    progress, later = make_progress(), window(180, 240)
    for accepted in (None, euros(399), Money(400, "SEK")):
        with pytest.raises(CostNotAccepted) as refusal:
            check_cost(progress, FOUR_EUROS_LATE, later, LATE, accepted=accepted)
        assert refusal.value.why.parameters() == {"cost": {"minor": 400, "currency": "EUR"}}
    for enough in (euros(400), euros(900)):
        assert check_cost(progress, FOUR_EUROS_LATE, later, LATE, accepted=enough) == euros(400)
    assert check_cost(progress, FOUR_EUROS_LATE, window(0, 30), LATE, accepted=None) is None


@given(tiers, st.integers(-400, -31), st.integers(-400, 60), st.booleans())
def test_what_is_told_ahead_is_what_it_costs_then(
    found: tuple[CancellationTier, ...], told_at: int, asked_at: int, changed_before: bool
) -> None:
    terms = make_terms(policy=make_policy(cancellation=found))
    progress = make_progress()
    if changed_before:
        progress.rescheduled(window(0, 60), late_change(progress, terms, window(200, 260), at(told_at)))
    now, then = at(told_at), at(max(told_at, asked_at))
    ahead = costs_of_cancelling(progress, terms, now)
    copied = replace(progress, state=State.CANCELLED, cancelled_at=then, ended_by=Cause.DRIVER)
    assert remaining(ahead, then)[0].cost == settle(copied, terms, (), QUIET).charge
    assert ahead[-1].until is None
    assert all(one.cost != other.cost for one, other in pairwise(ahead))
    changing = remaining(costs_of_changing(progress, terms, now), then)
    if changing:
        assert changing[0].cost == change_cost(progress, terms, window(200, 260), then)
    else:
        assert then > progress.slot.start - terms.policy.change_until
    assert total([one.cost for one in changing], "EUR").minor >= 0


def test_trouble_makes_it_free_from_the_fault_watch_on() -> None:
    broken = make_progress(fault_since=at(-400))
    terms = with_tiers((180, 0), (0, 400))
    assert costs_of_cancelling(broken, terms, at(-300)) == (
        CostUntil(cost=euros(0), until=at(-180)),
        CostUntil(cost=euros(400), until=at(-120) - timedelta(microseconds=1)),
        CostUntil(cost=euros(0), until=None),
    )
