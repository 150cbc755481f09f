"""Vehicles of drivers and fleets: what they need of a bay, and how fast they charge."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Vehicle(Table):
    """A driver's or a fleet's. Sizes in centimetres with the trailer, if it has one; NULL: not known."""

    __tablename__ = "vehicles"
    __table_args__ = (
        CheckConstraint("(driver_id IS NULL) <> (fleet_id IS NULL)", name="one_owner"),
        CheckConstraint("length_cm > 0 AND width_cm > 0 AND height_cm > 0", name="sizes"),
        CheckConstraint("battery_wh > 0 AND max_ac_w > 0 AND max_dc_w > 0", name="charging"),
        CheckConstraint("cardinality(plugs) > 0", name="plugs"),
        Index("ix_vehicles_driver_id", "driver_id", "id", postgresql_where="driver_id IS NOT NULL"),
        Index("ix_vehicles_fleet_id", "fleet_id", "id", postgresql_where="fleet_id IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str | None]
    fleet_id: Mapped[str | None]
    plate: Mapped[str] = mapped_column(server_default="")
    plugs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """OCPI ConnectorTypes, the best first."""
    length_cm: Mapped[int | None]
    width_cm: Mapped[int | None]
    height_cm: Mapped[int | None]
    trailer: Mapped[bool] = mapped_column(server_default="false")
    accessible_need: Mapped[bool] = mapped_column(server_default="false")
    battery_wh: Mapped[int | None]
    max_ac_w: Mapped[int | None]
    max_dc_w: Mapped[int | None]
    made_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
