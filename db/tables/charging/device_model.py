"""Device models of OCPP 2.x chargers as they last reported them, for operators. Nothing else reads them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class DeviceVariable(Table):
    """One attribute of one variable. `evse`, `connector` 0: not of one. `value` NULL: write-only, or not told."""

    __tablename__ = "device_model"

    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"), primary_key=True)
    component: Mapped[str] = mapped_column(primary_key=True)
    component_instance: Mapped[str] = mapped_column(primary_key=True, default="", server_default="")
    evse: Mapped[int] = mapped_column(primary_key=True, default=0, server_default="0", autoincrement=False)
    connector: Mapped[int] = mapped_column(
        primary_key=True, default=0, server_default="0", autoincrement=False
    )
    variable: Mapped[str] = mapped_column(primary_key=True)
    variable_instance: Mapped[str] = mapped_column(primary_key=True, default="", server_default="")
    attribute: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str | None]
    mutability: Mapped[str] = mapped_column(default="", server_default="")
    told_at: Mapped[datetime]
    report: Mapped[int] = mapped_column(default=0, server_default="0")
    """The report that told it last; what one lists of an EVSE's connectors is all there are."""


class DeviceReport(Table):
    """How far one of a charger's newest reports has come: `domain.charging.device_report.ReportProgress`."""

    __tablename__ = "device_reports"

    charger_id: Mapped[str] = mapped_column(ForeignKey("chargers.id"), primary_key=True)
    report: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    parts: Mapped[list[list[int]]] = mapped_column(JSONB, default=list, server_default="[]")
    """First and last number of each unbroken run."""
    last_part: Mapped[int | None]
    cut: Mapped[bool] = mapped_column(default=False, server_default="false")
    asked_at: Mapped[datetime | None]
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
