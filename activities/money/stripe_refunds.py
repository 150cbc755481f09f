"""Refunds at Stripe: made once, also where a failure is all that it remembers of one."""

from collections.abc import Awaitable

import stripe
from stripe.params import RefundCreateParams

from activities.failures import StripeRefused
from activities.money.stripe_answers import answered, unless_it_happened
from activities.money.stripe_units import to_stripe
from domain.money.amount import Money

METADATA_KEY = "slotkeeper_key"
"""Of a refund: the key that it was first asked under."""


class StripeRefunds:
    def __init__(self, client: stripe.StripeClient) -> None:
        self._refunds = client.v1.refunds

    async def make(self, intent_id: str, amount: Money, *, key: str) -> None:
        """Give back part of what was captured; nothing where all of it was. Raises StripeUnavailable, StripeRefused."""
        params: RefundCreateParams = {
            "payment_intent": intent_id,
            "amount": to_stripe(amount),
            "metadata": {METADATA_KEY: key},
        }

        def create(key: str) -> Awaitable[stripe.Refund]:
            return answered(self._refunds.create_async(params, {"idempotency_key": key}))

        async def made() -> stripe.Refund | None:
            return await self._made(intent_id, key)

        try:
            await unless_it_happened(key, create, made)
        except StripeRefused as refusal:
            if refusal.stripe_code != "charge_already_refunded":
                raise

    async def _made(self, intent_id: str, key: str) -> stripe.Refund | None:
        """The refund of that key, among all of the intent's."""
        page = await answered(self._refunds.list_async({"payment_intent": intent_id, "limit": 100}))
        while True:
            for refund in page.data:
                if refund.to_dict().get("metadata", {}).get(METADATA_KEY) == key:
                    return refund
            if not page.has_more:
                return None
            page = await answered(page.next_page_async())
