"""Drivers who were erased, and what of them is still to be taken out of records that no index finds.

Of what was issued and booked triggers (in the migrations) let nothing be changed but the driver of an erasure that is
under way.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Erasure(Table):
    """Until `finished_at` it knows whom it erases; then nothing does."""

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint(
            "finished_at IS NULL OR (driver_id IS NULL AND stripe_customer IS NULL AND cardinality(said) = 0 "
            "AND cardinality(objects) = 0)",
            name="knows_nobody_in_the_end",
        ),
        Index("ix_erasures_unfinished", "id", postgresql_where="finished_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    alias: Mapped[str] = mapped_column(unique=True)
    """What the driver is called instead (domain.terms.erasing)."""
    driver_id: Mapped[str | None]
    begun_at: Mapped[datetime]
    said: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """What named them: their id and tokens, and their customer's at the payment provider."""
    stripe_customer: Mapped[str | None]
    """To be deleted there."""
    objects: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Of the provider's: events about them tell who paid."""
    inbox_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """So far it was gone through."""
    audit_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    finished_at: Mapped[datetime | None]


class ErasedId(Table):
    """Somebody who had this id was erased: no fleet enters it again. They themselves may begin anew."""

    __tablename__ = "erased_ids"

    digest: Mapped[str] = mapped_column(primary_key=True)
    """Of the id (domain.terms.erasing)."""
