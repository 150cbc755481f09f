"""What a charger's event says about one reservation: a list of signs, by event, state and what is known already.

Pure. What each sign does is told by `workflows.reservation.chapters`; the same event says other things in other states.
"""

from collections.abc import Iterator

from domain.charging.connector import ConnectorStatus
from domain.charging.events import LEFT, ChargerEvent, ChargerEventKind, HoldLoss
from domain.charging.presence import INFERRED, SHOWS_NOBODY, SUPERSEDED
from domain.charging.trouble import BROKEN, TroubleCause, trouble_of
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.lifecycle import PLUGGED_IN, REROUTABLE, State
from domain.reservation.progress import Progress
from domain.reservation.sign import Sign

WATCHED = REROUTABLE | {State.AWAITING_PAYMENT, State.OVERSTAYING}
"""States in which trouble at the charger counts. It moves nobody who has yet to pay, but is still there when they have;
nor who overstays, but nobody pays for a cable that a dead charger keeps."""
PROVISIONAL = (State.AWAITING_PAYMENT, State.CONFIRMED, State.NO_SHOW)
NOT_THERE = (State.AWAITING_PAYMENT, State.CONFIRMED, State.LOCKED)
"""Its driver is awaited: whom nobody would cut off."""
STARTS_A_SESSION = (State.CONFIRMED, State.LOCKED, State.NO_SHOW, State.ARRIVED)


def concerns(event: ChargerEvent, progress: Progress) -> bool:
    """Not what is over, nor late news from a connector that was left. Before the lock the place is provisional.

    A start of the driver's is no such news, wherever it is: they may stand at another charger of the site, or at the
    one that was left.
    """
    place = progress.assignment
    left = place is not None and event.charger_id != place.charger_id and not _is_at_berth(event, place)
    swapped = event.kind is ChargerEventKind.SLOT_SWAPPED  # wherever its hold has gone meanwhile
    asked = event.kind is ChargerEventKind.MAINTENANCE_PLANNED and _proposed_at(event, progress) is not None
    here = progress.state in PROVISIONAL or not left or swapped or asked or _begins_anywhere(event, progress)
    return not progress.is_over and here


def _is_at_berth(event: ChargerEvent, place: Assignment) -> bool:
    return event.is_at_berth_of(place.connector_id)


def _begins_anywhere(event: ChargerEvent, progress: Progress) -> bool:
    if event.kind is ChargerEventKind.HOLD_FOLLOWED:
        return True
    started = event.kind is ChargerEventKind.TRANSACTION_STARTED and bool(event.matches_driver)
    return started and (progress.left_at is None or event.at >= progress.left_at)


def signs_of(event: ChargerEvent, progress: Progress) -> tuple[Sign, ...]:
    """In the order in which they are to be acted on: trouble first. Empty: it says nothing here."""
    return (*_of_trouble(event, progress), *_of_kind(event, progress))


def _of_trouble(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    """Of the reservation's own connector. Other connectors' trouble is no sign."""
    place = progress.assignment
    if progress.state not in WATCHED or place is None or event.charger_id != place.charger_id:
        return
    match event.kind:
        case ChargerEventKind.CHARGER_OFFLINE if progress.silence_noticed_at is None:
            yield Sign.OFFLINE_BEGINS
        case ChargerEventKind.CHARGER_ONLINE | ChargerEventKind.CHARGER_BOOTED if progress.silence_noticed_at:
            yield Sign.OFFLINE_ENDS
        # Connector 0 speaks for the whole charger (emergency stop arrives as Faulted on 1, 2 and then 0).
        case ChargerEventKind.CONNECTOR_STATUS if event.connector_id in (None, place.connector_id):
            yield from _of_health(event, progress)
        case ChargerEventKind.TROUBLE_ENDED if event.connector_id in (None, place.connector_id):
            if _broken_at(event, progress):
                yield Sign.TROUBLE_DISPROVED


def _of_health(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    """A charger as a whole and a connector vouch for themselves, not for each other; "Unknown" vouches for none."""
    if event.status is None:
        return
    cause, standing = trouble_of(event.status, event.detail), _broken_at(event, progress)
    if cause is not None and cause not in standing:
        yield Sign.FAULT_BEGINS
    elif cause is None and standing and event.status is not ConnectorStatus.UNKNOWN:
        yield Sign.FAULT_ENDS


def _broken_at(event: ChargerEvent, progress: Progress) -> frozenset[TroubleCause]:
    """What stands at the very place of the event."""
    place = progress.assignment
    number = None if event.connector_id is None or place is None else place.connector_number
    return BROKEN.intersection(
        one.cause for one in progress.standing_troubles if one.connector_number == number
    )


def _of_kind(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    match event.kind:
        case ChargerEventKind.TOKEN_PRESENTED:
            if event.matches_driver and progress.state in (State.CONFIRMED, State.LOCKED, State.NO_SHOW):
                yield Sign.DRIVER_CAME
        case ChargerEventKind.TRANSACTION_STARTED:
            yield from _of_start(event, progress)
        case ChargerEventKind.TRANSACTION_ENDED:
            yield from _of_end(event, progress)
        case ChargerEventKind.CONNECTOR_STATUS:
            yield from _of_status(event, progress)
        case ChargerEventKind.CHARGER_BOOTED:
            yield Sign.CHARGER_FORGOT
        case ChargerEventKind.CHARGER_ONLINE:
            yield Sign.CHARGER_BACK
        case ChargerEventKind.HOLD_REMOVED:
            yield from _of_loss(event, progress)
        case ChargerEventKind.END_PLACED if progress.state is State.NO_SHOW:
            yield Sign.WAIT_IS_OVER
        case ChargerEventKind.HOLD_FOLLOWED if progress.state in (State.LOCKED, State.ARRIVED):
            yield Sign.HOLD_FOLLOWED
        case ChargerEventKind.MAINTENANCE_PLANNED if _closes_place(event, progress):
            proposed = _proposed_at(event, progress) is not None
            yield Sign.PROPOSED_PLACE_MAINTAINED if proposed else Sign.WILL_BE_MAINTAINED
        case ChargerEventKind.SLOT_SWAPPED if progress.state in (State.CONFIRMED, State.LOCKED):
            yield Sign.SLOT_SWAPPED
        case ChargerEventKind.MAINTENANCE_CANCELLED if progress.state in NOT_THERE:
            yield Sign.MAINTENANCE_CANCELLED
        case ChargerEventKind.STRANGER_REFUSED:
            yield Sign.STRANGER_REFUSED
        case ChargerEventKind.STRANGER_STARTED:
            yield from _of_stranger(event, progress)


def _proposed_at(event: ChargerEvent, progress: Progress) -> Slot | None:
    """For when the event's place is held that its driver is asked about; None: it is not that one."""
    proposal = progress.proposal
    is_it = proposal is not None and event.connector_id == proposal.place.connector_id
    return proposal.held_for if proposal is not None and is_it else None


def _closes_place(event: ChargerEvent, progress: Progress) -> bool:
    """Not one that it has left since; and nobody who is there is cut off."""
    planned, slot = event.maintenance, _proposed_at(event, progress) or progress.slot
    left = progress.left_at is not None and event.at < progress.left_at
    closes = planned is not None and planned.closes(slot.start, slot.end)
    return closes and progress.state in NOT_THERE and not left


def _of_start(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    """Never equated with arrival without the driver's token: a stranger's plug-in may start a 2.0.1 transaction."""
    again = progress.state in PLUGGED_IN and (
        progress.transaction_ended_at is not None or _replaces_running(event, progress)
    )
    if not event.matches_driver:
        yield from _of_another(event, progress)
        return
    place = progress.assignment
    elsewhere = place is not None and event.connector_id not in (None, place.connector_id)
    moved = elsewhere and progress.state in PLUGGED_IN and _is_running(event, progress)
    if not (progress.state in STARTS_A_SESSION or again or moved):
        return
    yield Sign.STARTED_ELSEWHERE if elsewhere else Sign.CHARGING_STARTED


def _is_running(event: ChargerEvent, progress: Progress) -> bool:
    """Its own transaction, told again: its card came before its plug (2.x E03), so that its place was a guess."""
    return event.transaction_id is not None and event.transaction_id == progress.transaction_id


def _of_another(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    """A start of somebody else's: some chargers never show Available between two (seen in the field)."""
    place, ended = progress.assignment, progress.transaction_ended_at
    if place is None or not _is_at_berth(event, place):
        return
    own = event.connector_id == place.connector_id
    if progress.state in PLUGGED_IN and own and ended is not None and event.at >= ended:
        yield Sign.REPLACED
    if progress.state in (State.LOCKED, State.ARRIVED):
        yield Sign.STRANGER_ON_HELD_CONNECTOR


def _replaces_running(event: ChargerEvent, progress: Progress) -> bool:
    """A later start without a stop: whatever ran before has ended. An earlier one, told late, replaces nothing."""
    since = progress.transaction_started_at
    return event.transaction_id != progress.transaction_id and (since is None or event.at > since)


def _of_end(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    if event.transaction_id is not None and event.transaction_id != progress.transaction_id:
        yield Sign.ENDED_BEFORE_START
    elif progress.state in PLUGGED_IN and (
        progress.transaction_ended_at is None or _tells_end(event, progress)
    ):
        yield Sign.ENDED_BY_LEAVING if event.detail == LEFT else Sign.CHARGING_ENDED


def _tells_end(event: ChargerEvent, progress: Progress) -> bool:
    """The true end of a transaction whose end was only inferred."""
    return progress.presumed_gone_at is not None and event.detail not in (INFERRED, SUPERSEDED)


def _of_status(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    place, status = progress.assignment, event.status
    if place is None or not _is_at_berth(event, place):
        return
    if event.connector_id != place.connector_id:
        yield from _of_vacancy(event, progress)
        return
    yield Sign.SHOWS_STATUS
    if progress.state in PLUGGED_IN:
        # Whose end nobody told has left when the cable is out that was shown to be left in.
        shown = progress.presumed_gone_at is None or progress.cable_left_in
        ended = progress.transaction_ended_at is not None and shown
        yield from _while_plugged(status, ended=ended)
    else:
        yield from _of_vacancy(event, progress)
        available = progress.state is State.LOCKED and status is ConnectorStatus.AVAILABLE
        left = progress.there_since_before and event.at >= progress.slot.start
        if available and not (progress.contested or left) and progress.device.is_doubted_by(event.at):
            yield Sign.HOLD_DOUBTED


def _of_vacancy(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    """Of any connector of the berth. While somebody is at another one, nobody has left."""
    if event.busy_beside or event.status not in SHOWS_NOBODY:
        return
    match progress.state, event.status:
        case ((State.LOCKED | State.ARRIVED), _) if progress.there_since_before:
            yield Sign.LEFT_SINCE_BEFORE
        case State.ARRIVED, _ if progress.contested:
            yield Sign.VACATED
        case State.LOCKED, ConnectorStatus.RESERVED:
            yield Sign.VACATED
        case State.LOCKED, _ if progress.contested:
            place = progress.assignment
            own = place is not None and event.connector_id == place.connector_id
            stands = (
                progress.device.held and not own
            )  # where it stands, its own connector does not show Available
            yield Sign.VACATED if stands else Sign.VACATED_WITHOUT_HOLD


def _while_plugged(status: ConnectorStatus | None, *, ended: bool) -> Iterator[Sign]:
    match status:
        case ConnectorStatus.SUSPENDED_EV:
            yield Sign.VEHICLE_TAKES_NO_MORE
        # Where both pause the charger names itself (1.6 §4.9).
        case ConnectorStatus.CHARGING | ConnectorStatus.SUSPENDED_EVSE:
            yield Sign.VEHICLE_MAY_TAKE_MORE
        case _ if ended and status in SHOWS_NOBODY:
            yield Sign.DEPARTED
        case _ if ended and status is not None and status.shows_cable:
            yield Sign.CABLE_STAYS_IN


def _of_loss(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    """2.1 NoTransaction: only the driver's token, or the group's, can have consumed the hold: an arrival."""
    if event.detail == HoldLoss.NO_TRANSACTION and progress.state in (State.LOCKED, State.ARRIVED):
        yield Sign.CAME_WITHOUT_STARTING
    yield Sign.HOLD_LOST


def _of_stranger(event: ChargerEvent, progress: Progress) -> Iterator[Sign]:
    yield Sign.STRANGER_STARTED
    yield from _of_another(event, progress)
