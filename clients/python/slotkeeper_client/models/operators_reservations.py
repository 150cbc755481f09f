"""Operators reservations: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from slotkeeper_client.models.shared import (
    AuditEntryOut,
    CreditSpentOut,
    LineKind,
    LineOut,
    MoneyRequestOut,
    ReservationOut,
    ReservationSummaryOut,
    State,
)
from slotkeeper_client.shapes import Answer, Body, Open


class Basis(StrEnum):
    """What the energy of a transaction rests on."""

    STOP = "stop"
    LAST_READING = "last_reading"
    INTERVALS = "intervals"
    CONNECTOR_POWER = "connector_power"
    NOTHING = "nothing"


class Context(StrEnum):
    """OCPP ReadingContext, as far as it matters here."""

    BEGIN = "begin"
    SAMPLE = "sample"
    END = "end"


class RefundCause(StrEnum):
    """What an operator chooses from; their own words go beside it."""

    NOT_WORKING = "not_working"
    BILLING_ERROR = "billing_error"
    WAIVED = "waived"
    GOODWILL = "goodwill"


class RefundSource(StrEnum):
    OPERATOR = "operator"
    DASHBOARD = "dashboard"


class ReturnWay(StrEnum):
    BANK_TRANSFER = "bank_transfer"
    CREDIT = "credit"


class Told(StrEnum):
    """In what a reading came."""

    START = "start"
    STOP = "stop"
    TRANSACTION = "transaction"
    CONNECTOR = "connector"


class Why(StrEnum):
    """Why a reading does not count."""

    NEGATIVE = "negative"
    OTHER_REGISTER = "other_register"
    AFTER_END = "after_end"
    IMPLAUSIBLE = "implausible"
    OUTRANKED = "outranked"


class AuditOut(Answer):
    items: list[AuditEntryOut]


class DiscardedReadingOut(Answer):
    at: datetime
    wh: int
    context: Open[Context]
    told: Open[Told]
    location: str
    unit: str
    why: Open[Why]


class LegEvidenceOut(Answer):
    """One transaction. `basis`: `stop`, `last_reading`, `intervals`, `connector_power` or `nothing`."""

    transaction_id: str
    charger_id: str
    connector_number: int
    energy_wh: int
    billed_wh: int
    basis: Open[Basis]
    counted: list[RegisterPartOut]
    discarded: list[DiscardedReadingOut]
    rescaled: list[MeterReadingOut]


class MeterReadingOut(Answer):
    at: datetime
    wh: int
    context: Open[Context]
    told: Open[Told]
    location: str
    unit: str


class NotificationOut(Answer):
    at: datetime
    driver_id: str
    template: str
    parameters: dict[str, Any]
    text: str


class NotificationsOut(Answer):
    items: list[NotificationOut]


class OperateIn(Body):
    reason: str = ""


class ReassignIn(Body):
    reason: str = ""
    connector_id: int | None = None
    accept_lesser: bool = False
    agreed: bool = False


class RefundAnswerOut(Answer):
    """One of the two: `refund` (201), or `request` (202), which another person decides."""

    refund: RefundOut | None
    request: MoneyRequestOut | None


class RefundIn(Body):
    amount_minor: int | None = None
    """With tax, in minor units of the bill's currency; null: all there is"""
    position: int | None = None
    """Of the line on the newest bill; null: of the whole bill"""
    cause: RefundCause
    reason: str


class RefundOut(Answer):
    """Decided. Its money moves within a minute: what the card paid goes back to it, then credits revive."""

    number: int
    reservation: str
    source: Open[RefundSource]
    """`operator`, or `dashboard`: the payment provider's"""
    currency: str
    amount_minor: int
    """With tax, by what the bill falls. Negative: a refund of the dashboard has failed"""
    owed_minor: int
    """What of a refund of the dashboard paid what was owed to the driver already: the bill stays"""
    line: Open[LineKind] | None
    """Kind of the line that it gives back; null: of the whole bill"""
    position: int | None
    cause: Open[RefundCause]
    reason: str
    decided_by: str
    decided_at: datetime
    request: int | None
    """The request that a second person approved"""
    provider_object: str
    settled: bool
    """Is it in a settlement that is done?"""


class RefundsOut(Answer):
    items: list[RefundOut]


class RegisterPartOut(Answer):
    """The register rose from `begin` to `end`. Several: it began anew in between."""

    begin: MeterReadingOut
    end: MeterReadingOut
    energy_wh: int


class ReservationForOperatorOut(ReservationOut):
    account: str
    needs_attention: str


class ReservationSummaryForOperatorOut(ReservationSummaryOut):
    account: str
    needs_attention: str


class ReservationsForOperatorOut(Answer):
    items: list[ReservationSummaryForOperatorOut]
    next_cursor: str | None


class ReturnAnswerOut(Answer):
    """One of the two: `returned` (201), or `request` (202), which another person decides."""

    returned: ReturnOut | None
    request: MoneyRequestOut | None


class ReturnIn(Body):
    way: ReturnWay
    """`bank_transfer`, or `credit`: it pays the driver's next bill"""
    reference: str
    """Of the transfer, as the bank has it; or your own. The same again is the same return"""
    amount_minor: int | None = None
    """In minor units of the bill's currency; null: all that is owed"""
    reason: str


class ReturnOut(Answer):
    """Booked, and told to the driver. No refund pays it again."""

    id: int
    reservation: str
    way: Open[ReturnWay]
    reference: str
    currency: str
    amount_minor: int
    credit: int | None
    """The driver's credit that it became"""
    reason: str
    decided_by: str
    decided_at: datetime
    request: int | None
    """The request that a second person approved"""


class ReturnsOut(Answer):
    currency: str
    owed_minor: int
    """Still to be given to the driver"""
    items: list[ReturnOut]


class SettledBillOut(Answer):
    """`step`: `settle`, `settle-2`… by the reservation, `follow-up-1`… for what was told later."""

    step: str
    outcome: Open[State]
    priced_at: datetime
    energy_wh: int
    currency: str
    charge_minor: int | None
    captured_minor: int | None
    credit_minor: int | None
    invoiced_minor: int | None
    credit_spent_minor: int | None
    returned_minor: int | None
    credits_spent: list[CreditSpentOut]
    lines: list[LineOut]
    evidence: list[LegEvidenceOut]


class SettledBillsOut(Answer):
    items: list[SettledBillOut]


class WaiveIn(Body):
    kind: str
    """A line item kind: no_show, overstay, cancellation…"""
    reason: str = ""
