"""Charging transactions as chargers reported them: energy and its times. Settlement reads them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class ChargingSession(Table):
    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("charger_id", "transaction_id", "reuse"),
        Index("ix_sessions_reservation_code", "reservation_code"),
        Index("ix_sessions_started_at", "started_at", "id"),
        Index("ix_sessions_open_by_connector", "connector_id", postgresql_where="ended_at IS NULL"),
        Index("ix_sessions_open_by_driver", "driver_id", postgresql_where="ended_at IS NULL"),
        Index("ix_sessions_driver_id_started_at", "driver_id", "started_at"),
        Index("ix_sessions_inferred_end", "charger_id", "ended_at", postgresql_where="end_inferred"),
        Index("ix_sessions_by_connector", "connector_id", "started_at"),
        Index(
            "ix_sessions_contradicted",
            "contradicted_at",
            postgresql_where="ended_at IS NULL AND contradicted_at IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    """Also the 1.6 transactionId that the gateway hands out."""
    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"))
    connector_id: Mapped[int] = mapped_column(ForeignKey("connectors.id"))
    transaction_id: Mapped[str]
    """2.x: the charger's own; 1.6: `id` as text. Until `id` is known, a 1.6 row has the start's event key."""
    id_tag: Mapped[str]
    driver_id: Mapped[str | None]
    reservation_code: Mapped[str | None]
    authorised: Mapped[bool]
    """False: it started although refused; the gateway stops it and re-stops it after a reconnect."""
    refused_for: Mapped[str] = mapped_column(default="", server_default="")
    """Why, in the words of `domain.charging.access_reasons.AccessReason`; empty for what was let in."""
    started_at: Mapped[datetime]
    meter_start_wh: Mapped[int]
    meter_last_wh: Mapped[int]
    meter_at: Mapped[datetime]
    energy_started_at: Mapped[datetime | None]
    plugged_in_at: Mapped[datetime | None]
    """When the transaction first said that a vehicle is at its cable (2.x, where it may begin before that)."""
    ended_at: Mapped[datetime | None]
    started_basis: Mapped[str] = mapped_column(default="", server_default="")
    """How the start is known: domain.charging.clocks.InstantBasis; empty: from before it was kept."""
    ended_basis: Mapped[str] = mapped_column(default="", server_default="")
    stop_reason: Mapped[str] = mapped_column(default="", server_default="")
    last_seq_no: Mapped[int | None]
    """2.x: highest seqNo applied."""
    reuse: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many sessions had the charger's id before: stations count anew after a boot."""
    start_told_at: Mapped[datetime | None]
    """The start's own stamp, by the charger's clock."""
    end_told_at: Mapped[datetime | None]
    """The end's own stamp."""
    start_inferred: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Only later parts were told yet: `started_at` is the first of them."""
    place_inferred: Mapped[bool] = mapped_column(default=False, server_default="false")
    """No message has named its connector yet: it was supposed among several."""
    last_sign_at: Mapped[datetime | None]
    """When anything of it was last heard, by our clock or the moment it tells of. NULL in old rows: `meter_at`."""
    last_sign_live: Mapped[bool] = mapped_column(default=True, server_default="true")
    """False: that was of a time before its charger came back, and says nothing of now (domain.charging.presence)."""
    contradicted_at: Mapped[datetime | None]
    """Since when its charger has shown that nobody is there (domain.charging.presence)."""
    end_inferred: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Nobody told the end: it is the last sign of life, and later evidence corrects it."""
