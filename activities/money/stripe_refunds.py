"""Refunds at Stripe: made once, also where a failure is all that it remembers of one; and which there are."""

from collections.abc import Awaitable
from dataclasses import dataclass

import stripe
from stripe.params import RefundCreateParams

from activities.failures import StripeRefused
from activities.money.stripe_answers import answered, unless_it_happened
from activities.money.stripe_units import from_stripe, to_stripe
from domain.money.amount import Money

METADATA_KEY = "slotkeeper_key"
"""Of a refund: the key that it was first asked under. Those of the dashboard have none."""
_FAILED = frozenset({"failed", "canceled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundState:
    """`is_ours`: asked for by us. `has_failed`: the money is ours again."""

    id: str
    amount: Money
    is_ours: bool
    has_failed: bool
    failure: str = ""
    """Why, in the provider's word; empty: it did not say, or has not failed."""


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

    async def of(self, intent_id: str) -> list[RefundState]:
        """All of an intent, newest first. Raises as `make`."""
        page = await answered(self._refunds.list_async({"payment_intent": intent_id, "limit": 100}))
        found = list(page.data)
        while page.has_more:
            page = await answered(page.next_page_async())
            found += page.data
        return [_state(refund) for refund in found]

    async def is_there(self, refund_id: str) -> bool:
        """Raises as `make`."""
        try:
            await answered(self._refunds.retrieve_async(refund_id))
        except StripeRefused as refusal:
            if refusal.stripe_code != "resource_missing":
                raise
            return False
        return True


def _state(refund: stripe.Refund) -> RefundState:
    fields = refund.to_dict()
    return RefundState(
        id=fields["id"],
        amount=from_stripe(fields["amount"], fields["currency"].upper()),
        is_ours=METADATA_KEY in (fields.get("metadata") or {}),
        has_failed=fields.get("status") in _FAILED,
        failure=fields.get("failure_reason") or "",
    )
