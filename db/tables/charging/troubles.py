"""Trouble at chargers and their connectors, as intervals, kept as history. Operators read it, and can end one."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class TroubleRow(Table):
    __tablename__ = "troubles"
    __table_args__ = (
        Index(
            "uq_troubles_standing",
            "charger_id",
            text("coalesce(connector_id, 0)"),
            "plug",
            "cause",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_troubles_began_at", "began_at", "id"),
        Index("ix_troubles_charger_id_began_at", "charger_id", "began_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"))
    connector_id: Mapped[int | None] = mapped_column(ForeignKey("connectors.id"))
    """NULL: the charger as a whole."""
    plug: Mapped[str] = mapped_column(default="", server_default="")
    """OCPI type: only the plugs of that type of an EVSE whose others can be used. Empty: all of the place."""
    cause: Mapped[str]
    """A domain.charging.trouble.TroubleCause: `fault`, `unavailable`, `lock_failure`, `silent`."""
    detail: Mapped[str] = mapped_column(default="", server_default="")
    """The charger's own error code."""
    began_at: Mapped[datetime]
    noticed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """NULL: it stands."""
    ended_by: Mapped[str] = mapped_column(default="", server_default="")
    """A domain.charging.trouble.TroubleEnd: the evidence."""
    end_reason: Mapped[str] = mapped_column(default="", server_default="")
    """An operator's own words."""
    vouched: Mapped[list[int]] = mapped_column(ARRAY(BIGINT), default=list, server_default="{}")
    """Of a whole charger: connectors that have shown themselves well since it last said that it is in trouble."""
    booted: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Of a whole charger: it has booted since, and has not said it again."""
