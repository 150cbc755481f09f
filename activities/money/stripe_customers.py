"""Customers at Stripe, whom we know by their id alone."""

import stripe

from activities.failures import StripeRefused
from activities.money.stripe_answers import answered

_MISSING = "resource_missing"


class StripeCustomers:
    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    async def delete(self, customer: str) -> None:
        """With all cards that were kept of it; what was paid stays. One that is gone stays so.

        Raises StripeUnavailable, StripeRefused.
        """
        try:
            await answered(self._client.v1.customers.delete_async(customer))
        except StripeRefused as refusal:
            if refusal.stripe_code != _MISSING:
                raise
