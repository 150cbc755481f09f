"""What is remembered of one reservation: all that has happened to it, as facts and instants.

Plain data, handed to the rules. It is changed by `domain.reservation.progress` only.
"""

from copy import copy
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from typing import Self

from domain.causes import Cause
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.charging.maintenance import PlannedMaintenance
from domain.charging.presence import SHOWS_NOBODY
from domain.charging.trouble import BROKEN, NOT_BILLED, STOPS_NO_SESSION, Trouble, TroubleCause, blame
from domain.facts.attention import Attention
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.assignment import Assignment
from domain.reservation.device_hold import DeviceHold
from domain.reservation.lifecycle import PLUGGED_IN, Course, DepositState, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Somebody else is on the held connector. `since`: a stranger started then; None: there since the lock."""

    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChange:
    """The driver gave `gave_up` at `place` up for another slot, so late that `fee` was due, and accepted that."""

    at: datetime
    gave_up: Slot
    place: Assignment | None
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Another place that is held beside the present one while its driver is asked.

    `number`: which of the reservation's proposals it is, from 1. `troubled`: what is known of the present place keeps
    the driver from it. `slot`: of the promise, when it was made.
    `at`: another time, at which the place is held; None: that one.
    """

    number: int
    place: Assignment
    cause: Cause
    slot: Slot
    answer_by: datetime
    troubled: bool
    at: Slot | None = None

    @property
    def held_for(self) -> Slot:
        return self.at or self.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of the connector a driver has: known again when the move to another one fails."""

    device: DeviceHold
    enforcement: EnforcementLevel
    contest: Contest | None
    troubles: tuple[Trouble, ...]
    connector_status: ConnectorStatus
    came_without_starting: bool
    starts_rejected: int
    start_accepted_at: datetime | None


@dataclass(slots=True, kw_only=True)
class Remembered:
    """Instants are aware UTC."""

    state: State = State.REQUESTED
    course: Course = Course.UNDER_WAY
    slot: Slot
    assignment: Assignment | None = None
    booked_site: str = ""
    """The site of the first place that it had; empty: of before this was remembered."""
    enforcement: EnforcementLevel = EnforcementLevel.SOFT
    device: DeviceHold = field(default_factory=DeviceHold)
    payment_due_at: datetime | None = None
    """Until when the driver has to pay, or confirm an authorisation to their bank."""
    deposit: DepositState = DepositState.NONE_NEEDED
    authorised_at: datetime | None = None
    authorisation_lapses_at: datetime | None = None
    """When the provider gives back by itself what is held; None: it does not say."""
    not_authorised_before: datetime | None = None
    """The provider could not be reached, or what an event said was believed: it is asked again then."""
    hold_changes_at: datetime | None = None
    """The slot has changed, and what is held, or may be confirmed, does not suit it: that is mended then."""
    grace_from: datetime | None = None
    """When what was awaited had been paid: before that the hold opened to nobody."""
    eta_extension_until: datetime | None = None
    """End of the grace period once 'on my way' has extended it. None: not used yet."""
    reroute_grace_until: datetime | None = None
    proposal: Proposal | None = None
    """None: the driver is not being asked anything."""
    proposals: int = 0
    """Made so far; numbers them."""
    maintenance: PlannedMaintenance | None = None
    """What closes its place, as heard; once it has moved it is none of its business."""
    maintenance_heard_at: datetime | None = None
    left_at: datetime | None = None
    """When the connector that it had before was given up, the last time that it was moved."""
    arrived_at: datetime | None = None
    there_since_before: bool = False
    """The driver's car stands here with the session of their slot before, which another reservation prices."""
    came_without_starting: bool = False
    """The driver's token was presented and consumed the device's hold, but no transaction followed."""
    starts_rejected: int = 0
    start_accepted_at: datetime | None = None
    """Of the last start that the driver asked for; None once a transaction has begun, or none will."""
    transaction_id: str | None = None
    early_ends: dict[str, datetime] = field(default_factory=dict)
    """Ends heard of before their start, by transaction: chargers that were offline report out of order."""
    early_departures: list[str] = field(default_factory=list)
    """Of those, the transactions that ended because the vehicle left."""
    charging_finished_at: datetime | None = None
    """The vehicle took no more energy from here (edge, not meter value)."""
    transaction_started_at: datetime | None = None
    waited_until: datetime | None = None
    """When they first charged at the own connector (who was there with a session of before: when they arrived), or were
    waited for no more."""
    transaction_ended_at: datetime | None = None
    end_heard_at: datetime | None = None
    """Of that end, however late it was told."""
    presumed_gone_at: datetime | None = None
    """Nobody told the end of the transaction: until then the driver may start again, or it may go on."""
    unplugged_at: datetime | None = None
    """Who was cut short by the charger unplugged: until `presumed_gone_at` they may begin again."""
    departed_at: datetime | None = None
    connector_status: ConnectorStatus = ConnectorStatus.UNKNOWN
    """Of the own connector, since the last start: what it showed before says nothing of the departure."""
    shown_empty_since: datetime | None = None
    """While the transaction runs: its connector has shown since then that nobody is there, and nothing else."""
    cable_left_in: bool = False
    contest: Contest | None = None
    warned_of_end: bool = False
    end_of_slot_handled: bool = False
    goes_on_until: datetime | None = None
    """The driver's next slot at this berth ends then; their session has run on into it. It is another reservation's."""
    overdue_announced: bool = False
    """An operator has been told that the session does not end."""
    cut_short: bool = False
    """The transaction ended because its charger failed, while the vehicle still took energy."""
    stopped_by_failure: bool = False
    """So it did by the reason of its stop, whatever else the charger says of itself."""
    silence_told: bool = False
    """Who charges on, as far as is known, has been told that their charger is silent."""
    failure_told_at: datetime | None = None
    """When its driver was told of that: the connector shows the cable, so that they can go, or begin again."""
    troubles: list[Trouble] = field(default_factory=list)
    """Of all places it has had, oldest first; see `domain.charging.trouble`."""
    no_show_at: datetime | None = None
    cancelled_at: datetime | None = None
    never_confirmed: bool = False
    """It ended while payment was still awaited: no promise was made, no fee is due, and the gate let nobody in."""
    ended_by: Cause | None = None
    """Who ended it before its natural end. None (or DRIVER) for an ordinary one: others bar every fee."""
    rerouted_for: list[Cause] = field(default_factory=list)
    late_changes: list[LateChange] = field(default_factory=list)
    """Oldest first; what they cost in the end: `domain.settlement.late_change`."""
    waived: list[str] = field(default_factory=list)
    """Line item kinds an operator has waived."""
    attention: list[Attention] = field(default_factory=list)

    @property
    def stay_ends(self) -> datetime:
        """Until when the driver has a right to the bay: the slot's end, or that of their next one there."""
        return max(self.slot.end, self.goes_on_until or self.slot.end)

    @property
    def contested(self) -> bool:
        return self.contest is not None

    @property
    def troubles_here(self) -> list[Trouble]:
        """Met at the connector that it has now, whether over or not."""
        place = self.assignment
        if place is None:
            return []
        return [one for one in self.troubles if one.is_met_at(place.charger_id, place.connector_number)]

    @property
    def standing_troubles(self) -> list[Trouble]:
        return [one for one in self.troubles_here if one.ended_at is None]

    @property
    def trouble(self) -> Cause | None:
        """Why the connector is not there for the driver now: broken, taken by somebody else, or silent."""
        return blame(self.standing_troubles)

    @property
    def is_closed_by_plan(self) -> bool:
        """Will its place be under maintenance in its slot, and is nobody there yet whom that would cut off?"""
        closes = self.maintenance is not None and self.maintenance.closes(self.slot.start, self.slot.end)
        return closes and self.state in (State.CONFIRMED, State.LOCKED)

    @property
    def standing_faults(self) -> list[Trouble]:
        """What keeps the driver from charging, or stops who charges."""
        broken = BROKEN - STOPS_NO_SESSION if self.transaction_runs else BROKEN
        return [one for one in self.standing_troubles if one.cause in broken]

    @property
    def silence_noticed_at(self) -> datetime | None:
        silent = (one.noticed_at for one in self.standing_troubles if one.cause is TroubleCause.SILENT)
        return min(silent, default=None)

    @property
    def unbilled_troubles(self) -> list[Trouble]:
        """At the connector that it has now: no time in them is charged for."""
        return [one for one in self.troubles_here if one.cause in NOT_BILLED]

    @property
    def served_again_from(self) -> datetime | None:
        """After an end: when the charger could serve the driver again; None: it cannot yet."""
        if any(one.cause in NOT_BILLED for one in self.standing_troubles):
            return None
        known = (self.end_heard_at, *(one.ended_at for one in self.unbilled_troubles))
        return max((at for at in known if at is not None), default=None)

    @property
    def needs_working_connector(self) -> bool:
        """Would trouble from now on keep the driver from what was promised? Not after they have charged."""
        return self.transaction_ended_at is None or self.cut_short

    @property
    def needs_attention(self) -> bool:
        return bool(self.attention)

    @property
    def is_over(self) -> bool:
        """Nothing but money, and perhaps an operator, is left."""
        return self.course in (Course.ENDING, Course.COLLECTING, Course.CLOSED)

    @property
    def has_given_up(self) -> bool:
        """The connector is for others."""
        return self.is_over or self.state is State.NO_SHOW

    @property
    def is_to_be_settled(self) -> bool:
        """Over, after terms were accepted."""
        return self.is_over and self.state is not State.DECLINED

    @property
    def is_plugged_in(self) -> bool:
        return self.state in PLUGGED_IN

    @property
    def transaction_runs(self) -> bool:
        """As far as the charger has told."""
        return self.state in PLUGGED_IN and self.transaction_ended_at is None

    @property
    def may_charge_on(self) -> bool:
        """Whatever is heard of the charger: with their session, or that of their slot before."""
        return self.transaction_runs or self.there_since_before

    @property
    def running_transaction(self) -> str | None:
        return self.transaction_id if self.transaction_ended_at is None else None

    def begins_after_all(self, started_at: datetime) -> bool:
        """Did it begin after the end of all that is known? Then it is another, whatever id its charger gave it."""
        began, ended = self.transaction_started_at, self.transaction_ended_at
        return ended is not None and started_at >= ended and (began is None or started_at > began)

    @property
    def has_left(self) -> bool:
        """The transaction has ended, and its connector shows that nobody is there."""
        ended = self.transaction_ended_at is not None and self.presumed_gone_at is None
        return ended and self.connector_status in SHOWS_NOBODY

    def imagined(self) -> Self:
        """The same, to be changed for what would come of it: this one stays as it is."""
        other = copy(self)
        for each in fields(self):
            if each.default_factory is not MISSING:  # made for each anew, and all within it is frozen
                setattr(other, each.name, copy(getattr(self, each.name)))
        return other

    def standing(self) -> Standing:
        return Standing(
            device=replace(self.device),
            enforcement=self.enforcement,
            contest=self.contest,
            troubles=tuple(self.troubles),
            connector_status=self.connector_status,
            came_without_starting=self.came_without_starting,
            starts_rejected=self.starts_rejected,
            start_accepted_at=self.start_accepted_at,
        )
