"""What can be pressed on a reservation's page: what stands on it is what is asked for, however late it is pressed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.desk.refusals import ChangedMeanwhile
from api.web import words
from api.web.arriving import ON_MY_WAY
from contracts.publication import ReservationView
from domain.facts.refused_for_now import ShownHasChanged
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.actions.action import Action, Actor
from domain.reservation.actions.extension import earlier_end, later_end
from domain.reservation.actions.messages import AnswerMove, Asked, AtBay, Cancel, Extend, OnMyWay, Shorten
from domain.reservation.actions.table import ACTIONS
from domain.reservation.lifecycle import THERE
from domain.settlement.costs_ahead import remaining
from domain.terms.accepted import Terms
from texts.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """`asks`: what its press says of what was shown. `beside`: what comes of it, a sentence; empty: nothing more."""

    path: str
    label: str
    kind: str
    asks: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """As it comes back. `asks`: of the button; `shown`: what `shown_of` said when it was shown."""

    asks: str
    shown: str


def shown_of(view: ReservationView) -> str:
    """What a change of its end was chosen for."""
    return f"{view.slot_start.isoformat()}/{view.slot_end.isoformat()}"


def buttons_of(view: ReservationView, reader: Reader, now: datetime, cancelling: str) -> list[Button]:
    """Of what is possible, in the order of the page. `reader`: on the site's clock; `cancelling`: what that costs."""
    beside = {"cancel": cancelling, "stop_charging": reader.page("leave.unplug_then")}
    called = {**words.BUTTONS, **(words.LEAVING if view.state in THERE else {})}
    found = []
    for name in words.BUTTONS:
        if name not in view.possible:
            continue
        end = _end_of(name, view, now)
        if name in _ENDS and end is None:
            continue
        found.append(
            Button(
                path=_BY_NAME[name].path,
                label=_label(called[name], view.slot_end, end, reader, now),
                kind=_KINDS.get(name, "secondary"),
                asks=asks_of(name, view, now) if end is None else end.isoformat(),
                beside=beside.get(name, ""),
            )
        )
    return found


def message_of(action: Action, view: ReservationView, pressed: Pressed) -> Asked | None:
    """What is asked of the reservation; None: the action alone says it.

    Raises ChangedMeanwhile where an end was chosen for another slot, unless this press may be what has changed it. What
    else is about something that may be another by now names it, and the reservation knows.
    """
    if action.name in _ENDS:
        end = _instant(pressed.asks)
        if pressed.shown != shown_of(view) and end != view.slot_end:
            raise ChangedMeanwhile(ShownHasChanged(), None)
        return _ENDS[action.name].says(end)
    if action.name in _NAMES:
        return _named(action.name, pressed.asks)
    return OnMyWay(eta=_instant(pressed.asks)) if action is ON_MY_WAY else None


def asks_once(action: Action) -> bool:
    """Is a second press of one button the same act? Others can be done once, or change nothing the second time."""
    return action.name in _ENDS or action.name in _ANSWERS or action is ON_MY_WAY


def _end_of(name: str, view: ReservationView, now: datetime) -> datetime | None:
    if name not in _ENDS or view.terms is None:
        return None
    return _ENDS[name].offered(Slot(view.slot_start, view.slot_end), view.terms, now)


def _label(key: str, ends: datetime, end: datetime | None, reader: Reader, now: datetime) -> str:
    if end is None:
        return reader.page(key)
    by = reader.duration(abs(end - ends))
    return reader.page(key, end=reader.clock(end, now), by=by)


def asks_of(name: str, view: ReservationView, now: datetime) -> str:
    """What a press of that button says of what is shown now; empty: nothing."""
    shown = _NAMES[name].shown(view, now) if name in _NAMES else None
    return "" if shown is None else str(shown)


def _instant(said: str) -> datetime:
    """Of a button of an older page there is none."""
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        raise ChangedMeanwhile(ShownHasChanged(), None) from None


def _named(name: str, said: str) -> Asked:
    """Of a button of an older page it is no number."""
    try:
        return _NAMES[name].says(said)
    except ValueError:
        raise ChangedMeanwhile(ShownHasChanged(), None) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """Another end: which one is offered, and the message that asks for it."""

    offered: Callable[[Slot, Terms, datetime], datetime | None]
    says: Callable[[datetime], Asked]


_ENDS: Mapping[str, _End] = {
    "extend": _End(offered=later_end, says=lambda end: Extend(end=end)),
    "shorten": _End(offered=earlier_end, says=lambda end: Shorten(end=end)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """What a press is about, as it is shown, and the message with it as it comes back, empty for None.

    That raises ValueError for what was never shown.
    """

    shown: Callable[[ReservationView, datetime], object | None]
    says: Callable[[str], Asked]


def _cost_shown(view: ReservationView, now: datetime) -> str | None:
    """Of cancelling, in the smallest unit and the currency."""
    costs = remaining(view.cancelling, now)
    return f"{costs[0].cost.minor} {costs[0].cost.currency}" if costs else None


def _cancelled_for(said: str) -> Cancel:
    if not said:
        return Cancel()
    minor, currency = said.split(" ")
    return Cancel(accepted_cost=Money(int(minor), currency))


_TO_PROPOSAL = _Name(
    shown=lambda view, _now: None if view.proposed is None else view.proposed.number,
    says=lambda said: AnswerMove(proposal=int(said) if said else None),
)
_AT_BAY = _Name(
    shown=lambda view, _now: view.connector_id,
    says=lambda said: AtBay(at_connector=int(said) if said else None),
)
_ANSWERS = ("accept_move", "decline_move")
_NAMES: Mapping[str, _Name] = {
    **dict.fromkeys(_ANSWERS, _TO_PROPOSAL),
    "check_in": _AT_BAY,
    "start_charging": _AT_BAY,
    "cancel": _Name(shown=_cost_shown, says=_cancelled_for),
}
"""What is said to that, and to nothing that took its place."""
_KINDS: Mapping[str, str] = {
    "check_in": "primary",
    "start_charging": "primary",
    "accept_move": "primary",
    "cancel": "outline",
}
"""How a button looks, where it is not one of several. What asks for another slot goes by the site's page."""
_BY_NAME: Mapping[str, Action] = {action.name: action for action in ACTIONS if action.by is Actor.DRIVER}
OF_PAGES: Mapping[str, Action] = {
    action.path: action for action in (*(_BY_NAME[name] for name in words.BUTTONS), ON_MY_WAY)
}
"""By the last part of the address."""
