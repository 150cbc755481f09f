"""The adapter of Stripe's subscriptions: read only; they are made and paid in its checkout, portal or dashboard.

The period is that of each item (docs.stripe.com/changelog/basil/2025-03-31/
deprecate-subscription-current-period-start-and-end).
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from activities.money.stripe_answers import answered
from activities.money.stripe_metadata import METADATA_DRIVER
from domain.terms.subscriptions import Item, Subscription

_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionState:
    """A subscription as it is now, and whose: `driver_id` by its metadata, empty: it names none."""

    subscription: Subscription
    customer: str
    driver_id: str


class StripeSubscriptions:
    """Raises StripeUnavailable (ask again) or StripeRefused (final)."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._subscriptions = client.v1.subscriptions

    async def retrieve(self, subscription_id: str) -> SubscriptionState:
        return _state(await answered(self._subscriptions.retrieve_async(subscription_id)))

    async def all(self) -> AsyncIterator[SubscriptionState]:
        """Also those that have ended, newest first."""
        page = await answered(self._subscriptions.list_async({"status": "all", "limit": _PAGE}))
        while True:
            for one in page.data:
                yield _state(one)
            if not page.has_more:
                return
            page = await answered(page.next_page_async())


def _state(subscription: stripe.Subscription) -> SubscriptionState:
    fields = subscription.to_dict()
    items = tuple(_item(one) for one in fields["items"]["data"])
    cancel_at = _instant(fields.get("cancel_at"))
    if cancel_at is None and fields.get("cancel_at_period_end"):
        cancel_at = max((one.until for one in items), default=None)
    customer = fields["customer"]
    return SubscriptionState(
        subscription=Subscription(
            id=fields["id"],
            status=fields["status"],
            items=items,
            cancel_at=cancel_at,
            ended_at=_instant(fields.get("ended_at")),
        ),
        customer=customer if isinstance(customer, str) else customer["id"],
        driver_id=str((fields.get("metadata") or {}).get(METADATA_DRIVER) or ""),
    )


def _item(fields: Mapping[str, Any]) -> Item:
    price = fields["price"]
    product = price["product"]
    return Item(
        product=product if isinstance(product, str) else product["id"],
        price=price["id"],
        since=datetime.fromtimestamp(fields["current_period_start"], UTC),
        until=datetime.fromtimestamp(fields["current_period_end"], UTC),
    )


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
