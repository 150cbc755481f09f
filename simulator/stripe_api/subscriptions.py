"""Subscriptions: sold, renewed, paid or not, and ended; the period is that of each item.

Source: docs.stripe.com/api/subscriptions/object, docs.stripe.com/billing/subscriptions/overview. Invoices are not made:
of those only what they do to the status is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.stripe_api.balance import DAY_SECONDS
from simulator.stripe_api.customers import Customers
from simulator.stripe_api.errors import StripeApiError, StripeObject, no_such
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.store import Store, random_token

STATUSES = (
    "active",
    "past_due",
    "unpaid",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "trialing",
    "paused",
    "all",
    "ended",
)
"""`all` and `ended` of lists only."""
ENDED = ("canceled", "incomplete_expired")


@dataclass(frozen=True)
class Sold:
    """What was sold, to whom, for how many days at a time."""

    customer: str
    product: str
    price: str
    days: int = 30
    paid: bool = True
    metadata: dict[str, str] = field(default_factory=dict)


class Subscriptions:
    """`/v1/subscriptions`."""

    def __init__(self, store: Store, events: EventLog, customers: Customers) -> None:
        self._store = store
        self._events = events
        self._customers = customers

    def begin(self, sold: Sold) -> StripeObject:
        """Sold by a checkout."""
        self._customers.find(sold.customer, status=400)
        now = self._store.now()
        fields = _fields(sold, "active" if sold.paid else "incomplete", now)
        subscription = self._store.add("subscriptions", "sub", fields)
        (item,) = subscription["items"]["data"]
        item["subscription"] = subscription["id"]
        self._events.record("customer.subscription.created", subscription)
        return subscription

    def renew(self, subscription_id: str, *, paid: bool) -> StripeObject:
        """The next period begins; the provider says so before it has collected for it."""
        subscription = self._open(subscription_id)
        (item,) = subscription["items"]["data"]
        length = item["current_period_end"] - item["current_period_start"]
        item["current_period_start"] += length
        item["current_period_end"] += length
        subscription["status"] = "active"
        self._events.record("customer.subscription.updated", subscription)
        if not paid:
            self.stands(subscription_id, "past_due")
        return subscription

    def stands(self, subscription_id: str, status: str) -> StripeObject:
        """Paid late, or given up."""
        subscription = self._open(subscription_id)
        if status in ENDED:
            subscription.update(ended_at=self._store.now(), canceled_at=self._store.now())
        subscription["status"] = status
        kind = "deleted" if status == "canceled" else "updated"
        self._events.record(f"customer.subscription.{kind}", subscription)
        return subscription

    def end_with_period(self, subscription_id: str) -> StripeObject:
        """Not renewed."""
        subscription = self._open(subscription_id)
        (item,) = subscription["items"]["data"]
        subscription.update(
            cancel_at_period_end=True, cancel_at=item["current_period_end"], canceled_at=self._store.now()
        )
        self._events.record("customer.subscription.updated", subscription)
        return subscription

    def correct(self, subscription_id: str, metadata: dict[str, str]) -> StripeObject:
        """Its metadata, which one that has ended takes, too."""
        subscription = self._find(subscription_id)
        subscription["metadata"] = dict(metadata)
        self._events.record("customer.subscription.updated", subscription)
        return subscription

    def retrieve(self, params: Params, subscription_id: str) -> StripeObject:
        """`GET /v1/subscriptions/{id}`."""
        params.only()
        return self._find(subscription_id)

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/subscriptions`, by customer, price and status: those that have not ended, unless asked for."""
        params.only("customer", "price", "status", *PAGE_PARAMS)
        customer, price = params.text("customer"), params.text("price")
        status = params.choice("status", STATUSES)

        def matches(one: StripeObject) -> bool:
            prices = {item["price"]["id"] for item in one["items"]["data"]}
            return (
                customer in (None, one["customer"])
                and (price is None or price in prices)
                and _is_wanted(one["status"], status)
            )

        found = (one for one in self._store.all("subscriptions") if matches(one))
        return page(found, params, "/v1/subscriptions")

    def cancel(self, params: Params, subscription_id: str) -> StripeObject:
        """`DELETE /v1/subscriptions/{id}`: at once."""
        params.only("invoice_now", "prorate")
        return self.stands(subscription_id, "canceled")

    def _find(self, subscription_id: str) -> StripeObject:
        subscription = self._store.get("subscriptions", subscription_id)
        if subscription is None:
            raise no_such("subscription", subscription_id, "id")
        return subscription

    def _open(self, subscription_id: str) -> StripeObject:
        subscription = self._find(subscription_id)
        if subscription["status"] in ENDED:
            message = "A canceled subscription can only update its cancellation_details and metadata."
            raise StripeApiError(400, message)
        return subscription


def _is_wanted(status: str, wanted: str | None) -> bool:
    if wanted == "all":
        return True
    if wanted == "ended":
        return status in ENDED
    return status == wanted if wanted is not None else status not in ENDED


def _fields(sold: Sold, status: str, now: int) -> StripeObject:
    price: StripeObject = {
        "id": sold.price,
        "object": "price",
        "active": True,
        "currency": "eur",
        "product": sold.product,
        "recurring": {"interval": "day", "interval_count": sold.days, "usage_type": "licensed"},
        "type": "recurring",
        "unit_amount": 900,
    }
    item: StripeObject = {
        "id": f"si_{random_token(14)}",
        "object": "subscription_item",
        "created": now,
        "current_period_end": now + sold.days * DAY_SECONDS,
        "current_period_start": now,
        "metadata": {},
        "price": price,
        "quantity": 1,
        "subscription": None,
    }
    return {
        "object": "subscription",
        "billing_cycle_anchor": now,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "collection_method": "charge_automatically",
        "currency": "eur",
        "customer": sold.customer,
        "default_payment_method": None,
        "description": None,
        "ended_at": None,
        "items": {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"},
        "latest_invoice": None,
        "metadata": dict(sold.metadata),
        "pause_collection": None,
        "pending_setup_intent": None,
        "schedule": None,
        "start_date": now,
        "status": status,
        "trial_end": None,
        "trial_start": None,
    }
