"""Memberships: who books as a member, where, and from when until when; and the subscriptions that pay for some."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Membership(Table):
    """Of one driver, at one site or at all. Written by an operator, and ended by one before its time or not at all; or
    by a subscription, a period each, and kept in step with it.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_until", name="in_order"),
        CheckConstraint("(ended_at IS NULL) = (ended_by = '')", name="ended_by_somebody"),
        Index("ix_memberships_driver_id", "driver_id"),
        Index("ix_memberships_given_at", "given_at", "id"),
        Index(
            "ix_memberships_subscription_id",
            "subscription_id",
            postgresql_where="subscription_id IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Of the request that gave it, or of the subscription's period."""
    driver_id: Mapped[str]
    """Of their bearer token; who has never booked is in no other table."""
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"))
    """NULL: every site."""
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    """From here on it is none; NULL: until somebody ends it. Equal to `valid_from`: it never was one."""
    tier: Mapped[str] = mapped_column(default="", server_default="")
    """domain.terms.tiers.Tier, by name; empty: a member of none."""
    subscription_id: Mapped[str | None] = mapped_column(ForeignKey("subscriptions.id"))
    """NULL: an operator gave it."""
    given_at: Mapped[datetime]
    given_by: Mapped[str]
    until_at_most: Mapped[datetime | None]
    """Of one by a subscription: when a person has ended its tier, whatever is paid; NULL: nobody has."""
    ended_at: Mapped[datetime | None]
    """When it was decided that it ends earlier."""
    ended_by: Mapped[str] = mapped_column(default="", server_default="")


class SubscriptionRow(Table):
    """As the payment provider last said it was."""

    __tablename__ = "subscriptions"

    id: Mapped[str] = mapped_column(primary_key=True)
    """The provider's."""
    customer: Mapped[str]
    driver_id: Mapped[str | None]
    """NULL: nobody knows whose it is."""
    status: Mapped[str]
    """The provider's word."""
    looks: Mapped[int]
    """How often that was written down: who has asked before somebody else wrote asks again."""
    looked_at: Mapped[datetime]
