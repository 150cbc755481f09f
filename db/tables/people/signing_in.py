"""How drivers sign in to the pages by themselves: passkeys, and links that are sent to them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Passkey(Table):
    """Who removes one leaves its row: it is never anybody's again, and their handle stays theirs."""

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("credential_id"), Index("ix_passkeys_driver_id", "driver_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    driver_id: Mapped[str]
    user_handle: Mapped[str]
    """What authenticators know the driver by, base64url: it says nothing of them, and is one for all their passkeys."""
    credential_id: Mapped[str]
    """base64url, as is `public_key` (COSE)."""
    public_key: Mapped[str]
    sign_count: Mapped[int]
    """What its counter said last; 0: it does not count."""
    transports: Mapped[str]
    """As its browser said, by commas."""
    name: Mapped[str]
    """The driver's own; may be empty."""
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class SealingKey(Table):
    """One row: what our own questions to authenticators are known by, whichever process asked."""

    __tablename__ = "sealing_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str]


class UsedChallenge(Table):
    """A question that was answered. It is good for no other answer, and forgotten once it would be too old anyway."""

    __tablename__ = "used_challenges"
    __table_args__ = (Index("ix_used_challenges_ends_at", "ends_at"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256, as hex."""
    ends_at: Mapped[datetime]


class SignInLink(Table):
    """A link that was asked for by who named an address that some driver has confirmed."""

    __tablename__ = "sign_in_links"
    __table_args__ = (
        Index("ix_sign_in_links_address_digest", "address_digest", "asked_at"),
        Index("ix_sign_in_links_asked_at", "asked_at"),
        Index("uq_sign_in_links_digest", "digest", unique=True, postgresql_where="digest <> ''"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address_digest: Mapped[str]
    """As of contact points: whoever has confirmed it then may sign in by the link."""
    asked_at: Mapped[datetime]
    back_to: Mapped[str]
    """The page that they wanted."""
    digest: Mapped[str] = mapped_column(default="", server_default="")
    """SHA-256 of its secret, as hex; made when it is sent, and known to its mail alone. Empty: it was not sent yet."""
    asked_by: Mapped[str] = mapped_column(default="", server_default="")
    """Digest of the network that asked; empty: not known."""
    known: Mapped[bool] = mapped_column(default=False, server_default="false")
    """The browser that asked had been signed in by that address before."""
    until: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
