"""Holds that operators put on chargers by hand: no reservation of ours stands behind them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class HandHold(Table):
    """What a charger was asked to hold and did not refuse, so that nobody takes it for one that was left over."""

    __tablename__ = "hand_holds"
    __table_args__ = (CheckConstraint("hold_id >= 1073741824", name="not_a_reservations"),)

    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"), primary_key=True)
    hold_id: Mapped[int] = mapped_column(primary_key=True)
    """domain.charging.commands.HAND_HOLDS: never the id of a row of `holds`."""
    connector_number: Mapped[int]
    """0: any connector."""
    until: Mapped[datetime]
