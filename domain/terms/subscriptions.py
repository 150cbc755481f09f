"""What a subscription at the payment provider makes of a driver: a member of a tier, for as long as it is paid.

The provider's word for how it stands counts (docs.stripe.com/billing/subscriptions/overview): while it is `past_due`
the provider has begun a period that nobody has paid yet; `unpaid` and `canceled` are its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

PAID = frozenset({"active", "trialing"})
DUE = frozenset({"past_due"})
OVER = frozenset({"canceled", "unpaid", "incomplete_expired", "paused"})
"""In any other status nothing was ever paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One product that is subscribed to, at one of its prices, and the period it is in."""

    product: str
    price: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`cancel_at`: it ends then and not earlier; None: it renews. `ended_at`: it has."""

    id: str
    status: str
    items: tuple[Item, ...]
    cancel_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A tier of a site's policy (`site_id` None: of the default one), and what makes somebody a member of it.

    `horizon`: so far ahead its members book.
    """

    site_id: str | None
    tier: str
    products: tuple[str, ...]
    grace: timedelta
    horizon: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A membership by one period of a subscription."""

    site_id: str | None
    tier: str
    since: datetime
    until: datetime

    @property
    def of(self) -> tuple[str | None, str]:
        """The site and the tier."""
        return self.site_id, self.tier

    def key(self, subscription: str) -> str:
        """The same whenever that period is read."""
        return f"sub:{subscription}:{int(self.since.timestamp())}:{self.site_id or ''}:{self.tier}"


def memberships(
    subscription: Subscription, offers: Sequence[Offer], known: Iterable[Paid], now: datetime
) -> Mapping[str, Paid]:
    """By key: all that it gives now, and all that it gave, as they stand by what the provider says. `known`: before."""
    before = {one.key(subscription.id): one for one in known}
    if subscription.status in OVER:
        return _ended(before, subscription.ended_at or now)
    if subscription.status in PAID:
        return _paid(subscription, offers, before, now)
    if subscription.status in DUE:
        return _due(subscription, offers, before, now)
    return before


def _paid(
    subscription: Subscription, offers: Sequence[Offer], before: Mapping[str, Paid], now: datetime
) -> Mapping[str, Paid]:
    """What it does not give any more, as it was changed, or the site has, ends now. A period ends where the next one
    of its tier begins: only the latest reaches beyond what is paid, so that an end has but that to take back.
    """
    given = {one.key(subscription.id): one for _, one in _by_items(subscription, offers)}
    begins = {one.of: one.since for one in given.values()}
    gone = {key: one for key, one in before.items() if one.of not in begins}
    kept = dict(before)
    for key, one in before.items():
        if one.of in begins and one.since < begins[one.of]:
            kept |= _ended({key: one}, begins[one.of])
    return {**kept, **_ended(gone, now), **given}


def _due(
    subscription: Subscription, offers: Sequence[Offer], before: Mapping[str, Paid], now: datetime
) -> Mapping[str, Paid]:
    """A new period gives nothing until it is paid, and the one before ends with its grace. Where something is owed for
    a period that was taken for paid before (it had just begun, or was changed), the grace is from now on.
    """
    items = [*_by_items(subscription, offers)]
    still, grace = {one.of for _, one in items}, max((offer.grace for offer, _ in items), default=timedelta())
    gone = {key: one for key, one in before.items() if one.of not in still}
    found = {**before, **_ended(gone, now + grace)}
    for offer, one in items:
        for key, earlier in before.items():
            if earlier.of == one.of:
                owed_since = now if one.key(subscription.id) in before else one.since
                found.update(_ended({key: earlier}, owed_since + offer.grace))
    return found


def as_ended(
    found: Mapping[str, Paid], ends: Mapping[tuple[str | None, str], datetime]
) -> Mapping[str, Paid]:
    """`ends`: when a person has ended a tier of it: no period gives it beyond that again."""
    return {
        key: one if one.of not in ends else _ended({key: one}, ends[one.of])[key]
        for key, one in found.items()
    }


def _ended(known: Mapping[str, Paid], at: datetime) -> Mapping[str, Paid]:
    return {key: replace(one, until=max(one.since, min(one.until, at))) for key, one in known.items()}


def _by_items(subscription: Subscription, offers: Sequence[Offer]) -> Iterable[tuple[Offer, Paid]]:
    """While it renews a member books as far ahead as the tier lets them, also beyond what is paid: it is shortened once
    the next period is not.
    """
    for item in subscription.items:
        for offer in offers:
            if not {item.product, item.price} & {*offer.products}:
                continue
            until = item.until + max(offer.grace, offer.horizon)
            if subscription.cancel_at is not None:
                until = min(subscription.cancel_at, until)
            yield (
                offer,
                Paid(site_id=offer.site_id, tier=offer.tier, since=item.since, until=max(item.since, until)),
            )
