"""The charger event inbox and what still has to be delivered to workflows: nothing reported is lost.

A row is committed before the charger is answered. Deliveries are the outbox: one per reservation concerned,
gone from the relay's sight once `delivered_at` is set.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class ChargerEventRow(Table):
    __tablename__ = "charger_events"
    __table_args__ = (
        UniqueConstraint("event_id"),
        Index("ix_charger_events_charger_id_received_at", "charger_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    """Charger and OCPP message identity: the same message re-sent meets the same row."""
    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"))
    connector_id: Mapped[int | None]
    kind: Mapped[str]
    at: Mapped[datetime]
    """When the charger says it happened."""
    received_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]
    """domain.charging.events.ChargerEvent as JSON."""
    answer: Mapped[dict[str, Any] | None]
    """What was answered, so that a re-sent message gets the same answer."""


class EventDelivery(Table):
    __tablename__ = "event_deliveries"
    __table_args__ = (
        UniqueConstraint("event_row_id", "reservation_code"),
        Index("ix_event_deliveries_undelivered", "id", postgresql_where="delivered_at IS NULL"),
        Index(
            "ix_event_deliveries_undelivered_by_reservation",
            "reservation_code",
            "id",
            postgresql_where="delivered_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_row_id: Mapped[int] = mapped_column(ForeignKey("charger_events.id"))
    reservation_code: Mapped[str]
    matches_driver: Mapped[bool | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    not_before: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="", server_default="")
    """`signalled`, or `no_workflow` when the reservation had closed."""
