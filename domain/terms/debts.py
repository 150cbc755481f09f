"""What a site does about money that is still to be paid: when it is tried again, and when it bars new bookings."""

from dataclasses import dataclass
from datetime import timedelta

from domain.money.amount import Money

MOST_ATTEMPTS = 8
"""Card networks fine who retries more (Visa: 15 in 30 days, Mastercard: 10 in a day)."""
SHORTEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtRules:
    """Waits follow what Stripe advises for declines that may pass: a few attempts over two weeks, never more."""

    backoff: tuple[timedelta, ...] = (
        timedelta(days=1),
        timedelta(days=3),
        timedelta(days=5),
        timedelta(days=7),
    )
    """How long after each failure the card is tried again; so many attempts there are. Empty: none."""
    person_after: timedelta = timedelta(days=30)
    """What the driver has not paid this long after it became due is put before an operator."""
    bars_bookings: bool = True
    """May who owes more than `most_open` for longer than `bars_after` book nothing until it is paid?"""
    most_open: Money | None = None
    """The most that may be open beside a new booking; None: nothing."""
    bars_after: timedelta = timedelta(0)
