"""The wire contract of the workflows: ids, queues, inputs, updates, signals. Additive only.

Everything the API, the gateway and operators need to start and steer a reservation is named here.
"""

from dataclasses import dataclass
from datetime import datetime

from contracts.holds import Alternative
from contracts.money import PaymentEvent as PaymentEvent
from contracts.publication import ReservationView


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRequest:
    """Start input of a reservation. `payment_method`: a saved Stripe payment method, confirmed at once."""

    code: str
    account: str
    driver_id: str
    site_id: str
    start: datetime
    end: datetime
    book_by: datetime
    fleet_id: str | None = None
    pool_id: str | None = None
    connector_type: str | None = None
    payment_method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookDecision:
    """`outcome`: `confirmed`, `payment_required` (see `client_secret`, `payment_due_at`) or `declined`."""

    outcome: str
    view: ReservationView
    client_secret: str | None = None
    payment_due_at: datetime | None = None
    decline_code: str = ""
    message: str = ""
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """By the driver: the cancellation tiers of the policy apply."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMyWay:
    eta: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Operate:
    """Who of the operator's staff acts, and why. Every operator update carries it into the audit trail."""

    operator: str = "operator"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign:
    """Move to `connector_id`, or to the best free one when None."""

    operator: str = "operator"
    reason: str = ""
    connector_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive:
    """`kind`: a line item kind, e.g. `no_show`, `overstay`, `cancellation`."""

    kind: str
    operator: str = "operator"
    reason: str = ""
