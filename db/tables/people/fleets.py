"""Fleets: their cost centers and budgets, and what is said of their drivers."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class CostCenter(Table):
    __tablename__ = "cost_centers"
    __table_args__ = (CheckConstraint("code <> ''", name="named"),)

    fleet_id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    """As it stands on documents; never another one."""
    name: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Nothing new is booked on it; NULL: it goes on."""


class Budget(Table):
    """What a fleet, or one of its cost centers, may spend in a month on its invoice account."""

    __tablename__ = "budgets"
    __table_args__ = (CheckConstraint("limit_minor >= 0", name="not_negative"),)

    fleet_id: Mapped[str] = mapped_column(primary_key=True)
    cost_center: Mapped[str] = mapped_column(primary_key=True)
    """Its code; empty: the whole fleet."""
    currency: Mapped[str]
    """That of the fleet's invoice account."""
    limit_minor: Mapped[int]
    hard: Mapped[bool]
    """Nothing is booked beyond it; else the fleet is told."""
    changed_at: Mapped[datetime]


class FleetDriver(Table):
    """What a fleet has said of one of its drivers; of who has gone to another fleet it counts no more."""

    __tablename__ = "fleet_drivers"
    __table_args__ = (Index("ix_fleet_drivers_fleet_id", "fleet_id"),)

    driver_id: Mapped[str] = mapped_column(ForeignKey("drivers.id"), primary_key=True)
    fleet_id: Mapped[str]
    vehicle_id: Mapped[str | None] = mapped_column(ForeignKey("vehicles.id"))
    """What they usually drive, of the fleet's."""
    cost_center: Mapped[str] = mapped_column(default="", server_default="")
    """On which their bookings go, unless another one is named; empty: on none."""
    changed_at: Mapped[datetime]


class FleetEntries(Table):
    """How many drivers a fleet has entered on the newest day on which it entered any."""

    __tablename__ = "fleet_entries"

    fleet_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date]
    """In UTC."""
    entered: Mapped[int]
