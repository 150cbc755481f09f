"""Chargers and connectors: what is installed, how to authenticate it, and its last known state.

`gateway_*` and `epoch` are the connection lease: which gateway instance owns the socket, fenced by epoch.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Charger(Table):
    __tablename__ = "chargers"
    __table_args__ = (CheckConstraint("security_profile BETWEEN 0 AND 3", name="security_profile"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """The charge point identity in the WebSocket path."""
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), index=True)
    password_hash: Mapped[str | None]
    """Argon2 hash of the Basic password (security profiles 1 and 2)."""
    next_password_hash: Mapped[str | None]
    """A rotated password, not yet used: both open the door until the charger comes with the new one."""
    security_profile: Mapped[int | None]
    """The OCPP security profile (0 to 3) this charger must use; NULL: whatever the gateway asks of all."""
    vendor: Mapped[str] = mapped_column(default="", server_default="")
    model: Mapped[str] = mapped_column(default="", server_default="")
    firmware: Mapped[str] = mapped_column(default="", server_default="")
    protocol: Mapped[str] = mapped_column(default="", server_default="")
    """Negotiated subprotocol of the last connection: `ocpp1.6`, `ocpp2.0.1` or `ocpp2.1`."""
    capabilities: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """domain.charging.capabilities.CapabilityRecord as JSON: probed, then learned; absent keys are not yet known."""
    configuration: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    """What it last said of the settings that our rules need, by key; without secrets."""
    configuration_at: Mapped[datetime | None]
    keeps_local_list: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Its local list is kept in step with its reservations."""
    one_at_a_time: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default="[]")
    """Groups of connector numbers that share an EVSE or a power cable, as declared; with the bays they make berths."""
    topology_declared_at: Mapped[datetime | None]
    """When an operator said so; NULL: a seed's word counts."""
    gateway_instance: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts connections; a command carries the epoch it was routed for."""
    connected_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    absences: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default="[]")
    """The latest times without a connection, oldest first: `[from, until]` as ISO texts. Bounded."""
    clock_offset_s: Mapped[int] = mapped_column(default=0, server_default="0")
    """What has to be added to its clock, learned from what it says of the present; 0: about right."""
    booted_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default="unknown", server_default="unknown")
    """Status of connector 0: the charger as a whole."""


class ChargerTraffic(Table):
    """What went over a charger's socket lately, for people. Bounded; flushed by the gateway, lost without harm."""

    __tablename__ = "charger_traffic"

    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"), primary_key=True)
    messages: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default="[]")
    """Newest last, tokens redacted: `{"at", "direction", "action", "frame"}`."""
    pending_commands: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default="[]")
    """Waiting for their turn or for the charger's answer: `{"action", "since", "sent"}`."""
    updated_at: Mapped[datetime]


class RefusedConnection(Table):
    """Who knocked and was not let in, one row an identity and reason, for the operator. Bounded in rows."""

    __tablename__ = "refused_connections"
    __table_args__ = (Index("ix_refused_connections_last_at", "last_at"),)

    identity: Mapped[str] = mapped_column(primary_key=True)
    """As claimed, at most 64 characters; nobody has verified it."""
    code: Mapped[str] = mapped_column(primary_key=True)
    """`charger_unknown`, `password_wrong`, `certificate_wrong`, …"""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    attempts: Mapped[int]
    remote: Mapped[str]
    """Network address of the last attempt."""
    detail: Mapped[str] = mapped_column(default="", server_default="")


class Connector(Table):
    __tablename__ = "connectors"
    __table_args__ = (
        UniqueConstraint("charger_id", "number"),
        UniqueConstraint("berth_id", "id"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"))
    number: Mapped[int]
    """OCPP 1.6 connectorId; in 2.x the evseId."""
    pool_id: Mapped[str] = mapped_column(ForeignKey("pools.id"), index=True)
    bay_id: Mapped[int | None] = mapped_column(ForeignKey("bays.id"))
    berth_id: Mapped[int] = mapped_column(ForeignKey("connectors.id"), server_default=FetchedValue())
    """What serves one car at a time, named by the first connector that is part of it; by a trigger its own id."""
    status: Mapped[str] = mapped_column(default="unknown", server_default="unknown")
    status_at: Mapped[datetime | None]
    status_heard_at: Mapped[datetime | None]
    """By our own clock, which orders it among all that was heard."""
    error_code: Mapped[str] = mapped_column(default="", server_default="")
    plugs: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    """2.x: what each connector of the EVSE said last, by its number; together they are the status."""
    plug_types: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    """2.x: OCPI type of each connector of the EVSE, by its number, as declared or as its device model says."""
    plug_types_declared: Mapped[bool] = mapped_column(default=False, server_default="false")
    """By an operator, who outranks the device model."""
