"""Chargers and connectors: what is installed, how to authenticate it, and its last known state.

`gateway_*` and `epoch` are the connection lease: which gateway instance owns the socket, fenced by epoch.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Charger(Table):
    __tablename__ = "chargers"

    id: Mapped[str] = mapped_column(primary_key=True)
    """The charge point identity in the WebSocket path."""
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), index=True)
    password_hash: Mapped[str | None]
    """Argon2 hash of the Basic password (security profiles 1 and 2)."""
    vendor: Mapped[str] = mapped_column(default="", server_default="")
    model: Mapped[str] = mapped_column(default="", server_default="")
    firmware: Mapped[str] = mapped_column(default="", server_default="")
    protocol: Mapped[str] = mapped_column(default="", server_default="")
    """Negotiated subprotocol of the last connection: `ocpp1.6` or `ocpp2.0.1`."""
    capabilities: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Learned: `{"reserve_now": true|false, ...}`; absent means not yet known."""
    gateway_instance: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts connections; a command carries the epoch it was routed for."""
    connected_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default="unknown", server_default="unknown")
    """Status of connector 0: the charger as a whole."""


class Connector(Table):
    __tablename__ = "connectors"
    __table_args__ = (
        UniqueConstraint("charger_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"))
    number: Mapped[int]
    """OCPP 1.6 connectorId; in 2.x the evseId (one connector an EVSE)."""
    pool_id: Mapped[str] = mapped_column(ForeignKey("pools.id"), index=True)
    bay_id: Mapped[int | None] = mapped_column(ForeignKey("bays.id"))
    status: Mapped[str] = mapped_column(default="unknown", server_default="unknown")
    status_at: Mapped[datetime | None]
    error_code: Mapped[str] = mapped_column(default="", server_default="")
