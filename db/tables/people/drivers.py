"""Drivers and the tokens that identify them at a charger."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table

_CARD_ID = """('c-'::text || "left"(replace((gen_random_uuid())::text, '-'::text, ''::text), 20))"""
_PARENT_TAG = """upper("left"(replace((gen_random_uuid())::text, '-'::text, ''::text), 20))"""


class Driver(Table):
    """`id` is the subject of the driver's bearer token. Contact data lives elsewhere."""

    __tablename__ = "drivers"
    __table_args__ = (Index("ix_drivers_person_id", "person_id", postgresql_where="person_id IS NOT NULL"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    fleet_id: Mapped[str | None] = mapped_column(index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    """NULL: a person by themselves."""
    stripe_customer: Mapped[str | None]
    blocked: Mapped[bool] = mapped_column(default=False, server_default="false")
    blocked_at: Mapped[datetime | None]
    """What began before, and is told later, was begun by somebody who might. NULL: not known since when."""
    created_at: Mapped[datetime]
    parent_tag: Mapped[str] = mapped_column(server_default=text(_PARENT_TAG))
    """What stands for all tokens of the driver at chargers, unless their cards have a group's (`parent_of`): random,
    so that nobody can show it as a card, and in the 20 characters of an OCPP 1.6 idTag."""
    sown: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What a seed file said of it last, by columns: said again, it changes nothing. NULL: nothing, or nobody knows."""


class Token(Table):
    """`value` is upper-case (idTags compare without case). App tokens: one a reservation."""

    __tablename__ = "tokens"
    __table_args__ = (
        CheckConstraint("kind IN ('rfid', 'app')", name="kind"),
        CheckConstraint("(kind = 'app') = (reservation_code IS NOT NULL)", name="app_has_reservation"),
        CheckConstraint("value = upper(value)", name="upper_case"),
        Index("ix_tokens_driver_id", "driver_id"),
        Index("ix_tokens_cards_by_driver", "driver_id", postgresql_where="kind = 'rfid'"),
        Index("ix_tokens_card_id", "card_id", unique=True, postgresql_where="kind = 'rfid'"),
        UniqueConstraint("reservation_code"),
    )

    value: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    driver_id: Mapped[str] = mapped_column(ForeignKey("drivers.id"))
    group_id: Mapped[str | None]
    """parentIdTag / groupIdToken: any token of the group opens the group's reservations."""
    reservation_code: Mapped[str | None]
    blocked: Mapped[bool] = mapped_column(default=False, server_default="false")
    blocked_at: Mapped[datetime | None]
    """As of a driver."""
    expires_at: Mapped[datetime | None]
    """From here on it opens nothing; what runs may still be stopped with it."""
    card_id: Mapped[str | None] = mapped_column(server_default=text(_CARD_ID))
    """What a card is called where its value is not to be read: whoever knows that can charge with it. Not of apps'."""
    sown: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """As of a driver."""


class FormerCard(Table):
    """What a card was `until` it was another driver's. The function `card_at` (in the migrations) reads it."""

    __tablename__ = "former_cards"
    __table_args__ = (Index("ix_former_cards_value", "value", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(ForeignKey("tokens.value"))
    driver_id: Mapped[str] = mapped_column(ForeignKey("drivers.id"))
    group_id: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    until: Mapped[datetime]
