"""Who waits for a place at a site: what they wait for, what is offered to them, and how it ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table

OPEN = "state IN ('waiting', 'offered', 'accepted')"
KEEPS_A_PLACE = "state IN ('offered', 'accepted')"


class WaitingEntry(Table):
    """An entry of a site's waiting list. While it is offered something, a hold stands under `offer_code`, of which no
    workflow knows; once it is accepted its reservation is made by that code, and finds it."""

    __tablename__ = "waiting_list_entries"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'offered', 'accepted', 'booked', 'booked_otherwise', 'left', 'declined', "
            "'removed', 'over')",
            name="state",
        ),
        CheckConstraint("(length_seconds IS NULL) <> (energy IS NULL)", name="length_or_energy"),
        CheckConstraint(
            "state NOT IN ('offered', 'accepted') OR (offer_code IS NOT NULL AND offer_until IS NOT NULL "
            "AND offer_start IS NOT NULL AND offer_end IS NOT NULL)",
            name="offered_something",
        ),
        Index("ix_waiting_list_entries_open", "site_id", "joined_at", postgresql_where=OPEN),
        Index("ix_waiting_list_entries_open_by_driver", "driver_id", postgresql_where=OPEN),
        Index("uq_waiting_list_entries_offer", "offer_code", unique=True, postgresql_where=KEEPS_A_PLACE),
        Index("ix_waiting_list_entries_offers", "site_id", "offer_until"),
        Index("ix_waiting_list_entries_account", "account", "joined_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    driver_id: Mapped[str]
    fleet_id: Mapped[str | None]
    """That asks for it. Of what a driver asks for themselves it says nothing: whose they are is looked up as it is
    booked (`db.queries.fleets.fleet_behind`)."""
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    length_seconds: Mapped[int | None]
    """Of the slot within the window; NULL: as long as `energy` takes."""
    energy: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """domain.place.energy.EnergyWanted as JSON."""
    pool_id: Mapped[str | None]
    connector_type: Mapped[str | None]
    needs: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    payment_method: Mapped[str | None]
    """Of the reservation that it becomes, if nothing else is said then."""
    tier: Mapped[str] = mapped_column(default="", server_default="")
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    """Of that tier, when they joined."""
    joined_at: Mapped[datetime]
    until: Mapped[datetime]
    """So long something can be offered."""
    state: Mapped[str] = mapped_column(default="waiting", server_default="waiting")
    """domain.queue.offers.EntryState."""
    ended_at: Mapped[datetime | None]
    """Of one that is accepted: since then they wish to leave."""
    asked_from: Mapped[datetime]
    """They are asked (again) from then on."""
    snoozes: Mapped[int] = mapped_column(default=0, server_default="0")
    """Offers that they let pass."""
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    """Offers so far. With the id, the identity of each."""
    taken_back: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of those, how many came to nothing for a reason that is not their driver's."""
    offer_code: Mapped[str | None]
    """Of the reservation that the last offer becomes, or has become."""
    offer_start: Mapped[datetime | None]
    offer_end: Mapped[datetime | None]
    offer_pool: Mapped[str | None]
    offer_plug: Mapped[str | None]
    offer_quote: Mapped[str | None]
    offer_until: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    """Of the last offer."""
    offer_refused: Mapped[str] = mapped_column(default="", server_default="")
    """Code of what refused the last offer, before or after it was accepted; empty: nothing, or it was not paid."""
    passed_over: Mapped[str] = mapped_column(default="", server_default="")
    """Code of what keeps them from being offered what is free; empty: nothing."""
    passed_over_at: Mapped[datetime | None]
    """Since when, for that reason."""
    kept_out: Mapped[str] = mapped_column(default="", server_default="")
    """The last such code since their last offer, also when nothing is free any more; empty: nothing has."""


class UnusedOffer(Table):
    """An offer that came to nothing, and not by us; each counts for a while from its own time on."""

    __tablename__ = "unused_offers"
    __table_args__ = (
        Index("ix_unused_offers_until", "site_id", "until"),
        Index("ix_unused_offers_entry", "entry_id"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    """Of the reservation that it would have become."""
    entry_id: Mapped[str] = mapped_column(ForeignKey("waiting_list_entries.id"))
    site_id: Mapped[str]
    driver_id: Mapped[str]
    pool_id: Mapped[str | None]
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    until: Mapped[datetime]
    """So long it could have been answered."""
    let_pass: Mapped[bool]
    """By a word or in silence; else it was declined or left, or accepted and not booked."""
