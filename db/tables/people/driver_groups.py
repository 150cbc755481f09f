"""Groups of drivers, as access rules and prices know them: tenants, employees, taxis."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class DriverGroup(Table):
    __tablename__ = "driver_groups"

    id: Mapped[str] = mapped_column(primary_key=True)
    """What rules name."""
    name: Mapped[str]
    """Told to people."""
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"))
    """Whose owner keeps it, and whose rules alone may name it; NULL: the installation's, for all rules."""
    made_at: Mapped[datetime]


class GroupMember(Table):
    """One driver in one group; who leaves and comes again has the same row."""

    __tablename__ = "group_members"
    __table_args__ = (
        CheckConstraint("since <= until", name="in_order"),
        Index("ix_group_members_driver_id", "driver_id"),
    )

    group_id: Mapped[str] = mapped_column(ForeignKey("driver_groups.id"), primary_key=True)
    driver_id: Mapped[str] = mapped_column(primary_key=True)
    """Of their bearer token; who has never booked is in no other table."""
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    """From here on they are none; NULL: until somebody takes them out."""
    joined_by: Mapped[str]
    """The operator who put them in, or `invitation:` and its number."""
