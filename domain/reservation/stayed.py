"""Each change of what is remembered of a stay, by name: what the driver, their car and the connector show of it.

The part of `domain.reservation.progress` that moves no state.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.charging.connector import ConnectorStatus
from domain.charging.presence import SHOWS_NOBODY
from domain.charging.trouble import is_failure
from domain.reservation.troubled import Troubled


@dataclass(slots=True, kw_only=True)
class Stayed(Troubled):
    """Of one reservation, at the connector that it has."""

    def came_but_did_not_start(self) -> None:
        """OCPP 2.1 NoTransaction: the hold was used, and then not charged on."""
        self.came_without_starting = True

    def is_there_since_before(self, there: bool = True, *, gone_at: datetime | None = None) -> None:
        """`gone_at`: the bay is shown empty, though that session goes on; presumed gone then."""
        self.there_since_before, self.presumed_gone_at = there, gone_at

    def start_rejected(self) -> None:
        self.starts_rejected += 1

    def shows(self, status: ConnectorStatus, at: datetime) -> None:
        self.connector_status = status
        if status.is_in_use:
            self.shown_empty_since = None
        elif status in SHOWS_NOBODY and self.transaction_runs:
            self.shown_empty_since = self.shown_empty_since or max(at, self.transaction_started_at or at)

    def vehicle_takes_no_more(self, at: datetime) -> None:
        self.charging_finished_at = self.charging_finished_at or at

    def vehicle_may_take_more(self) -> None:
        self.charging_finished_at = None

    def transaction_ended(
        self,
        at: datetime,
        reason: str = "",
        *,
        heard_at: datetime | None = None,
        presumed_gone_at: datetime | None = None,
    ) -> None:
        """What it has shown since the start counts: some show Finishing first. `presumed_gone_at`: nobody told it."""
        self.transaction_ended_at, self.end_heard_at = at, heard_at or at
        self.presumed_gone_at = presumed_gone_at
        self.cut_short = self.charging_finished_at is None and self.is_cut_short(at, reason)
        self.stopped_by_failure = self.cut_short and is_failure(reason)
        if self.connector_status.shows_cable:
            self.cable_stays_in()

    def tells_of_failure(self, now: datetime) -> bool:
        """Is it time to tell the driver, whose cable is in, that the charger has stopped by itself? Once."""
        due = self.stopped_by_failure and self.cable_left_in and self.failure_told_at is None
        self.failure_told_at = now if due else self.failure_told_at
        return due

    def unplugged(self, at: datetime, *, presumed_gone_at: datetime) -> None:
        """By who was cut short, and may begin again at once: plugging in anew is what one tries after a fault."""
        self.unplugged_at, self.presumed_gone_at, self.cable_left_in = at, presumed_gone_at, False

    def cable_stays_in(self) -> None:
        self.cable_left_in = True

    def ended_early(self, transaction_id: str, at: datetime, *, by_leaving: bool = False) -> None:
        """The end of a transaction whose start may still be on the way."""
        self.early_ends[transaction_id] = at
        if by_leaving:
            self.early_departures.append(transaction_id)

    def warned(self) -> None:
        self.warned_of_end = True

    def slot_ended(self, goes_on_until: datetime | None = None) -> None:
        self.goes_on_until = goes_on_until or self.goes_on_until
        self.warned_of_end = self.end_of_slot_handled = goes_on_until is None

    def stop_requested(self) -> None:
        """We end the session: its energy is settled as far as the charger has told, whatever it answers."""
        self.transaction_id = None

    def found_overdue(self) -> None:
        self.overdue_announced = True

    def forgets_the_stay(self) -> None:
        """At a connector that was left."""
        self.waited_until = None
        self.arrived_at = self.charging_finished_at = self.transaction_ended_at = self.end_heard_at = None
        self.transaction_id = self.transaction_started_at = self.presumed_gone_at = self.goes_on_until = None
        self.unplugged_at = self.shown_empty_since = None
        self.early_ends.clear()
        self.early_departures.clear()
        self.cut_short = self.stopped_by_failure = self.there_since_before = False
        self.failure_told_at, self.silence_told = None, False
        self.cable_left_in = self.warned_of_end = self.end_of_slot_handled = self.overdue_announced = False
