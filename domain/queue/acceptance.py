"""How long an accepted offer may still become a reservation."""

from datetime import datetime, timedelta

from domain.terms.policy import Policy

BOOKED_WITHIN = timedelta(minutes=10)
"""Whoever has had no answer for so long has made other plans."""


def book_until(policy: Policy, accepted_at: datetime, start: datetime) -> datetime:
    """Never once its driver could have come, who knew of no reservation: they would be a no-show, and pay for it."""
    return min(accepted_at + BOOKED_WITHIN, start - policy.early_start)
