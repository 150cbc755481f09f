"""Settlements: what each step decided to charge, line by line, before money moved, and what became of it.

Lines are rows: refunds and ledger entries point at a line, and reports add up kinds and causes without opening
documents.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Settlement(Table):
    """One step of a reservation: its bill, decided once, and its receipt once it is posted."""

    __tablename__ = "settlements"
    __table_args__ = (
        UniqueConstraint("reservation_code", "step"),
        CheckConstraint("charge_minor >= 0 AND credit_minor >= 0", name="not_negative"),
        CheckConstraint(
            "num_nulls(posted_at, captured_minor, released_minor, refunded_minor) IN (0, 4)",
            name="posted_as_a_whole",
        ),
        Index("ix_settlements_unposted", "reservation_code", postgresql_where="posted_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reservation_code: Mapped[str]
    step: Mapped[str]
    """`settle`, `settle-2`…: each prices the whole story again."""
    outcome: Mapped[str]
    """The reservation's state that was priced."""
    currency: Mapped[str]
    charge_minor: Mapped[int]
    credit_minor: Mapped[int]
    energy_wh: Mapped[int]
    somebody_waits: Mapped[bool]
    occupancy_percent: Mapped[int]
    """How busy it was when the price was decided."""
    priced_at: Mapped[datetime]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Which readings the energy rests on, and which do not count and why (domain.settlement.evidence as JSON)."""
    ask: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What was asked (contracts.money.SettleReservation as JSON), so that a further step can price the story again."""
    captured_minor: Mapped[int | None]
    """This and the next two: totals of all payments of the reservation, when the step was posted."""
    released_minor: Mapped[int | None]
    refunded_minor: Mapped[int | None]
    posted_at: Mapped[datetime | None]


class SettlementLine(Table):
    """One line of the bill, in the words of domain.money.lines. Amounts in the settlement's currency."""

    __tablename__ = "settlement_lines"
    __table_args__ = (
        UniqueConstraint("settlement_id", "position"),
        CheckConstraint("num_nulls(quantity, unit, unit_price_minor) IN (0, 3)", name="priced_as_a_whole"),
        CheckConstraint("num_nulls(charger_id, connector_number) IN (0, 2)", name="whole_connector"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlements.id"))
    position: Mapped[int]
    kind: Mapped[str]
    cause: Mapped[str]
    amount_minor: Mapped[int]
    quantity: Mapped[int | None]
    unit: Mapped[str | None]
    unit_price_minor: Mapped[int | None]
    charger_id: Mapped[str | None]
    connector_number: Mapped[int | None]
    bay: Mapped[str | None]
    rate_basis_points: Mapped[int | None]
    limited_by: Mapped[str | None]
