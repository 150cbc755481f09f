"""Groups at the desk: what is undone of one that cannot be had as a whole."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from api.desk.desk import open_desk
from api.desk.group_orders import GroupOrder, Member
from api.desk.limits import Limits
from contracts.reservation import BookDecision, BookOutcome, BookRequest
from db.engine import Sessions
from tests.api.desk.players import FLEET, PlayedDebts, PlayedGateways, PlayedReservations
from tests.api.stage import END, NOW, START, view_of
from workflows.client.failures import NoAnswerYet, TemporalAway


class FirstDeclined(PlayedReservations):
    """The card of the first pays for nothing, who comes second has an answer, of the third nobody says anything."""

    async def book(self, request: BookRequest, *, patience: timedelta) -> BookDecision:
        number = len(self.booked)
        decision = await super().book(request, patience=patience)
        if number > 1:
            raise NoAnswerYet("not in time")
        return decision if number else BookDecision(outcome=BookOutcome.DECLINED, view=view_of(request.code))


async def test_who_is_not_decided_yet_is_undone_with_the_others(sessions: Sessions) -> None:
    workflows = FirstDeclined()
    desk = open_desk(
        sessions=sessions,
        reservations=workflows,
        gateways=PlayedGateways(),
        debts=PlayedDebts(),
        stripe_webhook_secret="",
        clock=lambda: NOW,
        limits=Limits(),
    )
    order = GroupOrder(
        site_id="north",
        start=datetime.fromisoformat(START),
        end=datetime.fromisoformat(END),
        members=(Member(driver_id="fleet-1-driver"),) * 3,
    )
    group = await desk.groups.book(FLEET, "three", order)
    assert [one.decision for one in group.members].count(None) == 1
    undone = {request.code for request in workflows.booked[1:]}
    assert {(act.code, act.action) for act in workflows.acts} == {
        (code, "operator_cancel") for code in undone
    }
    workflows.acts.clear()
    workflows.booked.clear()
    workflows.fails_acts = TemporalAway("away")
    day = timedelta(days=1)
    start, end = datetime.fromisoformat(START) + day, datetime.fromisoformat(END) + day
    next_day = replace(order, start=start, end=end, members=order.members[:2])
    with pytest.raises(TemporalAway):
        await desk.groups.book(FLEET, "again", next_day)
    assert {act.code for act in workflows.acts} == {request.code for request in workflows.booked[1:]}
