"""Booking: until when it is worth an answer, whether a deposit is asked for, and until when that may be paid."""

from datetime import datetime

from domain.terms.policy import Policy


def comes_too_late(book_by: datetime, now: datetime) -> bool:
    """Whoever asked has given up by then (aware UTC): a booking that is decided later would surprise them."""
    return now > book_by


def needs_deposit(policy: Policy) -> bool:
    return not policy.deposit.is_zero


def payment_due(policy: Policy, now: datetime) -> datetime:
    """So long a connector is held for a deposit that the driver has still to confirm."""
    return now + policy.payment_ttl
