"""Each change of what is remembered of a reservation, by name.

Owned by the workflow. A change is one method, so that no fact is half-written; state, course and deposit change by the
tables of `lifecycle` only.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from domain.causes import Cause
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.charging.maintenance import PlannedMaintenance
from domain.facts.attention import Attention, Problem
from domain.money.lines import LineKind
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.lifecycle import (
    HOLDING,
    Course,
    DepositState,
    State,
    course_to,
    deposit_to,
    transition,
)
from domain.reservation.remembered import LateChange, Proposal, Standing
from domain.reservation.stayed import Stayed


@dataclass(slots=True, kw_only=True)
class Progress(Stayed):
    """One reservation's."""

    # --- the work on it ------------------------------------------------------------------------------

    def goes(self, course: Course) -> None:
        """Raises IllegalTransition."""
        self.course = course_to(self.course, course)

    def pauses(self) -> None:
        """Time moves nothing until an operator resolves it; a story that is over goes on with its money."""
        if not self.is_over:
            self.goes(Course.PAUSED)

    def closes(self) -> None:
        """Closed, unless somebody has to look at it first, or a declined booking's deposit must be given back."""
        if self.needs_attention:
            self.goes(Course.ENDING)
        elif self.state is State.DECLINED and self.deposit.may_be_held:
            self.goes(Course.COLLECTING)
        else:
            self.goes(Course.CLOSED)

    def stays_open(self) -> None:
        """People could not be told that it is closed."""
        if self.course.is_closed:
            self.goes(Course.ENDING)

    def calls_operator(self, attention: Attention) -> None:
        if attention not in self.attention:
            self.attention.append(attention)

    def resolved(self, problem: Problem | None = None) -> None:
        """By an operator; or only this one, by itself, so that nobody has to look at it any more. Time goes on."""
        self.attention[:] = [one for one in self.attention if problem not in (None, one.problem)]
        if self.course is Course.PAUSED and not self.attention:
            self.goes(Course.UNDER_WAY)

    # --- booking -------------------------------------------------------------------------------------

    def deposit_is(self, state: DepositState) -> None:
        """Raises IllegalTransition."""
        self.deposit = deposit_to(self.deposit, state)

    def deposit_may_be_held(self) -> None:
        """Whether or not one was asked for, as far as is remembered."""
        if self.deposit is DepositState.NONE_NEEDED:
            self.deposit_is(DepositState.ASKED)

    def deposit_settled(self, *, captured: bool) -> None:
        """Nothing of it is held any more; without one there is nothing to tell."""
        if self.deposit is not DepositState.NONE_NEEDED:
            self.deposit_is(DepositState.CAPTURED if captured else DepositState.RELEASED)

    def is_authorised(self, at: datetime, lapses_at: datetime | None) -> None:
        """Raises IllegalTransition."""
        if self.authorisation_lapses_at != lapses_at or self.deposit is not DepositState.AUTHORISED:
            self.authorised_at, self.authorisation_lapses_at = at, lapses_at
        self.payment_due_at = self.not_authorised_before = None
        self.deposit_is(DepositState.AUTHORISED)

    def fee_is_taken(self) -> None:
        """Raises IllegalTransition."""
        self.payment_due_at = self.not_authorised_before = None
        self.deposit_is(DepositState.TAKEN)

    def is_asked_to_pay(self, until: datetime | None) -> None:
        """While the slot stays theirs; None: no longer by any date."""
        self.payment_due_at, self.not_authorised_before = until, None

    def authorised_later(self, not_before: datetime) -> None:
        """The provider could not be reached, or is to confirm what was believed."""
        self.not_authorised_before = not_before

    def hold_changes(self, at: datetime | None) -> None:
        """None: it suits the slot, or nothing can be done about it."""
        self.hold_changes_at = at

    def awaits_payment(self, until: datetime) -> None:
        self._to(State.AWAITING_PAYMENT)
        self.payment_due_at = until

    def confirmed(self, at: datetime) -> None:
        if self.state is State.AWAITING_PAYMENT:
            self.grace_from = at
        self._to(State.CONFIRMED)
        self.payment_due_at = None

    def declined(self) -> None:
        self._to(State.DECLINED)
        self.assignment = None

    def expired(self) -> None:
        """Never paid for; or, after it was confirmed, not answered when the bank wanted the driver."""
        self.never_confirmed = self.state is State.AWAITING_PAYMENT
        self._to(State.EXPIRED)

    # --- the hold ------------------------------------------------------------------------------------

    def assigned(self, place: Assignment, at: datetime) -> None:
        """What was known of another connector says nothing of this one."""
        before, self.assignment = self.assignment, place
        self.booked_site = self.booked_site or (before or place).site_id
        if before is None or before.connector_id == place.connector_id:
            return
        self.contest = None
        self.left_all_trouble(at)
        self.connector_status = ConnectorStatus.UNKNOWN
        self.came_without_starting = False
        self.starts_rejected = self.device.pushed_again = 0

    def locked(self) -> None:
        self._to(State.LOCKED)

    def rescheduled(self, slot: Slot, late: LateChange | None = None) -> None:
        """The new slot is promised anew: grace is not extended yet, and nobody is in its way."""
        if late is not None:
            self.late_changes.append(late)
        self.slot = slot
        self.eta_extension_until = self.reroute_grace_until = None
        self.contest = None

    def grace_extended(self, until: datetime) -> None:
        """By 'on my way', once."""
        self.eta_extension_until = until

    def unlocked(self) -> None:
        self._to(State.CONFIRMED)
        self.enforcement = EnforcementLevel.SOFT

    def is_promised(self, level: EnforcementLevel) -> None:
        """After what the charger answered to ReserveNow."""
        self.enforcement = level

    def promise_falls_to_backend(self) -> None:
        """The charger keeps losing its hold: the backend's gate is what is left."""
        self.device.gone()
        if self.enforcement is EnforcementLevel.HARD:
            self.enforcement = EnforcementLevel.BACKEND

    # --- moving --------------------------------------------------------------------------------------

    def looks_for_another(self) -> None:
        self._to(State.REROUTING)

    def is_asked(self, proposal: Proposal, state: State) -> None:
        """Stays in `state` meanwhile."""
        self.proposal, self.proposals = proposal, proposal.number
        self._to(state)

    def will_be_maintained(self, planned: PlannedMaintenance, at: datetime) -> None:
        """`at`: heard."""
        self.maintenance, self.maintenance_heard_at = planned, at

    def maintenance_cancelled(self) -> None:
        self.maintenance = self.maintenance_heard_at = None

    def question_over(self) -> None:
        self.proposal = None

    def stands_as_before(self, before: Standing) -> None:
        """An attempt to move has failed; the connector that was left is the driver's again."""
        for each in fields(before):
            setattr(self, each.name, getattr(before, each.name))
        self.device, self.troubles = replace(before.device), list(before.troubles)

    def stays(self, state: State) -> None:
        """Nothing came of moving it."""
        self._to(state)

    def moved(self, state: State, slot: Slot, cause: Cause, grace_until: datetime, at: datetime) -> None:
        """To the connector assigned meanwhile, which works: of the stay at the old one only its trouble is known."""
        self.slot, self.left_at = slot, at
        self.proposal = self.maintenance = self.maintenance_heard_at = None
        if state is State.CONFIRMED:  # not locked yet, whatever the former one was
            self.device.gone()
            self.enforcement = EnforcementLevel.SOFT
        self.rerouted_for.append(cause)
        self.reroute_grace_until = grace_until
        self.contest = None
        self.forgets_the_stay()
        self._to(state)

    # --- the stay ------------------------------------------------------------------------------------

    def arrived(self, at: datetime) -> None:
        """Who has come has no date to confirm their payment by, wherever they are moved to afterwards."""
        self.arrived_at = at
        self.payment_due_at = None
        self.resolved(Problem.UNPLACED_TRANSACTION)
        self._to(State.ARRIVED)

    def charging_started(self, transaction_id: str | None, at: datetime) -> None:
        """In ARRIVED, or anew after a stop; a connector that delivers is neither broken nor anybody else's."""
        if self.waited_until is None:
            self.waited_until = self.arrived_at if self.there_since_before else at
        self.charging_finished_at = self.presumed_gone_at = None
        self.transaction_ended_at = self.end_heard_at = None
        self.unplugged_at = self.shown_empty_since = None
        self.transaction_started_at, self.cable_left_in, self.cut_short = at, False, False
        self.stopped_by_failure, self.failure_told_at = False, None
        self.there_since_before = False
        self.works(at)
        self.device.gone()  # consumed by the start (1.6 §5.13) or by the token before it (2.0.1 H03)
        self.transaction_id = transaction_id
        self.connector_status = ConnectorStatus.UNKNOWN
        if self.state is State.ARRIVED:
            self._to(State.CHARGING)

    def extended(self, slot: Slot) -> None:
        self.slot = slot
        self.end_of_slot_handled = self.warned_of_end = False
        if self.state is State.OVERSTAYING:
            self._to(State.CHARGING)

    def shortened(self, slot: Slot) -> None:
        self.slot = slot
        self.end_of_slot_handled = self.warned_of_end = False

    def overstays(self) -> None:
        self._to(State.OVERSTAYING)

    # --- the end -------------------------------------------------------------------------------------

    def settles(self, departed_at: datetime | None) -> None:
        """`departed_at` None: arrived, and never charged. Who goes leaves perhaps a transaction that stays open."""
        empty = self.shown_empty_since
        self.departed_at = min(departed_at, empty) if departed_at and empty else departed_at
        self.resolved(Problem.SESSION_DOES_NOT_END)
        self._to(State.SETTLING)

    def completed(self) -> None:
        self._to(State.COMPLETED)

    def not_arrived(self, at: datetime) -> None:
        self.no_show_at = at
        self._to(State.NO_SHOW)

    def waives(self, kind: str) -> None:
        self.waived.append(kind)

    def cancelled(self, at: datetime, by: Cause) -> None:
        """A no-show stays one: cancelling it drops its fee."""
        if self.state is State.NO_SHOW:
            self.waived.append(LineKind.NO_SHOW)
            return
        self.start_came_to_nothing(at)
        self.never_confirmed = self.state is State.AWAITING_PAYMENT
        self.cancelled_at, self.ended_by = at, by
        self._to(State.CANCELLED)

    def unfulfilled(self, cause: Cause, at: datetime) -> None:
        self.ended_by = cause
        self.waited_until = self.waited_until or at
        self._to(State.UNFULFILLED)

    def _to(self, state: State) -> None:
        self.state = transition(self.state, state)
        if state not in HOLDING:
            self.proposal = None
