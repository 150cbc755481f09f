"""The page that tells the life of a reservation leaves out nothing that the rules can bring up."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from contracts.reservation import BookRequest
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind, HoldLoss
from domain.reservation.actions.table import ACTIONS
from domain.reservation.deadlines import deadlines
from domain.reservation.lifecycle import FINAL, DepositState, State
from domain.reservation.sign import Sign
from domain.reservation.signs import signs_of
from tests.domain.builders import END, START, at, make_event, make_progress
from tests.factories.policies import make_policy
from workflows.engine.step import StepUnderWay
from workflows.reservation.life import Life
from workflows.reservation.record import Record

AT_REST = [
    s for s in State if s not in FINAL - {State.NO_SHOW} | {State.REQUESTED, State.REROUTING, State.SETTLING}
]
POLICY = make_policy()
FACTS: list[dict[str, Any]] = [
    {},
    {"fault_since": at(-5), "offline_since": at(-5)},
    {"contested": True, "payment_due_at": START},
    {"deposit": DepositState.CARD_SAVED},
    {"transaction_ended_at": at(5), "transaction_id": "1"},
    {"cable_left_in": True, "end_of_slot_handled": True},
    {"there_since_before": True, "presumed_gone_at": at(9)},
]
IGNORED = {
    # Said of the charger in every state; only a hold on it has to be pushed again.
    Sign.CHARGER_FORGOT,
    Sign.CHARGER_BACK,
    Sign.HOLD_LOST,
}


def life() -> Life:
    request = BookRequest(
        code="x", account="a", driver_id="d", site_id="s", start=START, end=END, book_by=START
    )
    return Life(
        Record(request=request, progress=make_progress(), clock=lambda: START), StepUnderWay(lambda: 0)
    )


@pytest.mark.parametrize("state", AT_REST)
def test_every_deadline_leads_to_a_step(state: State) -> None:
    chapter = life().chapters[state]
    for facts in FACTS:
        found = {deadline.kind for deadline in deadlines(make_progress(state, **facts), POLICY)}
        assert found <= chapter.deadlines.keys()


@pytest.mark.parametrize("state", AT_REST)
def test_every_sign_of_a_charger_leads_to_a_step(state: State) -> None:
    chapter = life().chapters[state]
    kinds = product(ChargerEventKind, [None, *ConnectorStatus], ["", HoldLoss.NO_TRANSACTION], ["1", "2"])
    for facts, (kind, status, detail, transaction) in product(FACTS, kinds):
        event = make_event(
            kind,
            status=status,
            detail=detail,
            transaction_id=transaction,
            connector_id=11,
            matches_driver=True,
            at=at(0) + timedelta(minutes=6),
        )
        found = set(signs_of(event, make_progress(state, **facts)))
        assert found - IGNORED <= chapter.signs.keys(), (kind, status)


@pytest.mark.parametrize("state", [s for s in State if s not in AT_REST])
def test_nothing_is_awaited_where_a_reservation_does_not_rest(state: State) -> None:
    assert state not in life().chapters


def test_each_action_is_carried_out_by_exactly_one_phase() -> None:
    told = life()
    phases = (told._booking, told._hold, told._stay, told._reroute, told._asking, told._ending)
    for action in ACTIONS:
        assert sum(hasattr(phase, action.name) for phase in phases) == 1, action.name
