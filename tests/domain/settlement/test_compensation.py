"""What is credited for how a promise was kept: never what a driver caused, never beyond the cap, never beside a fee."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.trouble import TroubleCause
from domain.money.amount import Money
from domain.money.bill import Bill
from domain.money.lines import FEES, Limit, LineKind, Quantity, Unit
from domain.reservation.lifecycle import State
from domain.settlement.pricing import settle
from domain.settlement.surroundings import Surroundings
from domain.terms.credits import CreditRules
from tests.domain.builders import at, make_assignment, make_leg, make_progress, make_trouble
from tests.factories.policies import make_policy, make_terms

AROUND = Surroundings(somebody_waits=True, occupancy_percent=50)
FAULT = Cause.CHARGER_FAULT
OURS = [cause for cause in Cause if cause.is_operators]


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


LADDER = CreditRules(moved=euros(200), moved_away=euros(300), waited=euros(100), cap=euros(450))


def billed(state: State, rules: CreditRules, **over: Any) -> Bill:
    progress = make_progress(state, **over)
    return settle(progress, make_terms(policy=make_policy(credits=rules)), (make_leg(),), AROUND)


def given_for(bill: Bill) -> list[tuple[Cause, int]]:
    return [(line.cause, -line.amount.minor) for line in bill.lines if line.kind is LineKind.COMPENSATION]


def waited(until: int, **over: Any) -> dict[str, Any]:
    fault = make_trouble(TroubleCause.FAULT, at(-10), at(until))
    return {"arrived_at": at(0), "waited_until": at(until), "troubles": [fault], **over}


@pytest.mark.parametrize(
    ("state", "over", "credited"),
    [
        (State.SETTLING, {}, []),
        (State.SETTLING, {"rerouted_for": [FAULT, FAULT]}, [(FAULT, 200)]),
        (State.SETTLING, {"rerouted_for": [Cause.DRIVER]}, []),
        (State.SETTLING, {"rerouted_for": [FAULT], "booked_site": "site-b"}, [(FAULT, 300)]),
        (State.SETTLING, {"rerouted_for": [FAULT], "ended_by": Cause.OPERATOR}, []),
        (State.CANCELLED, {"rerouted_for": [FAULT], "cancelled_at": at(-30)}, []),
        (State.NO_SHOW, {"rerouted_for": [FAULT], "no_show_at": at(15)}, []),
        (State.SETTLING, waited(10), []),
        (State.SETTLING, waited(11), [(FAULT, 100)]),
        (State.SETTLING, waited(26), [(FAULT, 200)]),
        (State.SETTLING, waited(26, there_since_before=True), []),
        (
            State.SETTLING,
            waited(50, rerouted_for=[FAULT], booked_site="site-b"),
            [(FAULT, 300), (FAULT, 150)],
        ),
        (State.UNFULFILLED, {"rerouted_for": [FAULT], "ended_by": Cause.SYSTEM}, [(Cause.SYSTEM, 450)]),
    ],
)
def test_the_ladder(state: State, over: dict[str, Any], credited: list[tuple[Cause, int]]) -> None:
    assert given_for(billed(state, LADDER, **over)) == credited


def test_nobody_waits_after_they_were_given_up() -> None:
    progress = make_progress(State.ARRIVED, arrived_at=at(0))
    progress.broke(TroubleCause.FAULT, at(0))
    progress.looks_for_another()
    progress.unfulfilled(FAULT, at(11))
    terms = make_terms(policy=make_policy(credits=CreditRules(waited=euros(100))))
    (unkept, waited) = settle(progress, terms, (), AROUND).lines
    assert (unkept.amount, waited.amount) == (euros(-500), euros(-100))
    assert (waited.quantity, waited.unit_price) == (Quantity(1, Unit.STEP), euros(-100))


@pytest.mark.parametrize("since_before", [False, True])
def test_who_charged_did_not_wait(since_before: bool) -> None:
    """The charger calls itself out of order while they charge, and they begin anew after it."""
    progress = make_progress(State.LOCKED)
    progress.is_there_since_before() if since_before else None
    progress.arrived(at(0))
    if not since_before:
        progress.charging_started("1", at(0))
    progress.broke(TroubleCause.UNAVAILABLE, at(0), whole_charger=True)
    progress.transaction_ended(at(50), "Local")
    progress.charging_started("2", at(51))
    progress.transaction_ended(at(58), "Local")
    progress.settles(at(58))
    terms = make_terms(policy=make_policy(credits=CreditRules(waited=euros(100))))
    assert given_for(settle(progress, terms, (make_leg(),), AROUND)) == []


def test_a_capped_line_says_so() -> None:
    bill = billed(State.SETTLING, CreditRules(waited=euros(100), cap=euros(150)), **waited(26))
    (line,) = [line for line in bill.lines if line.kind is LineKind.COMPENSATION]
    assert (line.amount, line.limited_by) == (euros(-150), Limit.POLICY_CAP)


def test_a_site_may_leave_causes_out() -> None:
    taken = CreditRules(moved=euros(200), not_for=(Cause.CONNECTOR_OCCUPIED,))
    assert given_for(billed(State.SETTLING, taken, rerouted_for=[Cause.CONNECTOR_OCCUPIED])) == []
    both = billed(State.SETTLING, taken, rerouted_for=[Cause.CONNECTOR_OCCUPIED, FAULT])
    assert given_for(both) == [(FAULT, 200)]


def test_by_default_only_what_was_not_kept_at_all_is_credited() -> None:
    moved = {"rerouted_for": [FAULT], "booked_site": "site-b"}
    assert given_for(billed(State.SETTLING, CreditRules(), **waited(50), **moved)) == []
    unkept = billed(State.UNFULFILLED, CreditRules(), ended_by=FAULT)
    assert given_for(unkept) == [(FAULT, 500)]


minutes = st.integers(-60, 120)
causes = st.sampled_from(list(Cause))
some_money = st.one_of(st.none(), st.integers(0, 1000).map(euros))
rules = st.builds(
    CreditRules,
    moved=some_money,
    moved_away=some_money,
    waited=some_money,
    waited_step=st.integers(1, 30).map(lambda count: timedelta(minutes=count)),
    waited_tolerance=st.integers(0, 30).map(lambda count: timedelta(minutes=count)),
    not_for=st.lists(st.sampled_from(OURS), max_size=2).map(tuple),
    cap=some_money,
)


@st.composite
def stories(draw: st.DrawFn) -> dict[str, Any]:
    spans = draw(st.lists(st.tuples(minutes, st.one_of(st.none(), st.integers(0, 90))), max_size=4))
    troubles = [
        make_trouble(
            draw(st.sampled_from(sorted(TroubleCause))),
            at(begin),
            None if length is None else at(begin + length),
            connector_number=draw(st.sampled_from([None, 1])),
        )
        for begin, length in spans
    ]
    instants = ("arrived_at", "transaction_started_at", "departed_at", "cancelled_at", "no_show_at")
    return {
        "assignment": make_assignment(site_id=draw(st.sampled_from(["site-a", "site-b"]))),
        "booked_site": draw(st.sampled_from(["", "site-a"])),
        "troubles": troubles,
        "rerouted_for": draw(st.lists(causes, max_size=3)),
        "ended_by": draw(st.one_of(st.none(), causes)),
        "there_since_before": draw(st.booleans()),
        **{name: draw(st.one_of(st.none(), minutes.map(at))) for name in instants},
    }


@given(st.sampled_from(State), rules, stories())
def test_no_fee_bears_our_cause_and_no_credit_a_drivers_nor_more_than_the_cap(
    state: State, given_rules: CreditRules, story: dict[str, Any]
) -> None:
    bill = billed(state, given_rules, **story)
    assert not [line for line in bill.lines if line.kind in FEES and line.cause.is_operators]
    credits = given_for(bill)
    assert all(cause.is_operators and amount > 0 for cause, amount in credits)
    if given_rules.cap is not None:
        assert sum(amount for _, amount in credits) <= given_rules.cap.minor
    if state not in (State.SETTLING, State.COMPLETED, State.UNFULFILLED):
        assert credits == []
    if state is not State.UNFULFILLED:
        assert not {cause for cause, _ in credits} & set(given_rules.not_for)
