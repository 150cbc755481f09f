"""The adapter of Stripe's payouts to our bank, and of what it kept of them (docs.stripe.com/payouts/reconciliation)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import stripe

from activities.money.stripe_answers import answered
from activities.money.stripe_units import from_stripe
from domain.money.amount import Money

ARRIVED = "paid"
_OWN_FEE = "stripe_fee"
_OF_DISPUTES = frozenset({"dispute", "dispute_reversal"})
"""Reporting categories whose fees are booked with their dispute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutState:
    """A payout as it is now. `automatic`: Stripe says what it was made of; nobody knows that of one made by hand."""

    id: str
    status: str
    amount: Money
    automatic: bool

    @property
    def arrived(self) -> bool:
        """It is in our bank account, and was not sent back."""
        return self.status == ARRIVED


class StripePayouts:
    """Raises StripeUnavailable (ask again) or StripeRefused (final)."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client.v1

    async def retrieve(self, payout_id: str) -> PayoutState:
        payout = await answered(self._client.payouts.retrieve_async(payout_id))
        return PayoutState(
            id=payout.id,
            status=payout.status,
            amount=from_stripe(payout.amount, payout.currency.upper()),
            automatic=payout.automatic,
        )

    async def fees(self, payout: PayoutState) -> list[Money]:
        """Of each movement that was paid out by it, page by page, but for those of disputes."""
        if not payout.automatic:
            return []
        kept: list[Money] = []
        page = await answered(
            self._client.balance_transactions.list_async({"payout": payout.id, "limit": 100})
        )
        while True:
            kept += [fee for one in page.data if not (fee := _fee(one.to_dict())).is_zero]
            if not page.has_more:
                return kept
            page = await answered(page.next_page_async())


def _fee(moved: Mapping[str, Any]) -> Money:
    currency = moved["currency"].upper()
    if moved["reporting_category"] in _OF_DISPUTES:
        return from_stripe(0, currency)
    own = -moved["amount"] if moved["type"] == _OWN_FEE else 0
    return from_stripe(moved["fee"] + own, currency)
