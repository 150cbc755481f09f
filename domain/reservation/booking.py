"""Booking: until when it is worth an answer, and until when what it asks for may be paid."""

from datetime import datetime

from domain.money.amount import Money
from domain.terms.policy import Policy


def comes_too_late(book_by: datetime, now: datetime) -> bool:
    """Whoever asked has given up by then (aware UTC): a booking that is decided later would surprise them."""
    return now > book_by


def accepted_while_away(policy: Policy, amount: Money) -> bool:
    """Is a booking made although `amount` can only be authorised later, as the provider is away?"""
    most = policy.payments.accept_while_away
    return most is not None and amount <= most


def payment_due(policy: Policy, now: datetime) -> datetime:
    """So long a connector is held for a deposit that the driver has still to confirm."""
    return now + policy.payment_ttl
