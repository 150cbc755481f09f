"""Whether a promise was kept: failures are ours, and who gives up while nothing is wrong says nothing."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.causes import Cause
from domain.charging.trouble import TroubleCause
from domain.money.amount import Money
from domain.reservation.lifecycle import Course, State
from domain.settlement.pricing import settle
from domain.settlement.promise_kept import PromiseKept, promise_kept
from domain.settlement.surroundings import Surroundings
from domain.terms.credits import CreditRules
from tests.domain.builders import at, make_leg, make_progress, make_trouble
from tests.factories.policies import make_policy, make_terms

KEPT = PromiseKept()
FAULT = Cause.CHARGER_FAULT
POLICY = make_policy(fault_watch=timedelta(hours=2), fault_debounce=timedelta(minutes=1))
SERVED: dict[str, Any] = {
    "arrived_at": at(0),
    "transaction_started_at": at(1),
    "transaction_ended_at": at(50),
    "departed_at": at(55),
}


def found(state: State, **over: Any) -> PromiseKept | None:
    course = over.pop("course", Course.CLOSED)
    return promise_kept(make_progress(state, course=course, **over), POLICY, None)


def broken(since: float, until: float | None = None) -> dict[str, Any]:
    return {"troubles": [make_trouble(TroubleCause.FAULT, at(since), None if until is None else at(until))]}


@pytest.mark.parametrize(
    ("state", "over", "expected"),
    [
        (State.COMPLETED, SERVED, KEPT),
        (State.SETTLING, SERVED | {"course": Course.ENDING}, KEPT),
        (State.CHARGING, SERVED | {"course": Course.UNDER_WAY}, None),
        (State.COMPLETED, {"arrived_at": at(0), "departed_at": at(40)}, KEPT),
        (State.NO_SHOW, {"no_show_at": at(15)}, KEPT),
        (State.NO_SHOW, {"no_show_at": at(15)} | broken(5), PromiseKept(failed_for=FAULT)),
        (State.CANCELLED, {"cancelled_at": at(-90)}, None),
        (State.CANCELLED, {"cancelled_at": at(-90)} | broken(-95), PromiseKept(failed_for=FAULT)),
        (State.CANCELLED, {"cancelled_at": at(-600)} | broken(-605), None),
        (State.CANCELLED, {"ended_by": Cause.OPERATOR}, PromiseKept(failed_for=Cause.OPERATOR)),
        (State.EXPIRED, {}, None),
        (State.CANCELLED, {"never_confirmed": True, "ended_by": Cause.OPERATOR}, None),
        (State.DECLINED, {}, None),
        (State.UNFULFILLED, {}, PromiseKept(failed_for=Cause.SYSTEM)),
        (State.UNFULFILLED, broken(-5), PromiseKept(failed_for=FAULT)),
        (State.COMPLETED, SERVED | {"rerouted_for": [FAULT]}, PromiseKept(failed_for=FAULT)),
        (
            State.COMPLETED,
            {"arrived_at": at(0), "departed_at": at(30)} | broken(1),
            PromiseKept(failed_for=FAULT),
        ),
    ],
)
def test_what_counts_as_kept(state: State, over: dict[str, Any], expected: PromiseKept | None) -> None:
    assert found(state, **over) == expected


def test_who_is_compensated_for_waiting_was_not_served_as_promised() -> None:
    waited = SERVED | {"waited_until": at(40), "transaction_started_at": at(40)} | broken(-10, 40)
    terms = make_terms(policy=make_policy(credits=CreditRules(waited=Money(100, "EUR"))))
    progress = make_progress(State.SETTLING, course=Course.ENDING, **waited)
    bill = settle(progress, terms, (make_leg(),), Surroundings(somebody_waits=True, occupancy_percent=50))
    assert promise_kept(progress, terms.policy, bill) == PromiseKept(failed_for=FAULT)


@given(some.sampled_from(list(State)), some.lists(some.sampled_from(list(Cause)), max_size=2))
def test_no_driver_is_blamed(state: State, causes: list[Cause]) -> None:
    told = found(state, rerouted_for=causes)
    assert told is None or told.failed_for is None or told.failed_for.is_operators
