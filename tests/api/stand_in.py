"""A stand-in of the reservation workflow: the same names and messages, no rules, no activities.

It documents what the API relies on. What the real workflow decides is tested with the whole stack.
The request steers it: `pool_id` `full` is declined with an alternative, `undecided` never decides, `awaited` may be
late; `payment_method` `pm_refused` is declined, none asks for payment. A cancel reason `refuse:<code>` is refused so, a
swap for DEARER_OFFER is until its price is accepted.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from contracts.alternatives import Alternative
from contracts.publication import ReservationView, TimelineEntry
from contracts.reservation import BookDecision, BookOutcome, BookRequest
from domain.errors import CostNotAccepted, Explanation, PriceNotAccepted, ProposalSuperseded
from domain.facts.refused_actions import AnotherProposed, ChangeCosts, SlotOver, SlotPriceRises
from domain.facts.refused_bookings import AnotherCardNeeded, KeptForOthers, NoConnectorFree
from domain.money.amount import Money
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from domain.reservation.actions.messages import (
    AnswerMove,
    AtBay,
    Cancel,
    Extend,
    OnMyWay,
    Operate,
    Reassign,
    Reschedule,
    Shorten,
    Swap,
    Waive,
)
from tests.factories.policies import make_terms

SUPERSEDED = 41
"""The number of a proposal that another one has taken the place of."""
DEARER_OFFER = "0000-DEAR-0000"
DEARER = SlotPriceRises(energy_per_kwh=Money(66, "EUR"), time_per_minute=Money(2, "EUR"))
_WHEREVER, _WHICHEVER = AtBay(), AnswerMove()


@workflow.defn(name="ReservationWorkflow")
class StandInWorkflow:
    @workflow.init
    def __init__(self, request: BookRequest) -> None:
        self._request = request
        self._decision: BookDecision | None = None
        self._view = ReservationView(
            code=request.code,
            state="REQUESTED",
            driver_id=request.driver_id,
            account=request.account,
            fleet_id=request.fleet_id,
            site_id=request.site_id,
            site_name="Stand-in",
            site_address="Stand Street 1",
            site_distance_m=1_234,
            slot_start=request.start,
            slot_end=request.end,
            id_tag="STANDIN",
            deposit=Money(0, "EUR"),
        )

    @workflow.run
    async def run(self, request: BookRequest) -> None:
        if request.pool_id == "undecided":
            await workflow.wait_condition(lambda: False)
        self._decision = self._decide()
        if self._decision.outcome is not BookOutcome.DECLINED:
            await workflow.wait_condition(lambda: self._view.state == "CANCELLED")
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def book(self) -> BookDecision:
        await workflow.wait_condition(lambda: self._decision is not None)
        assert self._decision is not None
        return self._decision

    @workflow.update
    async def cancel(self, message: Cancel) -> ReservationView:
        cost = "" if message.accepted_cost is None else f"for {message.accepted_cost}"
        return self._note(f"cancel {message.reason}{cost}", state="CANCELLED")

    @cancel.validator
    def _may_cancel(self, message: Cancel) -> None:
        if message.reason.startswith("refuse:"):
            code = message.reason.removeprefix("refuse:")
            why = Explanation.of(SlotOver(end=self._view.slot_end), "Europe/Berlin")
            raise ApplicationError("the stand-in refuses", why, type=code)

    @workflow.update
    async def reschedule(self, message: Reschedule) -> ReservationView:
        self._view = replace(self._view, slot_start=message.start, slot_end=message.end)
        return self._note("reschedule" if message.accepted_cost is None else f"for {message.accepted_cost}")

    @reschedule.validator
    def _may_reschedule(self, message: Reschedule) -> None:
        cost = Money(200, "EUR")
        if message.accepted_cost is not None and message.accepted_cost < cost:
            why = Explanation.of(ChangeCosts(cost=cost), "Europe/Berlin")
            raise ApplicationError("the stand-in refuses", why, type=CostNotAccepted.code)

    @workflow.update
    async def swap(self, message: Swap) -> ReservationView:
        return self._note(f"swap {json.dumps([asdict(message)], sort_keys=True)}")

    @swap.validator
    def _may_swap(self, message: Swap) -> None:
        energy = message.accepted_energy_per_kwh
        if message.offer == DEARER_OFFER and (energy is None or energy < DEARER.energy_per_kwh):
            raise ApplicationError("the stand-in refuses", Explanation.of(DEARER), type=PriceNotAccepted.code)

    @workflow.update
    async def extend(self, message: Extend) -> ReservationView:
        self._ends(message.end)
        return self._note("extend")

    @workflow.update
    async def shorten(self, message: Shorten) -> ReservationView:
        self._ends(message.end)
        return self._note("shorten")

    @workflow.update
    async def on_my_way(self, message: OnMyWay) -> ReservationView:
        return self._note(f"on_my_way {message.eta.isoformat()}")

    @workflow.update
    async def check_in(self, message: AtBay = _WHEREVER) -> ReservationView:
        return self._note(_naming("check_in", message.at_connector), state="ARRIVED")

    @workflow.update
    async def start_charging(self, message: AtBay = _WHEREVER) -> ReservationView:
        return self._note(_naming("start_charging", message.at_connector))

    @workflow.update
    async def accept_move(self, message: AnswerMove = _WHICHEVER) -> ReservationView:
        return self._note(_naming("accept_move", message.proposal))

    @workflow.update
    async def decline_move(self, message: AnswerMove = _WHICHEVER) -> ReservationView:
        return self._note(_naming("decline_move", message.proposal))

    @workflow.update
    async def stop_charging(self) -> ReservationView:
        return self._note("stop_charging")

    @workflow.update
    async def operator_cancel(self, message: Operate) -> ReservationView:
        return self._note(f"operator_cancel by {message.operator}: {message.reason}")

    @workflow.update
    async def force_release(self, message: Operate) -> ReservationView:
        return self._note(f"force_release by {message.operator}: {message.reason}")

    @workflow.update
    async def resolve(self, message: Operate) -> ReservationView:
        return self._note(f"resolve by {message.operator}: {message.reason}")

    @workflow.update
    async def reassign(self, message: Reassign) -> ReservationView:
        return self._note(f"reassign by {message.operator} to {message.connector_id}")

    @workflow.update
    async def waive(self, message: Waive) -> ReservationView:
        return self._note(f"waive {message.kind} by {message.operator}")

    @workflow.update(dynamic=True)
    async def any_other(self, name: str, asked: Sequence[RawValue]) -> ReservationView:
        """Whatever else the table of actions has, or a test's own table; told with what it was given."""
        given = [workflow.payload_converter().from_payload(value.payload) for value in asked]
        return self._note(f"{name} {json.dumps(given, sort_keys=True)}")

    @workflow.query
    def view(self) -> ReservationView:
        return self._view

    @accept_move.validator
    def _answers_one_of_before(self, message: AnswerMove = _WHICHEVER) -> None:
        if message.proposal == SUPERSEDED:
            why = Explanation.of(AnotherProposed(proposal=SUPERSEDED + 1, bay="Bay 8"))
            raise ApplicationError("the stand-in refuses", why, type=ProposalSuperseded.code)

    def _ends(self, end: datetime) -> None:
        """After it begins, as the real one sees to."""
        self._view = replace(self._view, slot_end=max(end, self._view.slot_start + timedelta(minutes=1)))

    def _note(self, text: str, state: str | None = None) -> ReservationView:
        entry = TimelineEntry(at=workflow.now(), code=text, parameters={})
        self._view = replace(
            self._view, state=state or self._view.state, timeline=(*self._view.timeline, entry)
        )
        return self._view

    def _decide(self) -> BookDecision:
        request = self._request
        if request.pool_id == "full":
            self._view = replace(self._view, state="DECLINED", decline_code="slot_unavailable")
            later = Slot(request.start + timedelta(hours=1), request.end + timedelta(hours=1))
            alternative = Alternative(
                site_id=request.site_id,
                site_name="Stand-in",
                site_address="Stand Street 1",
                pool_id="north-dc",
                slot=later,
                power_w=150_000,
                distance_m=0,
                reservation_fee=Money(300, "EUR"),
                agreed=Money(357, "EUR"),
                is_fee=True,
                reason=OfferReason.OTHER_TIME_HERE,
                quote="0123456789abcdef01234567",
                connector_type="IEC_62196_T2_COMBO",
                accessible=True,
            )
            return BookDecision(
                outcome=BookOutcome.DECLINED,
                view=self._view,
                decline_code="slot_unavailable",
                why=Explanation.of(NoConnectorFree()),
                alternatives=(alternative,),
            )
        if request.pool_id == "kept":
            self._view = replace(self._view, state="DECLINED", decline_code="no_access")
            why = Explanation.of(KeptForOthers(who="Taxis", opens=request.end))
            return BookDecision(
                outcome=BookOutcome.DECLINED, view=self._view, decline_code="no_access", why=why
            )
        if request.payment_method == "pm_refused":
            self._view = replace(self._view, state="DECLINED", decline_code="payment_declined")
            return BookDecision(
                outcome=BookOutcome.DECLINED,
                view=self._view,
                decline_code="payment_declined",
                why=Explanation.of(AnotherCardNeeded(words="")),
            )
        if request.payment_method is None:
            self._view = replace(self._view, state="AWAITING_PAYMENT", client_secret="pi_1_secret")
            return BookDecision(
                outcome=BookOutcome.PAYMENT_REQUIRED,
                view=self._view,
                client_secret="pi_1_secret",
                payment_due_at=workflow.now() + timedelta(minutes=10),
            )
        self._view = replace(self._view, state="CONFIRMED")
        if request.pool_id == "awaited":
            until, may = request.start + timedelta(minutes=15), ("on_my_way", "check_in")
            self._view = replace(self._view, terms=make_terms(), arrive_by=until, possible=may)
        return BookDecision(outcome=BookOutcome.CONFIRMED, view=self._view)


def _naming(action: str, number: int | None) -> str:
    return action if number is None else f"{action} {number}"
