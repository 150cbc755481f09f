"""Where people are reached, how they want to be told, and which messages were made for them."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table

_ONE_ADDRESSEE = "(driver_id IS NULL) <> (fleet_id IS NULL)"


class ContactPoint(Table):
    """An address of a driver, or of a fleet. Who removes it takes the address away, and not the row: messages
    name it, and how often anybody adds one is counted.
    """

    __tablename__ = "contact_points"
    __table_args__ = (
        CheckConstraint(_ONE_ADDRESSEE, name="one_addressee"),
        CheckConstraint("(removed_at IS NULL) = (address <> '')", name="removed_has_no_address"),
        Index(
            "ix_contact_points_of_driver",
            "driver_id",
            "channel",
            "address",
            unique=True,
            postgresql_where="driver_id IS NOT NULL AND removed_at IS NULL",
        ),
        Index(
            "ix_contact_points_of_fleet",
            "fleet_id",
            "channel",
            "address",
            unique=True,
            postgresql_where="fleet_id IS NOT NULL AND removed_at IS NULL",
        ),
        Index("ix_contact_points_added_by_driver", "driver_id", "added_at"),
        Index("ix_contact_points_added_by_fleet", "fleet_id", "added_at"),
        Index("ix_contact_points_address_digest", "address_digest", "added_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    driver_id: Mapped[str | None]
    fleet_id: Mapped[str | None]
    channel: Mapped[str]
    """A domain.telling.channels.Channel."""
    address: Mapped[str]
    """Empty: it was removed."""
    address_digest: Mapped[str] = mapped_column(default="", server_default="")
    """SHA-256 of channel and address, as hex: by it is counted how often a code was sent there, whoever asked for it.
    Empty: whoever it was of was forgotten."""
    push_key: Mapped[str] = mapped_column(default="", server_default="")
    push_secret: Mapped[str] = mapped_column(default="", server_default="")
    """Of a browser: `p256dh` and `auth` of its subscription (W3C Push API); empty: it is none, or removed."""
    added_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """Nothing but its code is sent there before."""
    code_digest: Mapped[str] = mapped_column(default="", server_default="")
    """SHA-256, as hex; the code itself is in one message, and kept nowhere."""
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """With the code of now."""
    bounced_at: Mapped[datetime | None]
    """It takes nothing, said whoever is responsible for it, and nothing is sent there any more."""
    bounced_why: Mapped[str] = mapped_column(default="", server_default="")
    """In the channel's own codes, e.g. `550 5.1.1`."""
    removed_at: Mapped[datetime | None]


class TellingPreferences(Table):
    """What a driver or a fleet has said; who has said nothing has no row."""

    __tablename__ = "telling_preferences"
    __table_args__ = (
        CheckConstraint(_ONE_ADDRESSEE, name="one_addressee"),
        CheckConstraint(
            "(quiet_start IS NULL) = (quiet_end IS NULL) AND (quiet_start IS NULL) = (quiet_zone = '')",
            name="quiet_hours_whole",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    driver_id: Mapped[str | None] = mapped_column(unique=True)
    fleet_id: Mapped[str | None] = mapped_column(unique=True)
    language: Mapped[str]
    quiet_start: Mapped[time | None]
    quiet_end: Mapped[time | None]
    quiet_zone: Mapped[str]
    woken: Mapped[bool]
    channels: Mapped[dict[str, Any]]
    """By urgency, a list of channels."""


class Message(Table):
    """Notices that went to one address together. What became of it is said by its deliveries."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint(_ONE_ADDRESSEE, name="one_addressee"),
        Index("ix_messages_driver_id", "driver_id", "id", postgresql_where="driver_id IS NOT NULL"),
        Index("ix_messages_fleet_id", "fleet_id", "id", postgresql_where="fleet_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    driver_id: Mapped[str | None]
    fleet_id: Mapped[str | None]
    channel: Mapped[str]
    contact_point_id: Mapped[int] = mapped_column(ForeignKey("contact_points.id"), index=True)
    notices: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    """Ids of notifications, in the order in which they are told."""
    recorded_at: Mapped[datetime]
    sendings: Mapped[int] = mapped_column(default=1, server_default="1")
    """How often it was to be sent: once, and whenever an operator said so."""


class Farewell(Table):
    """A last message to an address that is given up: where it goes, and not whose that was. Gone once it was sent, or
    comes too late.
    """

    __tablename__ = "farewells"
    __table_args__ = (Index("ix_farewells_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    """A domain.telling.channels.Channel."""
    address: Mapped[str]
    language: Mapped[str]
    """Of texts.languages; empty: the first one."""
    why: Mapped[str]
    """A domain.telling.parting.Parting."""
    at: Mapped[datetime]
