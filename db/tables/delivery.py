"""One delivery for all: what was committed (the inbox), and whom it still has to reach (the outbox).

A fact and its deliveries are written in one transaction, before whoever said it is answered (promise P2). A delivery
is out of the relay's sight once `delivered_at` is set. What sources and targets there are is listed here.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class Source(StrEnum):
    """Who says facts. Their events have ids of their own: `event_id` is unique within its source."""

    CHARGER = "charger"
    """Its subject is the charger; the payload is a domain.charging.events.ChargerEvent."""
    STRIPE = "stripe"
    """Its subject is Stripe's object, e.g. a PaymentIntent; the payload is the event as Stripe sent it, until everybody
    has heard it (db.personal.handled_events)."""
    WALK_IN = "walk_in"
    """We ourselves, of a session without a reservation. Its subject is the session's id; the payload is what its
    receiver is told (domain.settlement.walk_ins)."""
    DEBT = "debt"
    """We ourselves, of money that is still to be paid. Its subject is the reservation code."""
    DISPUTE = "dispute"
    """We ourselves, of what an operator decided about a dispute. Its subject is the provider's id of that."""
    RESERVATION = "reservation"
    """A reservation that has reached a state. Its subject is the reservation code."""
    TELLING = "telling"
    """We ourselves, of what people are to be told. Its subject is the contact point's id."""


class Target(StrEnum):
    """Where deliveries go. Each is a line of its own: order is kept within a target's key."""

    RESERVATION_CHARGER = "reservation.charger"
    """A reservation's workflow hears what its charger says. The key is the reservation code."""
    RESERVATION_PAYMENT = "reservation.payment"
    """It hears of its deposit. The key is the reservation code."""
    WALK_INS = "walk_ins"
    """Whoever bills walk-ins, at the address that the operator configured. The key is the session's id."""
    DEBTS = "debts"
    """The workflow that collects what a reservation still owes. The key is the reservation code."""
    MOVEMENTS = "movements"
    """Our books of what the provider moves by itself: disputes, payouts. The key is the provider's object."""
    ENDPOINTS = "endpoints"
    """Addresses of engineers. The key is the endpoint's id, a colon and the reservation code."""
    MAIL = "mail"
    """A mail server. The key is the contact point's id; of the last message there, its own."""
    PUSH = "push"
    """A browser, by its push service. The key is the contact point's id."""
    SMS = "sms"
    """The operator's gateway for texts to phones. The key is the contact point's id."""
    VOICE = "voice"
    """The operator's gateway for calls. The key is the contact point's id."""


TO_RESERVATIONS = (Target.RESERVATION_CHARGER, Target.RESERVATION_PAYMENT)
"""Targets whose key is a reservation code."""


class InboxEvent(Table):
    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_inbox_source_subject_received_at", "source", "subject", "received_at"),
        # What the payment provider said and is not let go of yet.
        Index("ix_inbox_provider_payloads", "id", postgresql_where="source = 'stripe' AND payload <> '{}'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    event_id: Mapped[str]
    """The same fact, sent again, meets the same row."""
    kind: Mapped[str]
    subject: Mapped[str]
    """What it is about, in the source's words."""
    at: Mapped[datetime]
    """When it happened, as the source says."""
    received_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any] | None]
    """What was answered, where a message that is sent again has to get the same answer. Of a card let in: which."""


class OutboxDelivery(Table):
    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("inbox_id", "target", "key"),
        # Not by target: without statistics the planner would walk from key to key along it, and sort all at each step.
        Index("ix_outbox_waiting", "id", postgresql_where="delivered_at IS NULL"),
        # By bytes, as an endpoint's keys are a range of them, whatever the database's own order of letters is.
        Index("ix_outbox_endpoints", text('key COLLATE "C"'), "id", postgresql_where="target = 'endpoints'"),
        Index(
            "ix_outbox_waiting_by_key",
            "target",
            text('key COLLATE "C"'),
            "id",
            postgresql_where="delivered_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    target: Mapped[str]
    key: Mapped[str]
    """Deliveries of one key are heard in the order in which they were committed."""
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What this recipient is told beyond the payload."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    not_before: Mapped[datetime | None]
    """Somebody has it in hand, or it could not be delivered: nobody looks at it before."""
    delivered_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="", server_default="")
    """In the target's words, e.g. `signalled`, or `no_workflow` when the reservation had closed."""
