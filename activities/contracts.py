"""What activities take and return. Plain frozen data, additive only: recorded histories carry it.

Time is always an argument (`now` is the workflow's clock), never read inside an activity.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.charging import EnforcementLevel, TokenKind
from domain.money import Money
from domain.reservation import Assignment, Progress, Terms
from domain.settlement import LineItem
from domain.slots import Slot

# --- routing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a charger's socket lives now. `queue` None: not connected."""

    charger_id: str
    queue: str | None
    epoch: int
    can_reserve: bool | None
    """Does the charger support ReserveNow? None: not known, try."""
    promise_held: EnforcementLevel = EnforcementLevel.HARD
    """What may be promised once the charger has accepted the hold (domain.capabilities.promise)."""
    promise_not_held: EnforcementLevel = EnforcementLevel.BACKEND
    """What may be promised while it is connected and has no hold."""


# --- holds -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """Book `slot` in a pool of the site: `pool_id`, or the best pool with `connector_type`, or any."""

    code: str
    account: str
    driver_id: str
    fleet_id: str | None
    site_id: str
    pool_id: str | None
    connector_type: str | None
    slot: Slot
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A bookable window instead of the refused one. Ranked: nearest in time at the site, then nearby sites."""

    site_id: str
    site_name: str
    pool_id: str
    slot: Slot
    power_w: int
    distance_m: int
    reservation_fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`code` is a domain error code (slot_unavailable, slot_invalid, site_unknown, …)."""

    code: str
    message: str
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldConnector:
    """`id_tag` / `parent_id_tag`: what ReserveNow carries (the driver's RFID, else the reservation's app token).
    `token_kind` is that of `id_tag`; `app_tag` is the app token, whatever the device hold carries."""

    assignment: Assignment
    id_tag: str
    parent_id_tag: str | None
    app_tag: str = ""
    token_kind: TokenKind = TokenKind.RFID


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDecision:
    """Exactly one of `held` and `refusal`. `terms` and `stripe_customer` come with a new hold."""

    held: HeldConnector | None = None
    terms: Terms | None = None
    site_name: str = ""
    stripe_customer: str | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHold:
    """Fix the connector. Prefers the present one; moves within the pool when it is unhealthy or in use."""

    code: str
    hold_id: int
    now: datetime
    terms: Terms | None = None
    """Accepted at booking. None: whatever is in force at the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedHold:
    """`contested`: somebody is still on it and no other connector of the pool was free.
    `faulted`: neither this nor any other connector of the pool is usable: reroute."""

    held: HeldConnector
    contested: bool
    faulted: bool
    route: Route | None = None
    """To the charger of the connector, so that the device hold can follow without another look-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHold:
    """Reschedule or extend: the same hold takes `slot` instead, in one transaction, or nothing changes."""

    code: str
    hold_id: int
    slot: Slot
    keep_connector: bool
    """True while the driver is plugged in (extend); False may move it within the pool (reschedule)."""
    now: datetime
    terms: Terms | None = None
    """Accepted at booking. None: whatever is in force at the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReplacement:
    """A second hold for the same reservation, on an equal-or-better usable connector: same site, then nearby.

    `step` makes it idempotent (`reroute-1`, `late`). `prefer_connector_id` is tried first (late arrival).
    """

    code: str
    step: str
    driver_id: str
    slot: Slot
    power_w: int
    site_id: str
    exclude_connectors: tuple[int, ...]
    prefer_connector_id: int | None
    terms: Terms
    now: datetime
    only_connector_id: int | None = None
    """Operator's reassignment to a named connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHolds:
    """Give back holds of the reservation: one (`hold_id`), all but one (`keep_hold_id`) or all. Idempotent."""

    code: str
    reason: str
    now: datetime
    hold_id: int | None = None
    keep_hold_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """How busy it is, for fair fees. Percent of the site's connectors in use or held now."""

    somebody_waits: bool
    occupancy_percent: int


# --- payments --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseDeposit:
    """Manual-capture PaymentIntent for `amount`; confirmed at once when a `payment_method` is given."""

    code: str
    driver_id: str
    amount: Money
    payment_method: str | None
    customer: str | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """`status`: `authorised`, `action_required` (3DS or no payment method yet: `client_secret`), `declined`."""

    status: str
    payment_intent_id: str | None = None
    client_secret: str | None = None
    decline_code: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReservation:
    """Price the finished reservation, capture or release the deposit, charge a remainder, post the ledger.

    `step` (`settle`, `settle-2`…) makes it idempotent. `progress.state` is the outcome to price.
    """

    code: str
    step: str
    driver_id: str
    progress: Progress
    terms: Terms
    payment_method: str | None
    customer: str | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`captured` + `outstanding` = the charge; `released` = authorised but not taken; `credit` = owed to the driver."""

    lines: tuple[LineItem, ...]
    charge: Money
    captured: Money
    released: Money
    refunded: Money
    credit: Money
    outstanding: Money
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidPayments:
    """Release every authorisation of the reservation, refund whatever was captured. For compensations."""

    code: str
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """From a verified webhook: the state of the reservation's PaymentIntent changed. Sent as a signal."""

    event_id: str
    payment_intent_id: str
    status: str
    """`authorised`, `failed` or `canceled`."""
    at: datetime
    message: str = ""
