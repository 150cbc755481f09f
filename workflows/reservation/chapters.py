"""The page of a reservation's life: for each state, what is awaited and which step each fact leads to.

    REQUESTED ─▶ AWAITING_PAYMENT ─▶ CONFIRMED ─▶ LOCKED ─▶ ARRIVED ─▶ CHARGING ─▶ OVERSTAYING ─▶ SETTLING ─▶ COMPLETED
       │             │ payment TTL      │ soft hold  │ device   │          │                          ▲
       ▼             ▼                  ▼            ▼          ▼          ▼                          │
    DECLINED      EXPIRED          CANCELLED      NO_SHOW    REROUTING ─▶ back to LOCKED, or UNFULFILLED

It is told in three kinds of facts. Deadlines: which there are is `domain.reservation.deadlines`. Signs: what an event
of the charger says about this reservation is `domain.reservation.signs`. Actions: who may ask for what, and when, is
`domain.reservation.actions.table`; each is carried out by the method of that name in one of the six phases. No rule
stands on this page: it only says which step each fact leads to. What is not listed for a state changes nothing in it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from contracts.money import PaymentEvent
from domain.charging.events import ChargerEvent
from domain.reservation.deadlines import DeadlineKind
from domain.reservation.lifecycle import State
from domain.reservation.sign import Sign
from workflows.reservation.asking import Asking
from workflows.reservation.authorising import Authorising
from workflows.reservation.booking import Booking
from workflows.reservation.ending import Ending
from workflows.reservation.hold import Hold
from workflows.reservation.matching import Matching
from workflows.reservation.reroute import Reroute
from workflows.reservation.slot_end import SlotEnd
from workflows.reservation.stay import Stay

Deadlines = dict[DeadlineKind, Callable[[], Awaitable[None]]]
Signs = dict[Sign, Callable[[ChargerEvent], Awaitable[None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What is awaited in one state: deadlines, signs of the charger, and news of the deposit."""

    deadlines: Deadlines = field(default_factory=dict)
    signs: Signs = field(default_factory=dict)
    payment: Callable[[PaymentEvent], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The steps there are, by who takes them; `chapters` says when."""

    booking: Booking
    authorising: Authorising
    hold: Hold
    stay: Stay
    slot_end: SlotEnd
    reroute: Reroute
    asking: Asking
    matching: Matching
    ending: Ending

    def chapters(self) -> dict[State, Chapter]:
        """REROUTING is passed within one step. In every state that is not here the story is over."""
        return {
            State.AWAITING_PAYMENT: self._awaiting_payment(),
            State.CONFIRMED: self._confirmed(),
            State.LOCKED: self._locked(),
            State.ARRIVED: self._arrived(),
            State.CHARGING: self._charging(),
            State.OVERSTAYING: self._overstaying(),
            State.NO_SHOW: self._no_show(),
        }

    # --- chapter by chapter --------------------------------------------------------------------------

    def _awaiting_payment(self) -> Chapter:
        """A connector is held while the driver pays; time takes it back."""
        return Chapter(
            payment=self.booking.payment_changed,
            deadlines={DeadlineKind.PAYMENT_EXPIRES: self.booking.payment_due},
            signs=self._trouble(),
        )

    def _confirmed(self) -> Chapter:
        """The slot is the driver's; which connector it will be is provisional until the lock."""
        return Chapter(
            payment=self.authorising.payment_changed,
            deadlines=self._moves() | self._money() | {DeadlineKind.LOCK_DUE: self.hold.lock},
            signs=self._trouble() | self._starts() | self._swap() | {Sign.DRIVER_CAME: self.stay.came},
        )

    def _locked(self) -> Chapter:
        """The connector is fixed and held on the charger; now the driver is awaited until grace ends.

        That is a no-show; or the driver is moved, when it was not there for them (`domain.reservation.grace`).
        """
        own: Signs = {
            Sign.DRIVER_CAME: self.stay.came,
            Sign.VACATED: self.hold.vacated,
            Sign.VACATED_WITHOUT_HOLD: self.hold.free_to_be_held,
            Sign.HOLD_DOUBTED: self.hold.doubted,
            Sign.STRANGER_ON_HELD_CONNECTOR: self.hold.contested,
        }
        due: Deadlines = {
            DeadlineKind.GRACE_ENDS: self.hold.grace_ended,
            DeadlineKind.STILL_OCCUPIED: self.reroute.for_a_taken_connector,
        }
        return Chapter(
            payment=self.authorising.payment_changed,
            deadlines=self._moves() | self._money() | due,
            signs=self._trouble() | self._device() | self._starts() | self._swap() | own,
        )

    def _arrived(self) -> Chapter:
        """The driver is there, and is helped as before; only a transaction of theirs starts charging."""
        own: Signs = {
            Sign.VACATED: self.hold.vacated,
            Sign.STRANGER_ON_HELD_CONNECTOR: self.hold.contested,
        }
        due: Deadlines = {
            DeadlineKind.SLOT_ENDS: self.ending.slot_ended_unused,
            DeadlineKind.DEPARTURE_ASSUMED: self.matching.gone_since_before,
            DeadlineKind.STILL_OCCUPIED: self.reroute.for_a_taken_connector,
        }
        return Chapter(
            payment=self.authorising.payment_changed,
            deadlines=self._moves() | self._money() | due,
            signs=self._trouble() | self._device() | self._starts() | own,
        )

    def _charging(self) -> Chapter:
        due: Deadlines = {
            DeadlineKind.SLOT_ENDING_SOON: self.slot_end.end_is_near,
            DeadlineKind.SLOT_ENDS: self.slot_end.slot_ended,
        }
        return Chapter(
            payment=self.authorising.payment_changed,
            deadlines=self._moves() | self._money() | self._leaving() | due,
            signs=self._plugged_in(),
        )

    def _overstaying(self) -> Chapter:
        """The slot is over and the bay still taken: a fee accrues until the driver leaves."""
        return Chapter(
            payment=self.authorising.payment_changed,
            deadlines=self._money() | self._leaving(),
            signs=self._plugged_in(),
        )

    def _no_show(self) -> Chapter:
        """The connector was given away; a late driver is welcome to a free one until the slot's end."""
        own: Signs = {Sign.DRIVER_CAME: self.stay.came, Sign.WAIT_IS_OVER: self.matching.wait_is_over}
        return Chapter(
            deadlines={DeadlineKind.LATE_WINDOW_ENDS: self.matching.late_window_over},
            signs=self._always() | self._starts() | own,
        )

    # --- what several of them await ------------------------------------------------------------------

    def _always(self) -> Signs:
        return {
            Sign.SHOWS_STATUS: self.stay.shows,
            Sign.ENDED_BEFORE_START: self.stay.ended_before_start,
            Sign.STRANGER_REFUSED: self.hold.stranger_refused,
            Sign.STRANGER_STARTED: self.hold.stranger_started,
        }

    def _trouble(self) -> Signs:
        """And what is always heard."""
        return self._always() | {
            Sign.FAULT_BEGINS: self.hold.fault_began,
            Sign.FAULT_ENDS: self.hold.fault_ended,
            Sign.TROUBLE_DISPROVED: self.hold.trouble_disproved,
            Sign.OFFLINE_BEGINS: self.hold.went_offline,
            Sign.OFFLINE_ENDS: self.hold.came_online,
            Sign.WILL_BE_MAINTAINED: self.hold.will_be_maintained,
            Sign.PROPOSED_PLACE_MAINTAINED: self.reroute.for_the_proposed_place,
            Sign.MAINTENANCE_CANCELLED: self.hold.maintenance_cancelled,
        }

    def _starts(self) -> Signs:
        return {
            Sign.CHARGING_STARTED: self.stay.charging_started,
            Sign.STARTED_ELSEWHERE: self.matching.started_elsewhere,
        }

    def _swap(self) -> Signs:
        return {Sign.SLOT_SWAPPED: self.hold.swapped}

    def _device(self) -> Signs:
        """The hold on the charger is a cache of ours: it is pushed again whenever it is lost."""
        return {
            Sign.HOLD_LOST: self.hold.lost,
            Sign.CHARGER_FORGOT: self.hold.forgotten,
            Sign.CHARGER_BACK: self.hold.charger_back,
            Sign.CAME_WITHOUT_STARTING: self.stay.came_without_starting,
            Sign.LEFT_SINCE_BEFORE: self.matching.left_since_before,
            Sign.HOLD_FOLLOWED: self.matching.hold_followed,
        }

    def _plugged_in(self) -> Signs:
        """A start may come anew, after a stop."""
        own: Signs = {
            Sign.CHARGING_ENDED: self.stay.charging_ended,
            Sign.ENDED_BY_LEAVING: self.stay.ended_by_leaving,
            Sign.VEHICLE_TAKES_NO_MORE: self.stay.takes_no_more,
            Sign.VEHICLE_MAY_TAKE_MORE: self.stay.may_take_more,
            Sign.CABLE_STAYS_IN: self.stay.cable_stays_in,
            Sign.DEPARTED: self.stay.departed,
            Sign.REPLACED: self.stay.replaced,
        }
        return self._trouble() | self._starts() | own

    def _moves(self) -> Deadlines:
        """Trouble that lasts moves the driver, and maintenance that is planned."""
        return {
            DeadlineKind.FAULT_CONFIRMED: self.reroute.for_a_fault,
            DeadlineKind.OFFLINE_CONFIRMED: self.reroute.for_silence,
            DeadlineKind.MAINTENANCE_MOVES: self.reroute.for_maintenance,
            DeadlineKind.MOVE_ANSWER_DUE: self.asking.unanswered,
            DeadlineKind.TIME_ANSWER_DUE: self.asking.unanswered,
        }

    def _money(self) -> Deadlines:
        """The hold on the card is placed and renewed; a driver whom the bank wants has a date."""
        return {
            DeadlineKind.AUTHORISE_DUE: self.authorising.due,
            DeadlineKind.PAYMENT_ANSWER_DUE: self.authorising.payment_due,
        }

    def _leaving(self) -> Deadlines:
        return {
            DeadlineKind.DEPARTURE_ASSUMED: self.stay.departure_assumed,
            DeadlineKind.SESSION_OVERDUE: self.stay.overdue,
        }
