"""Membership tiers of a site: what members get otherwise than everybody, as figures of the policy.

Which one a driver has is decided when they ask (quote, booking, reschedule) and frozen in their terms, as the policy
that comes of it (`domain.terms.tiered`).
"""

from dataclasses import dataclass
from datetime import timedelta

from domain.money.amount import Money

UNCHANGED = 100
"""Of a factor in percent."""
MOST_TIERS = 10
LONGEST_TIER = 60
"""Characters of a name."""
MOST_PRODUCTS = 20
LONGEST_PRODUCT = 255
"""Characters of the provider's ids."""
LONGEST_GRACE = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """None: as for everybody. `name`: memberships carry it, rules of prices and access name it."""

    name: str
    horizon: timedelta | None = None
    """So far ahead members book."""
    concurrent: int | None = None
    """So many of their reservations may be open at a time."""
    weekly_hours: timedelta | None = None
    """So much they may have booked in a week, instead of `fair_use.weekly`."""
    free_cancellation_ahead: timedelta | None = None
    """Cancelling so long before the start, or earlier, costs nothing."""
    fee_percent: int = UNCHANGED
    """Of what everybody pays for cancelling and for not coming."""
    reservation_fee: Money | None = None
    """Instead of the policy's, before the site's price rules."""
    grace: timedelta | None = None
    """So long after the start the connector waits for them."""
    queue_weight: int = 1
    """On the waiting list their time counts so many times, up to a bound (`domain.queue.order`)."""
    products: tuple[str, ...] = ()
    """Of the payment provider, by their ids or those of their prices: who subscribes to one is a member."""
    unpaid_grace: timedelta = timedelta(days=3)
    """So long after a paid period they still are, while the provider tries to collect the next one."""
