"""The adapter of Stripe's payouts to our bank, and of what it kept of them (docs.stripe.com/payouts/reconciliation)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import stripe

from activities.money.dispute_movements import DisputeMovement, movements_of
from activities.money.stripe_answers import answered
from activities.money.stripe_units import from_stripe
from domain.money.amount import Money
from domain.money.movements import Converted

ARRIVED = "paid"
_OWN_FEE = "stripe_fee"
_OF_DISPUTES = frozenset({"dispute", "dispute_reversal"})
"""Reporting categories whose fees are booked with their dispute."""
_CHARGED = "charge"
_MOVES_ALL_OF_IT = frozenset({"refund", "refund_failure"})
"""Reporting categories of a movement that is all of its source."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutParts:
    """What it was made of: `fees` but for those of disputes, and what was `converted`."""

    fees: tuple[Money, ...] = ()
    converted: tuple[Converted, ...] = ()


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

    async def parts(self, payout: PayoutState) -> PayoutParts:
        """Of each movement that was paid out by it, page by page."""
        if not payout.automatic:
            return PayoutParts()
        moved: list[dict[str, Any]] = []
        page = await answered(
            self._client.balance_transactions.list_async(
                {"payout": payout.id, "limit": 100, "expand": ["data.source"]}
            )
        )
        while True:
            moved += [one.to_dict() for one in page.data]
            if not page.has_more:
                return PayoutParts(
                    fees=tuple(fee for one in moved if not (fee := _fee(one)).is_zero),
                    converted=tuple(found for one in moved if (found := _converted(one)) is not None),
                )
            page = await answered(page.next_page_async())


def _fee(moved: Mapping[str, Any]) -> Money:
    currency = moved["currency"].upper()
    if moved["reporting_category"] in _OF_DISPUTES:
        return from_stripe(0, currency)
    own = -moved["amount"] if moved["type"] == _OWN_FEE else 0
    return from_stripe(moved["fee"] + own, currency)


def _converted(moved: Mapping[str, Any]) -> Converted | None:
    """Where it has a rate: what its source says in the currency of then (docs.stripe.com/api/balance_transactions)."""
    source, category = moved.get("source"), moved["reporting_category"]
    if not moved.get("exchange_rate") or not isinstance(source, Mapping) or not source.get("currency"):
        return None
    if category == _CHARGED:
        whole = source.get("amount_captured", source["amount"])
    elif category in _MOVES_ALL_OF_IT:
        whole = source["amount"]
    elif category in _OF_DISPUTES:
        return next((_by_dispute(one, moved) for one in movements_of(source) if one.id == moved["id"]), None)
    else:
        return None
    came_to = from_stripe(moved["amount"], moved["currency"].upper())
    amount = from_stripe(whole, source["currency"].upper())
    return Converted(amount=-amount if came_to.minor < 0 else amount, came_to=came_to)


def _by_dispute(of_it: DisputeMovement, moved: Mapping[str, Any]) -> Converted:
    return Converted(amount=of_it.amount, came_to=from_stripe(moved["amount"], moved["currency"].upper()))
