"""The reservations projection: what lists show. Written by the workflow, rebuildable, never the truth."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class ReservationRow(Table):
    __tablename__ = "reservations"
    __table_args__ = (
        Index("ix_reservations_driver_id_slot_start", "driver_id", "slot_start"),
        Index("ix_reservations_site_id_slot_start", "site_id", "slot_start"),
        Index("ix_reservations_fleet_id_slot_start", "fleet_id", "slot_start"),
        Index("ix_reservations_open", "state", postgresql_where="closed_at IS NULL"),
        Index("ix_reservations_open_by_code", "code", postgresql_where="closed_at IS NULL"),
        Index("ix_reservations_closed_at", "closed_at", postgresql_where="closed_at IS NOT NULL"),
        Index("ix_reservations_kept", "slot_start", postgresql_where="kept IS NOT NULL"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    """Length of the workflow's history at its publication; an earlier one never overwrites a later one."""
    asked_at: Mapped[datetime] = mapped_column(server_default="epoch")
    """Of equal revisions, by several attempts at one task, the one that was asked later stands."""
    run: Mapped[str] = mapped_column(server_default="")
    """Of the workflow that published it. Of two runs the one that asked later stands, whatever the revisions."""
    driver_id: Mapped[str]
    account: Mapped[str]
    """Who booked: the driver, or the fleet."""
    fleet_id: Mapped[str | None]
    site_id: Mapped[str]
    state: Mapped[str]
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    connector_id: Mapped[int | None]
    needs_attention: Mapped[str] = mapped_column(default="", server_default="")
    certainty: Mapped[float | None]
    """Of what was promised, as it was told with the terms: 0 to 1; NULL: it was not."""
    kept: Mapped[bool | None]
    """Whether it was; NULL: it is not over, or nobody knows (domain.settlement.promise_kept)."""
    failed_for: Mapped[str | None]
    """A domain.causes.Cause, where it was not."""
    snapshot: Mapped[dict[str, Any]]
    """The whole public view (contracts.reservation.ReservationView as JSON)."""
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class WatchedReservation(Table):
    """Somebody looks at it as it changes: its publications are told (`db.changes`) until then; also the first."""

    __tablename__ = "watched_reservations"
    __table_args__ = (Index("ix_watched_reservations_until", "until"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
