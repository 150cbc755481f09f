"""What people learn about a reservation: the published view, notices to the driver, the audit trail.

Plain frozen data, additive only: recorded histories carry it.
"""

from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Any

from contracts.alternatives import Alternative
from contracts.declaration import Activity, Kind, Versioned
from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.facts.attention import Attention
from domain.money.amount import Money
from domain.money.bill import Receipt
from domain.place.slots import Slot
from domain.settlement.costs_ahead import CostUntil
from domain.terms.accepted import Terms
from domain.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to the driver: a fact of `domain.facts.notices`; `key` is its durable identity in the reservation."""

    key: str
    code: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """What a person did: a fact of `domain.facts.audit`."""

    key: str
    actor: str
    code: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """A fact of `domain.facts` (timeline, stay) and when it was told."""

    at: datetime
    code: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedPlace:
    """Another place, held for the driver who is asked whether to move there. No answer by `answer_by` is a yes, a no
    where it is for another time.
    """

    site: Whereabouts
    charger_id: str
    bay: str
    power_w: int
    cause: Cause
    answer_by: datetime
    slot: Slot | None = None
    """Another time; None: that of the reservation."""
    instead: Alternative | None = None
    """How it differs from what was promised; None: recorded before it was told."""
    number: int | None = None
    """Which of the reservation's proposals it is, for who answers; None: recorded before they were numbered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationView:
    """One reservation as drivers, operators and lists see it.

    `possible`: names of the actions that would be accepted now. `next_deadline`: a DeadlineKind. Facts, no texts: those
    are made where they are read.
    """

    code: str
    state: str
    driver_id: str
    account: str
    fleet_id: str | None
    site_id: str
    site_name: str
    slot_start: datetime
    slot_end: datetime
    site_zone: str = "UTC"
    """IANA name: whose clock sentences use."""
    site_address: str = ""
    site_distance_m: int | None = None
    """Metres from the site that was booked; None: it is that site."""
    site_detour_m: int | None = None
    """How much longer the driver's way is than by that site, reckoned when it is told. None: as before, or unknown."""
    proposed: ProposedPlace | None = None
    """None: the driver is not being asked anything."""
    connector_id: int | None = None
    charger_id: str | None = None
    connector_number: int | None = None
    bay: str | None = None
    power_w: int | None = None
    plug: str = ""
    """OCPI type of the plug that is promised, where the EVSE has several."""
    enforcement: EnforcementLevel | None = None
    id_tag: str | None = None
    """The reservation's own credential, valid only in its window."""
    arrive_by: datetime | None = None
    next_deadline: str = ""
    next_deadline_at: datetime | None = None
    deposit: Money | None = None
    fee: Money | None = None
    """That is taken at booking; None: none is."""
    payment_status: str = ""
    authorised_from: datetime | None = None
    """The card is saved, or its hold is gone: when it is authorised next."""
    payment_due_at: datetime | None = None
    """Until when the driver has to pay, or to confirm the payment to their bank."""
    client_secret: str | None = None
    receipt: Receipt | None = None
    attention: tuple[Attention, ...] = ()
    decline_code: str = ""
    ended_by: str = ""
    never_confirmed: bool = False
    """It ended while its payment was awaited; also False where it was published before this was told."""
    possible: tuple[str, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    terms: Terms | None = None
    """As they were accepted."""
    cancelling: tuple[CostUntil, ...] = ()
    """What it costs, as long as that is possible; the earliest first."""
    changing: tuple[CostUntil, ...] = ()
    """The same for giving the slot up for another one."""
    kept: bool | None = None
    """Whether what was promised at booking was, once it is over; None: it is not, or nobody knows."""
    failed_for: Cause | None = None
    """Where it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Versioned):
    """Everything people should learn from one step, written in one transaction."""

    view: ReservationView
    closed: bool
    now: datetime
    notices: tuple[Notice, ...] = ()
    audit: tuple[AuditRecord, ...] = ()


PUBLISH = Activity("publish", Publication, NoneType, Kind.CONVERGENT)
"""How the reservation stands. A later version replaces it."""
ANNOUNCE = Activity("announce", Publication, NoneType, Kind.DECIDED)
"""The same with notices or audit, which cannot be taken back."""
