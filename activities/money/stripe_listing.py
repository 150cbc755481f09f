"""The adapter of Stripe's lists: everything of a span of time, page by page to the end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import stripe

from activities.money.payment_intents import IntentState
from activities.money.stripe_answers import answered
from activities.money.stripe_balance import BalanceMovement, movement_of

_PAGE = 100
_MOST_KINDS = 20
"""That Stripe lists at once (docs.stripe.com/api/events/list)."""
Read = Callable[[stripe.PaymentIntent], IntentState]


class StripeListing:
    """Raises StripeUnavailable or StripeRefused; then nothing is known of what was not listed yet."""

    def __init__(self, client: stripe.StripeClient, read: Read) -> None:
        self._v1 = client.v1
        self._read = read

    async def intents(self, since: datetime, until: datetime) -> AsyncIterator[IntentState]:
        """Made within that time, newest first."""
        asked: Any = {**_within(since, until), "expand": ["data.latest_charge"]}
        async for intent in _all(self._v1.payment_intents.list_async(asked)):
            yield self._read(intent)

    async def refunded(self, since: datetime, until: datetime) -> AsyncIterator[str]:
        """Ids of the intents that refunds of that time are of."""
        asked: Any = _within(since, until)
        async for refund in _all(self._v1.refunds.list_async(asked)):
            if isinstance(refund.payment_intent, str):
                yield refund.payment_intent

    async def is_refunded_after(self, intent_id: str, instant: datetime) -> bool:
        asked: Any = {"payment_intent": intent_id, "limit": 1, "created": {"gt": int(instant.timestamp())}}
        return bool((await answered(self._v1.refunds.list_async(asked))).data)

    async def disputes(self, since: datetime, until: datetime) -> AsyncIterator[str]:
        """Ids of those opened within that time."""
        asked: Any = _within(since, until)
        async for dispute in _all(self._v1.disputes.list_async(asked)):
            yield dispute.id

    async def movements(self, since: datetime, until: datetime) -> AsyncIterator[BalanceMovement]:
        """Of the balance, made within that time, newest first."""
        asked: Any = {**_within(since, until), "expand": ["data.source"]}
        async for moved in _all(self._v1.balance_transactions.list_async(asked)):
            yield movement_of(moved.to_dict())

    async def events(
        self, since: datetime, until: datetime, kinds: frozenset[str]
    ) -> AsyncIterator[dict[str, Any]]:
        """As a webhook would bring them, newest first. Stripe keeps them for 30 days."""
        asked: Any = _within(since, until)
        if len(kinds) <= _MOST_KINDS:
            asked["types"] = sorted(kinds)
        async for event in _all(self._v1.events.list_async(asked)):
            if event.type in kinds:
                yield event.to_dict()


def _within(since: datetime, until: datetime) -> dict[str, Any]:
    return {"limit": _PAGE, "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())}}


async def _all(first: Awaitable[Any]) -> AsyncIterator[Any]:
    page = await answered(first)
    while True:
        for one in page.data:
            yield one
        if not page.has_more:
            return
        page = await answered(page.next_page_async())
