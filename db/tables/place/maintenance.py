"""Maintenance windows: when a connector, a charger, a bay or a site is closed by plan."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class MaintenanceWindow(Table):
    """At most one of charger, connector and bay is named; none: the whole site. A connector's closes its berth."""

    __tablename__ = "maintenance_windows"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint("num_nonnulls(charger_id, connector_id, bay_id) <= 1", name="one_place"),
        Index(
            "ix_maintenance_windows_planned", "site_id", "ends_at", postgresql_where="cancelled_at IS NULL"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    charger_id: Mapped[str | None] = mapped_column(ForeignKey("chargers.id"))
    connector_id: Mapped[int | None] = mapped_column(ForeignKey("connectors.id"))
    bay_id: Mapped[int | None] = mapped_column(ForeignKey("bays.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    on_conflict: Mapped[str]
    """What becomes of reservations that stand in it: domain.charging.maintenance.OnConflict."""
    planned_at: Mapped[datetime]
    planned_by: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    """Of the request that planned it."""
    cancelled_at: Mapped[datetime | None]
    """Set: it closes nothing any more."""


class MaintenanceConflict(Table):
    """A reservation that stood in a window when it was planned; twice with a place that was proposed to its driver."""

    __tablename__ = "maintenance_conflicts"

    window_id: Mapped[int] = mapped_column(ForeignKey("maintenance_windows.id"), primary_key=True)
    hold_id: Mapped[int] = mapped_column(primary_key=True)
    reservation_code: Mapped[str]
    charger_id: Mapped[str]
    connector_id: Mapped[int]
    """Where it stood."""
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    fate: Mapped[str]
    """What became of it: domain.place.planned.Fate."""
