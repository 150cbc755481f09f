"""Addresses of engineers that hear of reservations, and what is still to be recorded for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class WebhookEndpoint(Table):
    """A fleet's, which hears of the fleet's reservations, or the operator's (no fleet), which hears of all."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        Index("ix_webhook_endpoints_fleet_id", "fleet_id", postgresql_where="removed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fleet_id: Mapped[str | None]
    url: Mapped[str]
    secret: Mapped[str]
    """`whsec_` and base64: what is sent is signed with it. Shown once; empty once it was removed."""
    previous_secret: Mapped[str] = mapped_column(default="", server_default="")
    """The one before it, by which events are signed, too, before `previous_secret_until`."""
    previous_secret_until: Mapped[datetime | None]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """domain.telling.endpoints.EventKind; empty: all."""
    active: Mapped[bool]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    removed_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    """The first failure since its last success."""
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    rests_until: Mapped[datetime | None]
    """Nothing is tried before, and until it has taken something one at a time; None: it does not fail."""
    last_answer: Mapped[str] = mapped_column(default="", server_default="")
    """A status, or what kept the request from one."""
    last_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    """Nobody was there for too long: nothing is sent until somebody says so."""


class ReservationChange(Table):
    """A reservation has reached a state. Written by a trigger on `reservations` while there is an endpoint; gone once
    it was recorded for delivery.
    """

    __tablename__ = "reservation_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    fleet_id: Mapped[str | None]
    told: Mapped[dict[str, Any]]
    """What endpoints are told of it."""
