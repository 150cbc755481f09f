"""The one table of actions: who may ask, when, with what, and an example that works now.

Update handlers, validators, routes, OpenAPI and the descriptions in Temporal are derived from it; the wording is the
message catalogue's (`action.<name>`). A new action is an entry here and a method of its name in one of the phases of
`workflows.reservation`; CONTRIBUTING.md has each step.
"""

from collections.abc import Callable
from datetime import timedelta

from domain.errors import (
    BayChanged,
    BayCostsTooMuch,
    BayTaken,
    BayUnfit,
    BeyondTierHorizon,
    BudgetExceeded,
    ChargerOffline,
    ConnectorLesser,
    CostNotAccepted,
    EnergyBeyondSlot,
    ExtensionUsed,
    OutsideArrivalWindow,
    PriceNotAccepted,
    ProposalSuperseded,
    SiteClosed,
    SlotInvalid,
    SlotUnavailable,
    StartRejected,
    StayTooLong,
    StopRejected,
    SwapNotPossible,
    SwapOfferOver,
    UnderMaintenance,
    UnknownBay,
    UnknownConnector,
    UnknownSwapOffer,
    UnknownVehicle,
    WeeklyHoursUsed,
)
from domain.reservation.actions import meant, rules
from domain.reservation.actions.action import Action, Actor, Situation
from domain.reservation.actions.messages import (
    AnswerMove,
    AtBay,
    Cancel,
    Extend,
    Message,
    OnMyWay,
    Operate,
    Reassign,
    Reschedule,
    RescheduleAsked,
    Shorten,
    Swap,
    Waive,
)


def _reason(text: str) -> Callable[[Situation], Message]:
    return lambda _: Operate(reason=text)


def _later(at: Situation) -> Message:
    """Of the same length, right behind it."""
    slot, cost = at.slot.moved_to(at.slot.end), at.change_cost
    return Reschedule(
        start=slot.start, end=slot.end, accepted_cost=None if cost is None or cost.is_zero else cost
    )


def _earlier(at: Situation) -> Message:
    """One step of the grid, or half of what is left."""
    left = at.slot.end - max(at.now, at.slot.start)
    return Shorten(end=at.slot.end - (at.step or left / 2))


def _soon(at: Situation) -> Message:
    """Ten minutes into the slot, or less of a short one."""
    earliest = max(at.now, at.slot.start)
    return OnMyWay(eta=earliest + min(timedelta(minutes=10), (at.slot.end - earliest) / 2))


def _to_the_proposal(at: Situation) -> Message:
    return AnswerMove(proposal=at.proposal)


ACTIONS: tuple[Action, ...] = (
    Action(
        name="cancel",
        by=Actor.DRIVER,
        path="cancel",
        rule=rules.cancel,
        takes=Cancel,
        example=lambda _: Cancel(reason="plans changed"),
        refusals=(CostNotAccepted,),
    ),
    Action(
        name="reschedule",
        by=Actor.DRIVER,
        path="reschedule",
        rule=rules.reschedule,
        takes=Reschedule,
        asked=RescheduleAsked,
        example=_later,
        refusals=(
            EnergyBeyondSlot,
            UnknownVehicle,
            UnknownBay,
            BayUnfit,
            BayTaken,
            BayCostsTooMuch,
            SlotUnavailable,
            SiteClosed,
            BeyondTierHorizon,
            UnderMaintenance,
            SlotInvalid,
            WeeklyHoursUsed,
            StayTooLong,
            BudgetExceeded,
            CostNotAccepted,
            PriceNotAccepted,
        ),
    ),
    Action(
        name="swap",
        by=Actor.DRIVER,
        path="swap",
        rule=rules.swap,
        takes=Swap,
        example=lambda _: Swap(offer="7F3K-2QVM-X9TA"),
        refusals=(
            UnknownSwapOffer,
            SwapOfferOver,
            SwapNotPossible,
            SlotUnavailable,
            SiteClosed,
            BeyondTierHorizon,
            UnderMaintenance,
            SlotInvalid,
            WeeklyHoursUsed,
            StayTooLong,
            BudgetExceeded,
            PriceNotAccepted,
        ),
    ),
    Action(
        name="extend",
        by=Actor.DRIVER,
        path="extend",
        rule=rules.extend,
        takes=Extend,
        example=lambda at: Extend(end=at.slot.end + at.step),
        refusals=(
            SlotUnavailable,
            SiteClosed,
            UnderMaintenance,
            SlotInvalid,
            WeeklyHoursUsed,
            StayTooLong,
            BudgetExceeded,
        ),
    ),
    Action(
        name="shorten",
        by=Actor.DRIVER,
        path="shorten",
        rule=rules.shorten,
        takes=Shorten,
        example=_earlier,
        refusals=(SlotInvalid,),
    ),
    Action(
        name="on_my_way",
        by=Actor.DRIVER,
        path="on-my-way",
        rule=rules.on_my_way,
        takes=OnMyWay,
        example=_soon,
        refusals=(ExtensionUsed, OutsideArrivalWindow, SlotInvalid),
    ),
    Action(
        name="check_in",
        by=Actor.DRIVER,
        path="check-in",
        rule=rules.check_in,
        takes=AtBay,
        meant=meant.is_at_this_bay,
        example=lambda _: AtBay(),
        refusals=(BayChanged, OutsideArrivalWindow, SlotUnavailable),
    ),
    Action(
        name="start_charging",
        by=Actor.DRIVER,
        path="start",
        rule=rules.start_charging,
        takes=AtBay,
        meant=meant.is_at_this_bay,
        example=lambda _: AtBay(),
        refusals=(BayChanged, ChargerOffline, OutsideArrivalWindow, SlotUnavailable, StartRejected),
    ),
    Action(
        name="stop_charging",
        by=Actor.DRIVER,
        path="stop",
        rule=rules.stop_charging,
        refusals=(ChargerOffline, StopRejected),
    ),
    Action(
        name="accept_move",
        by=Actor.DRIVER,
        path="accept-move",
        rule=rules.accept_move,
        takes=AnswerMove,
        meant=meant.answers_this_proposal,
        example=_to_the_proposal,
        refusals=(ProposalSuperseded,),
    ),
    Action(
        name="decline_move",
        by=Actor.DRIVER,
        path="decline-move",
        rule=rules.decline_move,
        takes=AnswerMove,
        meant=meant.answers_this_proposal,
        example=_to_the_proposal,
        refusals=(ProposalSuperseded,),
    ),
    Action(
        name="operator_cancel",
        by=Actor.OPERATOR,
        path="cancel",
        rule=rules.operator_cancel,
        takes=Operate,
        example=_reason("the site lost power"),
    ),
    Action(
        name="reassign",
        by=Actor.OPERATOR,
        path="reassign",
        rule=rules.reassign,
        takes=Reassign,
        example=lambda _: Reassign(reason="the bay is blocked"),
        refusals=(SlotUnavailable, UnknownConnector, ConnectorLesser),
    ),
    Action(
        name="waive",
        by=Actor.OPERATOR,
        path="waive",
        rule=rules.waive,
        takes=Waive,
        example=lambda _: Waive(kind="no_show", reason="the road was closed"),
        while_ending=True,
    ),
    Action(
        name="force_release",
        by=Actor.OPERATOR,
        path="force-release",
        rule=rules.force_release,
        takes=Operate,
        example=_reason("the charger was taken down"),
    ),
    Action(
        name="resolve",
        by=Actor.OPERATOR,
        path="resolve",
        rule=rules.resolve,
        takes=Operate,
        example=_reason("released by hand"),
        while_ending=True,
        before_terms=rules.needs_attention,
    ),
)

BY_NAME = {action.name: action for action in ACTIONS}
