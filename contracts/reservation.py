"""What a reservation is started with, and what its booking answers. Additive only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.alternatives import Alternative
from contracts.publication import ReservationView
from domain.errors import Explanation
from domain.place.energy import EnergyWanted
from domain.place.fit import NO_NEEDS, Needs


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
    quote: str | None = None
    """The price that was asked for beforehand, by whose terms it is booked."""
    connector_id: int | None = None
    """Booked on the spot, as in PlaceHold."""
    needs: Needs = NO_NEEDS
    for_guest: bool = False
    """Somebody else comes; who that is is on record beside it."""
    energy: EnergyWanted | None = None
    """As in PlaceHold."""


class BookOutcome(StrEnum):
    CONFIRMED = "confirmed"
    PAYMENT_REQUIRED = "payment_required"
    """See `client_secret`, `payment_due_at`."""
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookDecision:
    outcome: BookOutcome
    view: ReservationView
    client_secret: str | None = None
    payment_due_at: datetime | None = None
    decline_code: str = ""
    why: Explanation | None = None
    alternatives: tuple[Alternative, ...] = ()
