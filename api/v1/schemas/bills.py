"""Bills and what they rest on, over the wire: energy in Wh, amounts in minor units."""

from datetime import datetime

from api.v1.schemas.fields import Answer
from api.v1.schemas.money import CreditSpentOut, LineOut
from domain.charging.readings import Basis, Context, Told, Why
from domain.reservation.lifecycle import State


class MeterReadingOut(Answer):
    at: datetime
    wh: int
    context: Context
    """`begin`, `sample` or `end` of the transaction."""
    told: Told
    """In what it came: `start`, `stop`, `transaction` or `connector` (no transaction was named)."""
    location: str
    """Empty: the outlet."""
    unit: str
    """Empty: none was told."""


class RegisterPartOut(Answer):
    """The register rose from `begin` to `end`. Several: it began anew in between."""

    begin: MeterReadingOut
    end: MeterReadingOut
    energy_wh: int


class DiscardedReadingOut(MeterReadingOut):
    why: Why
    """`negative`, `other_register`, `after_end`, `implausible` or `outranked`."""


class LegEvidenceOut(Answer):
    """One transaction. `basis`: `stop`, `last_reading`, `intervals`, `connector_power` or `nothing`."""

    transaction_id: str
    charger_id: str
    connector_number: int
    energy_wh: int
    billed_wh: int
    basis: Basis
    counted: list[RegisterPartOut]
    discarded: list[DiscardedReadingOut]
    rescaled: list[MeterReadingOut]
    """Read as kWh where Wh was told, or the other way round."""


class SettledBillOut(Answer):
    """`step`: `settle`, `settle-2`… by the reservation, `follow-up-1`… for what was told later."""

    step: str
    outcome: State
    priced_at: datetime
    energy_wh: int
    currency: str
    charge_minor: int | None
    """Null, like the next three, until it is posted."""
    captured_minor: int | None
    credit_minor: int | None
    invoiced_minor: int | None
    """What it comes to on the fleet's account, less what is credited; null: none pays."""
    credit_spent_minor: int | None
    returned_minor: int | None
    """Of what was captured, what went back another way: by bank transfer, or as a credit."""
    credits_spent: list[CreditSpentOut]
    lines: list[LineOut]
    evidence: list[LegEvidenceOut]


class SettledBillsOut(Answer):
    items: list[SettledBillOut]
