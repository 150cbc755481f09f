"""The one table of actions: who may ask, when, with what, and an example that works now.

Update handlers, validators, routes, OpenAPI and the descriptions in Temporal are derived from it; the wording is the
message catalogue's (`action.<name>`). A new action is an entry here and a method of its name in one of the phases of
`workflows.reservation`; CONTRIBUTING.md has each step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import (
    BayCostsTooMuch,
    BayTaken,
    BayUnfit,
    BeyondTierHorizon,
    ChargerOffline,
    ConnectorLesser,
    CostNotAccepted,
    DomainError,
    EnergyBeyondSlot,
    ExtensionUsed,
    NotPossibleNow,
    OutsideArrivalWindow,
    PriceNotAccepted,
    ReservationPending,
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
from domain.facts import refused_actions as why
from domain.facts.refused_for_now import BeingDecided
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.actions import rules
from domain.reservation.actions.messages import (
    Asked,
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
from domain.reservation.actions.rules import Rule
from domain.reservation.lifecycle import Course
from domain.reservation.progress import Progress
from domain.terms.policy import Policy


class Actor(StrEnum):
    DRIVER = "driver"
    """Or their fleet."""
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What an example needs to be about something: the slot, the policy's grid, the time, and what a change costs."""

    slot: Slot
    step: timedelta
    now: datetime
    change_cost: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """`name`: of the update. `path`: last part of the route. `takes`: the message, None for none. `asked`: what callers
    say where the message is made of it; None: the message.

    `refusals`: what may refuse it beyond NotPossibleNow. `while_ending`: possible too when only money is left to do.
    `before_terms`: its rule while no terms have been accepted, as when a booking was declined; None: impossible then.
    """

    name: str
    by: Actor
    path: str
    rule: Rule
    takes: type[Message] | None = None
    asked: type[Asked] | None = None
    example: Callable[[Situation], Message] | None = None
    refusals: tuple[type[DomainError], ...] = ()
    while_ending: bool = False
    before_terms: Callable[[Progress], DomainError | None] | None = None

    @property
    def says(self) -> type[Asked] | None:
        """What callers say; None: nothing."""
        return self.asked or self.takes


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


ACTIONS: tuple[Action, ...] = (
    Action(
        name="cancel",
        by=Actor.DRIVER,
        path="cancel",
        rule=rules.cancel,
        takes=Cancel,
        example=lambda _: Cancel(reason="plans changed"),
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
        refusals=(SlotUnavailable, SiteClosed, UnderMaintenance, SlotInvalid, WeeklyHoursUsed, StayTooLong),
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
        refusals=(OutsideArrivalWindow, SlotUnavailable),
    ),
    Action(
        name="start_charging",
        by=Actor.DRIVER,
        path="start",
        rule=rules.start_charging,
        refusals=(ChargerOffline, OutsideArrivalWindow, SlotUnavailable, StartRejected),
    ),
    Action(
        name="stop_charging",
        by=Actor.DRIVER,
        path="stop",
        rule=rules.stop_charging,
        refusals=(ChargerOffline, StopRejected),
    ),
    Action(name="accept_move", by=Actor.DRIVER, path="accept-move", rule=rules.accept_move),
    Action(name="decline_move", by=Actor.DRIVER, path="decline-move", rule=rules.decline_move),
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


def possible_actions(progress: Progress, policy: Policy | None, now: datetime) -> tuple[Action, ...]:
    """The actions that `require` lets pass at `now` (aware UTC), the driver's first."""
    return tuple(action for action in ACTIONS if refusal(action, progress, policy, now) is None)


def require(action: Action, progress: Progress, policy: Policy | None, now: datetime) -> None:
    """Return when `action` is possible at `now` (aware UTC). `policy`: None while no terms have been accepted.

    Raises ReservationPending, NotPossibleNow, ExtensionUsed or OutsideArrivalWindow with a sentence that says what to
    do instead.
    """
    refused = refusal(action, progress, policy, now)
    if refused is not None:
        raise refused


def refusal(action: Action, progress: Progress, policy: Policy | None, now: datetime) -> DomainError | None:
    """Why the action is not possible now; None when it is."""
    if progress.course.is_closed:
        return NotPossibleNow(why.Over(state=progress.state))
    ending = progress.course is Course.ENDING and not action.while_ending
    if progress.course is Course.COLLECTING or ending:
        return NotPossibleNow(why.BeingSettled())
    if policy is not None:
        return action.rule(progress, policy, now)
    if action.before_terms is not None:
        return action.before_terms(progress)
    if progress.is_over:
        return NotPossibleNow(why.Over(state=progress.state))
    return ReservationPending(BeingDecided())
