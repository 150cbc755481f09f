"""Shared: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from slotkeeper_client.shapes import Answer, Body, Open


class AccessReason(StrEnum):
    RESERVATION = "reservation"
    LATE_ARRIVAL = "late_arrival"
    WALK_IN = "walk_in"
    RESERVED_FOR_ANOTHER = "reserved_for_another"
    RESERVED_SOON = "reserved_soon"
    NO_ACCESS = "no_access"
    UNDER_MAINTENANCE = "under_maintenance"
    OUTSIDE_WINDOW = "outside_window"
    UNPAID = "unpaid"
    TOKEN_UNKNOWN = "token_unknown"
    TOKEN_BLOCKED = "token_blocked"
    TOKEN_EXPIRED = "token_expired"
    CONCURRENT = "concurrent"
    OUT_OF_SERVICE = "out_of_service"


class Age(StrEnum):
    """How long an item has been overdue."""

    NOT_DUE = "not_due"
    UP_TO_30_DAYS = "up_to_30_days"
    UP_TO_60_DAYS = "up_to_60_days"
    UP_TO_90_DAYS = "up_to_90_days"
    MORE_THAN_90_DAYS = "more_than_90_days"


class AtSlotEnd(StrEnum):
    EXTEND_IF_FREE = "extend_if_free"
    STOP = "stop"
    OVERSTAY = "overstay"


class Cause(StrEnum):
    """Who or what is behind an outcome. A cause on the operator's side only produces credits (promise P3)."""

    DRIVER = "driver"
    OPERATOR = "operator"
    CHARGER_FAULT = "charger_fault"
    CHARGER_OFFLINE = "charger_offline"
    START_REJECTED = "start_rejected"
    CONNECTOR_OCCUPIED = "connector_occupied"
    MAINTENANCE = "maintenance"
    SYSTEM = "system"


class Channel(StrEnum):
    MAIL = "mail"
    PUSH = "push"
    SMS = "sms"
    VOICE = "voice"


class CommandOutcome(StrEnum):
    """What became of a command sent to a charger. OCPP is at-most-once: NO_RESPONSE means unknown."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OCCUPIED = "occupied"
    FAULTED = "faulted"
    UNAVAILABLE = "unavailable"
    NOT_SUPPORTED = "not_supported"
    NO_RESPONSE = "no_response"
    NOT_CONNECTED = "not_connected"


class ConnectorStatus(StrEnum):
    """Union of OCPP 1.6 §7.7 and 2.0.1 ConnectorStatusEnum; 2.x `Occupied` maps to OCCUPIED."""

    UNKNOWN = "unknown"
    AVAILABLE = "available"
    PREPARING = "preparing"
    OCCUPIED = "occupied"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"


class CreditOrigin(StrEnum):
    """What a credit was given for."""

    UNFULFILLED = "unfulfilled"
    MOVED = "moved"
    MOVED_AWAY = "moved_away"
    WAITED = "waited"
    NEGATIVE_PRICE = "negative_price"
    GRANT = "grant"
    RETURNED = "returned"
    CARRIED = "carried"


class DebtReason(StrEnum):
    NO_CARD = "no_card"
    BANK_WANTS_DRIVER = "bank_wants_driver"
    CARD_EXPIRED = "card_expired"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_REFUSED = "card_refused"
    DECLINED_FOR_NOW = "declined_for_now"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    DISPUTE_LOST = "dispute_lost"


class DebtState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    WRITTEN_OFF = "written_off"


class DepositState(StrEnum):
    """How the deposit stands, or the fee that is taken at booking instead."""

    NONE_NEEDED = "none_needed"
    ASKED = "asked"
    ACTION_REQUIRED = "action_required"
    AUTHORISED = "authorised"
    CARD_SAVED = "card_saved"
    DEFERRED = "deferred"
    LAPSED = "lapsed"
    DECLINED = "declined"
    TAKEN = "taken"
    CAPTURED = "captured"
    RELEASED = "released"


class EndpointOutcome(StrEnum):
    """What became of one event on its way to one endpoint."""

    WAITING = "waiting"
    RECEIVED = "received"
    GONE = "gone"
    PAUSED = "paused"
    NO_ENDPOINT = "no_endpoint"
    GIVEN_UP = "given_up"


class EnforcementLevel(StrEnum):
    """The honest promise (P7 of docs/ARCHITECTURE.md)."""

    HARD = "hard"
    BACKEND = "backend"
    SOFT = "soft"


class EntryState(StrEnum):
    """`waiting` and `offered` and `accepted` are open."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    BOOKED = "booked"
    BOOKED_OTHERWISE = "booked_otherwise"
    LEFT = "left"
    DECLINED = "declined"
    REMOVED = "removed"
    OVER = "over"


class EventKind(StrEnum):
    """The catalogue. All but the last are states of reservations, as they are reached."""

    RESERVATION_REQUESTED = "reservation.requested"
    RESERVATION_AWAITING_PAYMENT = "reservation.awaiting_payment"
    RESERVATION_CONFIRMED = "reservation.confirmed"
    RESERVATION_LOCKED = "reservation.locked"
    RESERVATION_ARRIVED = "reservation.arrived"
    RESERVATION_CHARGING = "reservation.charging"
    RESERVATION_OVERSTAYING = "reservation.overstaying"
    RESERVATION_REROUTING = "reservation.rerouting"
    RESERVATION_SETTLING = "reservation.settling"
    RESERVATION_COMPLETED = "reservation.completed"
    RESERVATION_DECLINED = "reservation.declined"
    RESERVATION_EXPIRED = "reservation.expired"
    RESERVATION_CANCELLED = "reservation.cancelled"
    RESERVATION_NO_SHOW = "reservation.no_show"
    RESERVATION_UNFULFILLED = "reservation.unfulfilled"
    ENDPOINT_TESTED = "endpoint.tested"


class InstantBasis(StrEnum):
    """How an instant is known."""

    NOW = "now"
    CHARGER = "charger"
    CORRECTED = "corrected"
    ESTIMATED = "estimated"


class LandmarkKind(StrEnum):
    ENTRANCE = "entrance"
    EXIT = "exit"
    BUILDING = "building"
    WALL = "wall"
    GREENERY = "greenery"
    LABEL = "label"


class Limit(StrEnum):
    """Why a line is smaller than what was measured."""

    POLICY_CAP = "policy_cap"
    CONNECTOR_POWER = "connector_power"
    ACCEPTED = "accepted"


class LineKind(StrEnum):
    RESERVATION_FEE = "reservation_fee"
    FEE_CREDIT = "fee_credit"
    SESSION_FEE = "session_fee"
    ENERGY = "energy"
    TIME = "time"
    OVERSTAY = "overstay"
    NO_SHOW = "no_show"
    CANCELLATION = "cancellation"
    CHANGE = "change"
    COMPENSATION = "compensation"
    TAX = "tax"
    ROUNDING = "rounding"
    GOODWILL = "goodwill"
    GOODWILL_UNTAXED = "goodwill_untaxed"
    ADVANCE = "advance"


class OfferReason(StrEnum):
    """What an alternative keeps of the wish."""

    SAME_TIME_HERE = "same_time_here"
    OTHER_BAY_HERE = "other_bay_here"
    OTHER_PLUG_HERE = "other_plug_here"
    OTHER_TIME_HERE = "other_time_here"
    SHORTER_HERE = "shorter_here"
    RELEASED_HERE = "released_here"
    NEARBY = "nearby"


class PayerKind(StrEnum):
    """Only who pays by CARD is asked for a deposit, or for what the session is expected to cost."""

    CARD = "card"
    TRUSTED = "trusted"
    MEMBER = "member"
    INVOICE = "invoice"


class PaymentModel(StrEnum):
    """What is held on the card before the slot, or taken."""

    DEPOSIT = "deposit"
    PREAUTHORISATION = "preauthorisation"
    FEE_AT_BOOKING = "fee_at_booking"
    CREDIT_TO_SESSION = "credit_to_session"
    MEMBERSHIP = "membership"


class Price(StrEnum):
    """What may vary. Damages and deposits do not."""

    ENERGY_PER_KWH = "energy_per_kwh"
    TIME_PER_MINUTE = "time_per_minute"
    RESERVATION_FEE = "reservation_fee"


class QuirkKind(StrEnum):
    """What had to be done to read it."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    WRONG_TYPE = "wrong_type"
    WRONG_WORD = "wrong_word"
    OUT_OF_RANGE = "out_of_range"
    DROPPED = "dropped"
    UNMETERED = "unmetered"
    UNIT_IN_DOUBT = "unit_in_doubt"
    ID_IN_USE = "id_in_use"
    BROKEN_FRAME = "broken_frame"


class ReportKind(StrEnum):
    BLOCKED = "blocked"
    NO_POWER = "no_power"
    BROKEN_PLUG = "broken_plug"
    DIRTY_OR_UNSAFE = "dirty_or_unsafe"
    SIGN_WRONG = "sign_wrong"
    OTHER = "other"


class RequestKind(StrEnum):
    """What a second person is asked about."""

    REFUND = "refund"
    GRANT = "grant"
    DISPUTE_LOSS = "dispute_loss"
    RETURN_ = "return"
    DISPUTE_CLAIM = "dispute_claim"


class RequestState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class State(StrEnum):
    REQUESTED = "REQUESTED"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    CONFIRMED = "CONFIRMED"
    LOCKED = "LOCKED"
    ARRIVED = "ARRIVED"
    CHARGING = "CHARGING"
    OVERSTAYING = "OVERSTAYING"
    REROUTING = "REROUTING"
    SETTLING = "SETTLING"
    COMPLETED = "COMPLETED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    UNFULFILLED = "UNFULFILLED"


class Unit(StrEnum):
    WATT_HOUR = "watt_hour"
    MINUTE = "minute"
    STEP = "step"


class WhenUnpaid(StrEnum):
    """What becomes of a slot whose driver was asked to confirm the payment, and did not in time."""

    CANCEL = "cancel"
    KEEP = "keep"


class WithoutAccount(StrEnum):
    """What a driver can do whose fleet's invoice account is closed, full, or in another currency."""

    REFUSE = "refuse"
    CARD = "card"


class AgeOut(Answer):
    age: Open[Age]
    amount_minor: int


class AlternativeOut(Answer):
    """What whoever asked can book as it stands, and what they would pay for it."""

    reason: Open[OfferReason] | None
    """How it differs from what was asked for. null: not known"""
    words: str
    """The same in a sentence, in the language of the answer"""
    quote: str | None
    """Named as `quote` of a booking of exactly this, with what was needed of the bay, it is had for this price
    for as long as `GET /v1/quotes/{quote}` says. null: not known
    """
    connector_type: str | None
    """The plug, an OCPI ConnectorType name. null: not known"""
    named_bay: NamedBayOut | None
    """The bay to be named as `bay` with its quote, or to the same action. null: whichever; `bay` is left out
    then, and a reschedule says `any_bay`
    """
    accessible: bool
    """A bay for people with disabilities that is open to all by then"""
    bookable_from: datetime | None
    """Kept for people with disabilities until then, and yours if it is left. null: bookable at once"""
    site_id: str
    site_name: str
    site_address: str
    pool_id: str
    start: datetime
    end: datetime
    power_w: int
    distance_m: int
    detour_m: int | None = None
    """By way of this site instead of the wanted one, along the `route` of the booking, in straight lines;
    negative: less far. null: the caller's account named none, or it is forgotten
    """
    reservation_fee: MoneyOut
    """Of `payer`: zero for members"""
    payer: Open[PayerKind]
    """Who would pay, as in `terms.payer.kind`"""
    held: MoneyOut
    """On the card: at booking, or near the start of a slot far ahead"""
    taken: MoneyOut
    """At booking: the reservation fee with its tax, where the site takes it then"""
    energy_per_kwh: MoneyOut | None
    """null: not known"""
    time_per_minute: MoneyOut | None
    price_reasons: list[PriceReasonOut]
    """Why the prices are what they are"""
    price_difference: MoneyOut | None
    """What a session of the usual power over the slot would cost more than as it was wanted; negative: less.
    null: the two cannot be compared
    """
    certainty: float | None
    """That it is kept, 0 to 1: the least of what may be given. null: not known"""


class AuditEntryOut(Answer):
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]
    text: str


class BayOut(Answer):
    """Where to plug in. Provisional until the reservation is locked."""

    charger_id: str
    connector_id: int
    connector_number: int | None
    label: str | None
    power_w: int | None
    connector_type: str | None
    """Which plug, where the EVSE has several types (OCPI ConnectorType); null: there is one"""


class BillingPartyIn(Body):
    """A business, as the law wants its invoices to name it."""

    name: str
    address: list[str]
    country: str
    tax_id: str = ""


class BillingPartyOut(Answer):
    name: str
    address: list[str]
    country: str
    tax_id: str


class BlockIn(Body):
    reason: str
    """Your words, for the audit trail"""


class BudgetUseOut(Answer):
    """Of one month: the reservations whose slot begins in it, on the clock of their site."""

    cost_center: str
    """Empty: the whole fleet"""
    limit: MoneyOut
    hard: bool
    spent: MoneyOut
    """On the fleet's invoice account, by the ledger"""
    promised: MoneyOut
    """What bookings that are not billed yet are expected to come to"""
    percent: int


class BudgetUsesOut(Answer):
    items: list[BudgetUseOut]


class CancellationTierOut(Answer):
    """Cancelling at least `ahead_seconds` before the start costs `fee`."""

    ahead_seconds: int
    fee: MoneyOut


class CardOut(Answer):
    id: str
    """What it is called here; who knows what chargers read could charge with it"""
    card: str
    """Its last characters"""
    driver_id: str
    group_id: str | None
    blocked: bool
    """It opens nothing"""
    blocked_at: datetime | None
    """Since when; null: it is not, or nobody knows"""
    expires_at: datetime | None
    """From here on it opens nothing; null: never"""


class CardsOut(Answer):
    items: list[CardOut]
    next_cursor: str | None


class CertaintyOut(Answer):
    """How likely it is that the driver is served as promised, by what became of bookings there in the last
    half year.

    The members after `enforcement` are what may keep them from it, each by itself: probabilities, 0 to 1.
    """

    kept: float
    """0 to 1; of a quote the least of what may be given"""
    enforcement: Open[EnforcementLevel]
    """The most that the charger can do: `hard`, it keeps others away itself; `backend`, others are not let
    charge; `soft`, it may let them
    """
    fault: float
    """The bay is broken, silent, or does not start"""
    overrun: float
    """The driver before stays too long"""
    taken: float
    """Somebody else stands there"""
    withdrawn: float
    """It is taken back: maintenance, or a failure of the system"""
    overbooked: float
    """More is promised for that time than works now"""
    words: list[str]
    """The same in sentences, in the caller's language"""


class CommandOut(Answer):
    """What became of the command. Whatever the outcome, it is in the charger's audit trail."""

    charger_id: str
    command: str
    outcome: Open[CommandOutcome]
    """`accepted`; `rejected`, `occupied`, `faulted`, `unavailable`: the charger's refusal; `not_supported`:
    it, or its protocol version, does not know the command; `no_response`: no answer in time, nobody knows
    whether it acted: look at its status before you repeat it
    """
    detail: str
    """The charger's own words, or why there is no answer"""
    code: str | None
    """Why it was never sent: `not_in_version`, `install_time_not_in_version`, `transaction_id_not_a_number`,
    `key_malformed`, `breaks_schema` (a value that the version cannot carry). Null: the charger was asked
    """
    values: dict[str, str] | None


class CostOut(Answer):
    """What it costs up to and including `until`, in all; null: from then on."""

    cost: MoneyOut
    until: datetime | None
    text: str


class CostsOut(Answer):
    """By what is known now, the present cost first; empty: not possible now."""

    cancel: list[CostOut]
    """What is sent along as `accepted_cost` is not exceeded: it is refused where it costs more by then"""
    reschedule: list[CostOut]
    """Of giving the slot up for another one, beside what has been accepted before; to be sent along as
    `accepted_cost`. A change that keeps the start, or has the old slot within the new one, costs nothing
    """


class CreditOut(Answer):
    """What a driver was given on account. It pays their next bills of that currency, the soonest to expire
    first.
    """

    id: int
    currency: str
    amount_minor: int
    """Given in all"""
    left_minor: int
    """Still to be spent"""
    expired_minor: int
    origin: Open[CreditOrigin]
    text: str
    """What it was given for"""
    cause: Open[Cause] | None
    """Why, by its code; null: for no cause"""
    cause_text: str | None
    reservation: str | None
    """The one it was given for; null: for none"""
    granted_at: datetime
    expires_at: datetime | None
    """Until when it can be spent; null: for ever"""
    uses: list[CreditUseOut]


class CreditSpentOut(Answer):
    """Of one of the driver's credits, so much paid this bill."""

    credit: int
    """Its id, as in /v1/credits"""
    amount_minor: int
    origin: Open[CreditOrigin]
    text: str
    """What it was given for"""
    reservation: str | None
    """The one it was given for; null: granted by an operator"""


class CreditTermsOut(Answer):
    """What is credited where the driver was served otherwise than promised; null: nothing."""

    moved: MoneyOut | None
    """Served at another bay of the site"""
    moved_away: MoneyOut | None
    """Served at another site"""
    waited: MoneyOut | None
    """For each `waited_step_seconds` begun before a taken or broken bay, beyond the tolerance"""
    waited_step_seconds: int
    waited_tolerance_seconds: int
    cap: MoneyOut | None
    """The most for one reservation in all; null: no limit"""
    expire_after_seconds: int | None
    """So long a credit pays bills from when it is given; null: for ever"""
    warn_before_seconds: int
    """So long before that its driver is told"""


class CreditUseOut(Answer):
    """A reservation's bill that it pays; what was given back since is not in it."""

    reservation: str
    amount_minor: int
    at: datetime


class DebtOut(Answer):
    """What is still to be paid for a reservation."""

    reservation: str
    state: Open[DebtState]
    currency: str
    outstanding_minor: int
    """Still to be paid, in minor units"""
    amount_minor: int
    """The most that was ever owed"""
    since: datetime
    reason: Open[DebtReason]
    """Why it could not be charged the last time"""
    why: str
    """The same for people"""
    attempts: int
    """How often the card was tried again"""
    next_attempt_at: datetime | None
    """When it is tried again; null: it is not"""
    pay: str | None
    """Where to ask for something to pay with; null: nothing is owed"""
    closed_at: datetime | None


class DebtTermsOut(Answer):
    """What becomes of an amount that the card does not pay: it is tried again, and may bar new bookings."""

    retried_after_seconds: list[int]
    """So long after each failure the card is tried again"""
    bars_bookings: bool
    most_open: MoneyOut | None
    """The most that may be open beside a new booking; null: nothing"""
    bars_after_seconds: int
    """It bars once it has been open for so long"""


class EndpointEventOut(Answer):
    """Somebody has asked for a test event."""

    type: Open[EventKind]
    timestamp: datetime
    data: EndpointTestedOut


class EndpointTestedOut(Answer):
    endpoint: int
    """Its `id`"""


class EnergyIn(Body):
    """Either `energy_wh`, or how full the battery is and shall be; what a vehicle's record says need not be
    said.
    """

    energy_wh: int | None = None
    battery_wh: int | None = None
    """Default: the vehicle's"""
    soc_now: int | None = None
    """Percent"""
    soc_target: int | None = None
    max_ac_w: int | None = None
    """The car takes no more; default: the vehicle's, else no limit"""
    max_dc_w: int | None = None


class ErasedOut(Answer):
    at: datetime
    alias: str | None
    """What the books call the driver from now on; null: nothing was known of them"""


class FairUseOut(Answer):
    """How much one person may have booked, with however many accounts; null: no limit."""

    weekly_seconds: int | None
    """In a week, Monday to Sunday on the site's clock, by the start of the slots"""
    longest_stay_seconds: int | None
    """In slots here that follow one another with less than `pause_seconds` between"""
    pause_seconds: int
    no_shows: int | None
    """Who misses so many within `no_shows_within_seconds` books nothing for `cooling_off_seconds`"""
    no_shows_within_seconds: int | None
    cooling_off_seconds: int | None


class FieldError(Answer):
    """One thing wrong with the request: `pointer` into the body, or the name of a `parameter`."""

    in_: Literal["body", "query", "path", "header"] | str = Field(alias="in")
    pointer: str | None = None
    parameter: str | None = None
    reason: str
    message: str


class InvoiceAccountOut(Answer):
    fleet_id: str
    party: BillingPartyOut | None
    """As who it is named on documents"""
    currency: str
    days_to_pay: int
    limit_minor: int | None
    active: bool
    open_minor: int
    """What it owes; negative: it has paid more than that"""
    changed_at: datetime


class LandmarkOut(Answer):
    kind: Open[LandmarkKind]
    x_cm: int
    """Of its middle, from the left, in centimetres"""
    y_cm: int
    """From the top"""
    width_cm: int
    """Along x, while it is not turned; 0: it is a point"""
    length_cm: int
    angle: int
    """Degrees, clockwise"""
    label: str


class LineConnectorOut(Answer):
    charger_id: str
    connector_number: int
    bay: str | None


class LineOut(Answer):
    """`amount_minor`: net of tax; the quantity times its price, rounded once, unless `limited_by` is
    `policy_cap`.
    """

    kind: Open[LineKind]
    text: str
    cause: Open[Cause]
    amount_minor: int
    quantity: QuantityOut | None
    connector: LineConnectorOut | None
    tax_basis_points: int | None
    """Of a line of tax: 1900 is 19 %"""
    limited_by: Open[Limit] | None
    """`policy_cap`, `connector_power` or `accepted`: why it is less than what was measured"""


class MembershipOut(Answer):
    """What counts is whether a slot's start lies within it when it is booked."""

    id: int
    site_id: str | None
    """null: at every site"""
    tier: str
    """Of the site's policy, by name; empty: of none"""
    valid_from: datetime
    valid_until: datetime | None
    """From here on it is none; null: until it is ended"""


class MoneyOut(Answer):
    """Whole minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str


class MoneyRequestOut(Answer):
    """Waits until another person than `asked_by` approves or refuses it."""

    number: int
    kind: Open[RequestKind]
    subject: str
    """The reservation of a refund, the driver of a grant, or the dispute"""
    currency: str
    amount_minor: int
    reason: str
    asked_by: str
    asked_at: datetime
    state: Open[RequestState]
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str


class MoneySummaryOut(Answer):
    """Minor units of `currency`; null until settled."""

    currency: str
    deposit_minor: int
    fee_minor: int | None
    """The reservation fee that is taken at booking, with its tax; null: none is"""
    payment_status: Open[DepositState]
    """Of the deposit or of that fee: `authorised` is held, `taken` is paid; empty: nothing to tell"""
    authorised_from: datetime | None
    """The card is saved and nothing is held yet: when it is authorised"""
    payment_due_at: datetime | None
    """Until when the driver has to pay, or to confirm the payment to their bank"""
    charge_minor: int | None
    captured_minor: int | None
    credit_minor: int | None
    """Given with this bill"""
    credit_spent_minor: int | None
    """Of the charge, what credits of before have paid"""
    credits_spent: list[CreditSpentOut]
    invoiced_minor: int | None
    """What it comes to on the fleet's account, less what is credited; null: it is not invoiced"""
    outstanding_minor: int | None
    """What the driver still owes; negative: owed to them, as it could not be given back"""
    returned_minor: int | None
    """Of what was captured, what went back another way: by bank transfer, or as a credit"""
    lines: list[LineOut]


class NamedBayOut(Answer):
    """A bay that was asked for by name, and what keeping to it takes from others: who is left to us makes way."""

    bay: str
    lost: int
    """Of `starts`, how many at which nobody else can begin a stay as long as this one while it is kept"""
    starts: int
    """Within twelve hours around the slot, at which somebody else could otherwise"""
    words: str
    """The same in a sentence, in the caller's language"""


class NeedsIn(Body):
    """What a booking asks of its bay; what is left out is not asked for."""

    accessible: bool = False
    """A bay for people with disabilities"""
    trailer: bool = False
    drive_through: bool = False
    """Left without backing out"""
    length_cm: int | None = None
    """Of the vehicle, with its trailer"""
    width_cm: int | None = None
    height_cm: int | None = None


class WebhookEndpointOut(Answer):
    """`last_answer`: a status, or what kept the request from one; empty before the first."""

    id: int
    fleet_id: str | None
    url: str
    kinds: list[Open[EventKind]]
    active: bool
    made_at: datetime
    made_by: str
    failing_since: datetime | None
    """Its first failure since it last took something"""
    failures: int
    """Since then"""
    last_answer: str
    last_at: datetime | None
    previous_secret_until: datetime | None
    """Before it, events are signed with the secret before this one, too; null: it was never changed"""
    paused_at: datetime | None
    """Nobody was there for too long: nothing is sent until it is put again; then it may be replayed"""


class NewWebhookEndpointOut(WebhookEndpointOut):
    secret: str
    """`whsec_` and base64: shown this once"""


class OpenItemOut(Answer):
    """A reservation whose bill is not paid yet, or not all of it. What is paid pays the oldest first."""

    reservation: str
    amount_minor: int
    left_minor: int
    invoiced_on: date
    due_on: date
    age: Open[Age]


class OperatorsCreditOut(CreditOut):
    driver_id: str
    reason: str
    """In the words of whoever granted it"""
    granted_by: str
    """The operator; empty: a bill gave it"""
    approved_by: str
    """The second person; empty: none was needed"""


class OverstayOut(Answer):
    """`fee_per_step` for each step begun from `grace_seconds` after the slot's end, up to `cap`."""

    grace_seconds: int
    step_seconds: int
    fee_per_step: MoneyOut
    cap: MoneyOut | None
    """The most there is to pay; null: no limit"""
    idle_grace_seconds: int | None
    """Within the slot: so long after charging has finished it costs too; null: it never does"""
    exempt_from: str | None
    """On the site's clock; from here to `exempt_until` it is free"""
    exempt_until: str | None
    busy_from_percent: int | None
    """From this occupancy of the site on, `busy_multiplier` applies"""
    busy_multiplier: int
    waived_when_nobody_waits: bool


class OwedOut(Answer):
    account: InvoiceAccountOut
    overpaid_minor: int
    """Paid beyond all that was invoiced"""
    ages: list[AgeOut]
    """What is open, by how long it has been overdue"""
    items: list[OpenItemOut]
    """The oldest first"""


class PayerOut(Answer):
    """Who pays, and how. Of a site's own terms: as the caller would, if they are a driver."""

    kind: Open[PayerKind]
    """`card`: by `payments`; `trusted`: by card, and nothing is held before; `invoice`: their fleet; `member`:
    as trusted, without a fee for the reservation
    """
    account: str
    """Whose, where it is not the driver's card"""
    until: datetime | None
    """When what makes them so ends; null: not by itself"""


class PaymentTermsOut(Answer):
    """What is held on the card or taken, and when it is not at booking: a slot far ahead, or the provider was
    away.
    """

    model: Open[PaymentModel]
    """Held: `deposit`, zero is free; `preauthorisation`, what the session is expected to cost. Taken:
    `fee_at_booking`, the reservation fee; `credit_to_session`, which then counts towards the session.
    `membership`: nothing, and only members book
    """
    expected_power_w: int
    """An expected session draws so much over the whole slot"""
    most_authorised: MoneyOut | None
    """No more is held for an expected session; null: as much as it is expected to cost"""
    authorised_ahead_seconds: int
    """A card that was saved is authorised so long before the start"""
    answer_within_seconds: int
    """Who has to confirm that to their bank has so long, at most until the start"""
    when_unpaid: Open[WhenUnpaid]
    """`cancel`: then the slot is given back without a fee; `keep`"""
    accepted_while_away: MoneyOut | None
    """The largest deposit or fee that is accepted while the provider is away, and held or taken later; null:
    none
    """
    members: bool
    """Are members free of the reservation fee, and of whatever is held?"""
    without_account: Open[WithoutAccount]
    """Whose fleet's invoice account is closed or full: `refuse`: books nothing; `card`: as anybody"""
    trusted: TrustTermsOut | None
    """Who books without anything being held; null: nobody"""


class PersonalDataOut(Answer):
    driver_id: str
    made_at: datetime
    held: dict[str, list[dict[str, Any]]]
    """By table, with all that it holds about the driver; without secrets, and of cards their end"""


class PlaceOfferOut(Answer):
    """A place that is kept until `until` for whoever accepts it."""

    code: str
    """Of the reservation that it becomes; what is said to the offer names it"""
    start: datetime
    end: datetime
    pool_id: str | None
    connector_type: str | None
    quote: str | None
    """What it costs says `GET /v1/quotes/{quote}`"""
    until: datetime


class PlacedBayOut(Answer):
    label: str
    x_cm: int
    """Of its middle, from the left, in centimetres"""
    y_cm: int
    """From the top"""
    angle: int
    """Degrees, clockwise"""
    length_cm: int
    """Up and down on the plan, while it is not turned"""
    width_cm: int


class PowerLimitIn(Body):
    offset_s: int
    """Seconds after the schedule's start"""
    watts: int


class PriceReasonOut(Answer):
    """One step from the tariff's price to that of the slot."""

    price: Open[Price]
    """`energy_per_kwh`, `time_per_minute` or `reservation_fee`"""
    amount: MoneyOut
    """That price after the step"""
    text: str


class Problem(Answer):
    """Match on `code`; it is stable. The other members are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: str
    errors: list[FieldError] | None = None


class ProposedPlaceOut(Answer):
    """Another place, held while the driver is asked: POST `accept-move` or `decline-move`. No answer is a yes,
    but a no where it is for another time.
    """

    number: int | None
    """Which of the reservation's proposals it is: the answer names it as `proposal`, and is refused where
    another one has taken its place. null: not known
    """
    site_id: str
    site_name: str
    site_address: str
    """On one line; empty: not known"""
    site_distance_m: int | None
    """Metres from the booked site; null: it is that site"""
    charger_id: str
    label: str
    power_w: int
    cause: Open[Cause]
    answer_by: datetime
    start: datetime
    """As of the reservation, or another time where no place is left at that"""
    end: datetime
    offer: AlternativeOut | None
    """How it differs from what was promised, as of any alternative; at the prices that were accepted. null:
    not known
    """


class QuantityOut(Answer):
    """`count` of `unit` (watt_hour, minute, step) at `unit_price_minor` for a kWh, a minute or a step."""

    count: int
    unit: Open[Unit]
    unit_price_minor: int


class RefusedChange(Problem):
    """Why something was refused that there may be another place or time for."""

    alternatives: list[AlternativeOut] = Field(default_factory=list)
    """The best first. Of a reschedule or an extension: what the same action takes just now. Else: what can be
    booked just now as it stands
    """
    opens: datetime | None = None
    """From when on it would be another answer"""
    ends_at: datetime | None = None
    """When what refused it is over"""


class ReservationEventOut(Answer):
    """A reservation has reached a state."""

    type: Open[EventKind]
    timestamp: datetime
    """When it was reached"""
    data: ReservationToldOut


class ReservationOut(Answer):
    code: str
    state: Open[State]
    driver_id: str
    fleet_id: str | None
    site_id: str
    site_name: str
    site_address: str
    """On one line; empty: not known"""
    site_distance_m: int | None
    """Metres from the booked site to the one that the reservation was moved to; null: it is at that site"""
    site_detour_m: int | None
    """How much longer the way by that site is than by the booked one, along the `route` of the booking, in
    straight lines; told to the account that named it. null: it is at the booked site, or no route is known
    """
    start: datetime
    end: datetime
    bay: BayOut | None
    proposed: ProposedPlaceOut | None
    """null: the driver is not being asked anything"""
    enforcement: Open[EnforcementLevel] | None
    """hard: the device holds the connector; backend: only we refuse others; soft: best effort"""
    id_tag: str | None
    """The reservation's own credential, valid only in its window"""
    client_secret: str | None
    """For its driver, while a payment waits for them: completes it in the app, until `money.payment_due_at`"""
    arrive_by: datetime | None
    next_deadline: str
    next_deadline_at: datetime | None
    money: MoneySummaryOut
    costs: CostsOut
    terms: TermsOut | None
    """What was accepted by booking; null: nothing was booked"""
    energy_wh: int | None
    decline_code: str
    ended_by: Open[Cause]
    possible: list[
        Literal[
            "accept-move",
            "cancel",
            "check-in",
            "decline-move",
            "extend",
            "force-release",
            "on-my-way",
            "reassign",
            "reschedule",
            "resolve",
            "shorten",
            "start",
            "stop",
            "swap",
            "waive",
        ]
        | str
    ]
    """What a POST would be accepted for now, as routes below this reservation: of drivers and fleets below
    /v1/reservations/{code}, of operators below /v1/operations/reservations/{code}
    """
    timeline: list[TimelineEntryOut]


class ReservationSummaryOut(Answer):
    """One row of a list, from the projection."""

    code: str
    state: Open[State]
    driver_id: str
    fleet_id: str | None
    site_id: str
    start: datetime
    end: datetime
    connector_id: int | None
    closed: bool
    updated_at: datetime


class ReservationToldOut(Answer):
    """A reservation as it was when it reached the state."""

    reservation: str
    """Its code"""
    state: Open[State]
    driver_id: str
    fleet_id: str | None
    site_id: str
    start: datetime
    end: datetime


class SitePlanOut(Answer):
    width_cm: int
    """Of the ground that is shown, along x"""
    length_cm: int
    """Along y"""
    bays: list[PlacedBayOut]
    landmarks: list[LandmarkOut]


class StandingOut(Answer):
    """Of entries whose windows overlap: who has waited longest, with what the weight of a tier gains them,
    twelve hours at most, is asked first. Whom what is free does not serve, or who may not book it, is
    passed over and keeps their place: so who is further behind may be asked sooner.
    """

    place: int
    """1 is asked first"""
    waiting: int
    """How many there are, with this one"""
    waited_seconds: int
    gained_seconds: int
    """By the weight"""
    weight: int
    """Of the tier that the driver had when they joined; 1: of none"""


class TermsOut(Answer):
    """What a booking made now would be subject to; of a reservation: what was accepted."""

    words: list[str]
    """Everything here that can cost money or is credited, in sentences, in the caller's language"""
    currency: str
    tier: str
    """Of the site's membership tiers the driver's, by which all of this is; empty: none"""
    tiers: list[TierOut]
    """All that the site has, lowest first"""
    horizon_seconds: int
    """So far ahead can be booked"""
    open_reservations: int
    """So many of a driver may be open at a time"""
    fair_use: FairUseOut
    deposit: MoneyOut
    """Of `payer`: zero where none is asked for"""
    reservation_fee: MoneyOut
    """Of `payer`: zero for members"""
    fee_credited_to_session: bool
    cancellation: list[CancellationTierOut]
    """The largest `ahead_seconds` that is met applies, else the dearest; empty: always free"""
    late_change_costs: bool
    """Giving the slot up for another one costs what cancelling it at that moment would; false: nothing"""
    no_show_fee: MoneyOut
    late_arrival_waives_no_show_fee: bool
    overstay: OverstayOut
    compensation: MoneyOut
    """Credited when the promise could not be kept"""
    named_bay: NamedBayOut | None
    """Of a slot whose bay was asked for by name. null: none was, or it was not free when it was quoted"""
    certainty: CertaintyOut | None
    """That what was promised is kept, as it was told at booking; null: no slot was asked about, or it was
    booked before this was told
    """
    price_rules_version: int | None
    """By which prices vary; null: they do not, or no slot was asked about"""
    price_reasons: list[PriceReasonOut]
    """Why the prices of the slot are what they are"""
    energy_per_kwh: MoneyOut
    time_per_minute: MoneyOut
    session_fee: MoneyOut
    tax_basis_points: int
    slot_step_seconds: int
    slot_shortest_seconds: int
    slot_longest_seconds: int
    accessible_kept_until_seconds: int
    """Until so long before a slot accessible bays are kept for who needs them"""
    grace_seconds: int
    """So long after the start the connector waits"""
    eta_extension_seconds: int
    """The most that on-my-way adds to it, once"""
    early_start_seconds: int
    payment_seconds: int
    """So long an unpaid booking is kept"""
    change_until_seconds: int
    """Rescheduling is possible until so long before the start"""
    at_slot_end: Open[AtSlotEnd]
    debts: DebtTermsOut
    credits: CreditTermsOut
    payments: PaymentTermsOut
    payer: PayerOut


class TierOut(Answer):
    """What members of a tier get otherwise than everybody; null: the same."""

    name: str
    horizon_seconds: int | None
    """So far ahead they book"""
    concurrent: int | None
    """So many of their reservations may be open at a time"""
    weekly_seconds: int | None
    """So much they may have booked in a week"""
    free_cancellation_ahead_seconds: int | None
    """Cancelling so long before the start, or earlier, costs nothing"""
    fee_percent: int
    """Of what everybody pays for cancelling and for not coming"""
    reservation_fee: MoneyOut | None
    """Before the site's price rules"""
    grace_seconds: int | None
    """So long after the start the connector waits"""
    queue_weight: int
    """On the waiting list their time counts so many times, up to a bound"""
    products: list[str]
    """Of the payment provider, or their prices: who subscribes to one is a member"""


class TimelineEntryOut(Answer):
    """What happened: a stable code with its parameters, and the same in the reader's language."""

    at: datetime
    code: str
    parameters: dict[str, Any]
    text: str


class TrustTermsOut(Answer):
    """Who has come to `visits` bookings within the time and missed none, owes nothing and disputes no payment."""

    visits: int
    within_seconds: int
    most_open: int
    """For so many bookings at once"""


class WaitingEntriesOut(Answer):
    items: list[WaitingEntryOut]
    next_cursor: str | None


class WaitingEntryOut(Answer):
    id: str
    site_id: str
    driver_id: str
    start: datetime
    end: datetime
    lasts_minutes: int | None
    """null: as long as the energy takes"""
    energy_wh: int | None
    pool_id: str | None
    connector_type: str | None
    tier: str
    """Empty: none"""
    state: Open[EntryState]
    joined_at: datetime
    until: datetime
    """So long something can be offered; a notice says so when it is over"""
    ended_at: datetime | None
    standing: StandingOut | None
    """null: it is over"""
    offer: PlaceOfferOut | None
    """null: nothing is offered now"""
    asked_from: datetime
    """Not before then"""
    snoozes_left: int
    """So many offers of the site may still be let pass within a day, by all entries of their driver"""
    reservation: str
    """Code of what it has become; or empty"""
    passed_over: str
    """Code of what keeps them from being offered what is free; or empty"""
    passed_over_at: datetime | None
    """Since when, for that reason"""
    why: str
    """`passed_over` in words"""


class WebhookEndpointIn(Body):
    url: str
    """https, at an address of the public internet"""
    kinds: list[EventKind] = Field(default_factory=list)
    """Which events; an empty list: all"""
    active: bool = True


class WebhookEndpointsOut(Answer):
    items: list[WebhookEndpointOut]


class WebhookEventOut(Answer):
    """`kind`, `outcome`: null: of a newer version."""

    event_id: str
    """Its `webhook-id`"""
    kind: Open[EventKind] | None
    reservation: str | None
    at: datetime
    recorded_at: datetime
    outcome: Open[EndpointOutcome] | None
    attempts: int
    delivered_at: datetime | None
    next_attempt_at: datetime | None


class WebhookEventsOut(Answer):
    items: list[WebhookEventOut]
    next_cursor: str | None


class WebhookReplayIn(Body):
    since: datetime
    received: bool = False
    """Also what was received"""


class WebhookReplayOut(Answer):
    events: int


class WebhookTestOut(Answer):
    event_id: str
    """Its `webhook-id`"""
