"""Fleet: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from slotkeeper_client.models.shared import MoneyOut, State
from slotkeeper_client.shapes import Answer, Body, Open


class Astray(StrEnum):
    """What matters most comes first."""

    CHARGER_BROKEN = "charger_broken"
    MOVE_PROPOSED = "move_proposed"
    BEING_MOVED = "being_moved"
    PAYMENT_DUE = "payment_due"
    LATE = "late"
    OVERSTAYING = "overstaying"
    LOOKED_AT = "looked_at"
    NO_SHOW = "no_show"
    UNFULFILLED = "unfulfilled"
    PAYMENT_FAILED = "payment_failed"


class BudgetIn(Body):
    limit_minor: int
    """A month, in the currency of the fleet's invoice account"""
    hard: bool
    """true: what would pass it is refused (`budget_exceeded`); false: the fleet is told at 80 and 100 %"""


class BudgetOut(Answer):
    cost_center: str
    """Empty: the whole fleet"""
    limit: MoneyOut
    hard: bool


class CostCenterIn(Body):
    name: str
    ended: bool = False
    """true: nothing new is booked on it"""


class CostCentersOut(Answer):
    items: list[FleetCostCenterOut]


class FleetChargeOut(Answer):
    reservation: str
    driver_id: str
    site_id: str
    start: datetime
    end: datetime
    cost_center: str
    """Empty: none"""
    spent: MoneyOut
    promised: MoneyOut


class FleetChargesOut(Answer):
    items: list[FleetChargeOut]
    complete: bool
    """false: the month has more than are told"""


class FleetCostCenterOut(Answer):
    code: str
    name: str
    made_at: datetime
    ended_at: datetime | None
    """null: it goes on"""


class FleetDriverIn(Body):
    vehicle_id: str | None = None
    """What they usually drive, of the fleet's vehicles; null: not said"""
    cost_center: str = ""
    """On which their bookings go unless another one is named; empty: on none"""


class FleetDriverOut(Answer):
    driver_id: str
    vehicle_id: str | None
    cost_center: str


class FleetDriversOut(Answer):
    items: list[FleetDriverOut]
    next_cursor: str | None


class FleetMonthOut(Answer):
    """The reservations whose slot begins in it, on the clock of their site."""

    month: str
    count: int
    spent: MoneyOut
    """On the fleet's invoice account, by the ledger"""
    promised: MoneyOut
    """What bookings that are not billed yet are expected to come to"""


class FleetMonthsOut(Answer):
    items: list[FleetMonthOut]
    """None without an invoice account"""


class FleetSlotOut(Answer):
    """A slot of one of the fleet's drivers; all of it: `GET /v1/reservations/{code}`."""

    code: str
    driver_id: str
    site_id: str
    state: Open[State]
    start: datetime
    end: datetime
    amiss: Open[Astray] | None
    """What has to be looked at; null: it goes as it was planned"""


class FleetSlotsOut(Answer):
    items: list[FleetSlotOut]
    next_cursor: str | None


class NewFleetDriverIn(Body):
    driver_id: str
    """The subject of their bearer token"""
