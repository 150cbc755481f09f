"""Readings of a session's energy register, as told: what a bill is decided from and shows as its evidence."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class MeterReading(Table):
    """In the words of domain.charging.readings. Few a session: samples in between are let go. Told again, it is one."""

    __tablename__ = "meter_readings"
    __table_args__ = (
        UniqueConstraint("session_id", "at", "wh", "context", "told", "location", "unit"),
        Index("ix_meter_readings_received_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    """In the order of arrival."""
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    wh: Mapped[int]
    context: Mapped[str]
    told: Mapped[str]
    location: Mapped[str] = mapped_column(default="", server_default="")
    """Empty: the outlet."""
    unit: Mapped[str] = mapped_column(default="", server_default="")
    """Empty: none was told."""
    is_interval: Mapped[bool] = mapped_column(default=False, server_default="false")
    received_at: Mapped[datetime]
