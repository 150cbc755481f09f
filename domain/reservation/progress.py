"""What the rules need to know about one reservation: its terms and what has happened so far.

Both are plain data. The workflow owns them (lifecycle), snapshots them for people, and hands them to rules.
"""

from dataclasses import dataclass, field
from datetime import datetime

from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.place.slots import Slot
from domain.reservation.lifecycle import Course, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The connector a reservation currently owns. `hold_id` doubles as the OCPP reservationId."""

    hold_id: int
    site_id: str
    charger_id: str
    connector_id: int
    connector_number: int
    """OCPP connectorId (1.6) or evseId (2.x)."""
    label: str
    """What the driver reads on the bay, e.g. `Bay 3`."""
    power_w: int


@dataclass(slots=True, kw_only=True)
class Progress:
    """Everything that has happened, as facts and instants (aware UTC). Mutated only by the workflow."""

    state: State = State.REQUESTED
    course: Course = Course.UNDER_WAY
    slot: Slot
    assignment: Assignment | None = None
    enforcement: EnforcementLevel = EnforcementLevel.SOFT
    payment_due_at: datetime | None = None
    eta_extension_until: datetime | None = None
    """Absolute end of the grace period once 'on my way' has extended it."""
    reroute_grace_until: datetime | None = None
    arrived_at: datetime | None = None
    charging_since: datetime | None = None
    charging_finished_at: datetime | None = None
    """The vehicle took no more energy from here (edge, not meter value)."""
    transaction_ended_at: datetime | None = None
    departed_at: datetime | None = None
    cable_left_in: bool = False
    contested: bool = False
    contested_since: datetime | None = None
    """A stranger started on the held connector; None when it was contested from the lock on."""
    """At lock time somebody else was still on the connector."""
    warned_of_end: bool = False
    end_of_slot_handled: bool = False
    overdue_told: bool = False
    """An operator has been told that the session does not end."""
    fault_since: datetime | None = None
    offline_since: datetime | None = None
    no_show_at: datetime | None = None
    cancelled_at: datetime | None = None
    never_confirmed: bool = False
    """Cancelled while payment was still awaited: no promise was made and nothing may be charged."""
    ended_by: Cause | None = None
    """Who ended it before its natural end. None (or DRIVER) for an ordinary one: others bar every fee."""
    rerouted_for: list[Cause] = field(default_factory=list)
    waived: list[str] = field(default_factory=list)
    """Line item kinds an operator has waived."""
    needs_attention: str = ""
