"""A card that is not accepted is an answer of Stripe's, no failure: how it is told from a request that is wrong."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import stripe

from activities.failures import StripeRefused
from activities.money.payment_intents import Declined
from activities.money.stripe_answers import answered

Answer = TypeVar("Answer")
Told = TypeVar("Told")


async def accepted_or_declined(
    call: Awaitable[Answer], read: Callable[[Answer], Told], *, customer: str | None = None
) -> Told | Declined:
    """Raises StripeUnavailable, and StripeRefused for what no other card would mend."""
    try:
        return read(await answered(call))
    except StripeRefused as refusal:
        if isinstance(refusal.__cause__, stripe.CardError):
            return _declined(refusal.__cause__)
        if refusal.param in ("payment_method", "customer"):
            gone = customer if is_gone(refusal) else None
            return Declined(decline_code=refusal.stripe_code, message=refusal.message, gone_customer=gone)
        raise


def is_gone(refusal: StripeRefused) -> bool:
    """Somebody deleted the customer, and with them the cards that were kept."""
    return (refusal.stripe_code, refusal.param) == ("resource_missing", "customer")


def is_for_good(failure: dict[str, Any]) -> bool:
    """What the issuer advises (docs.stripe.com/declines, `advice_code`)."""
    return failure.get("advice_code") == "do_not_try_again"


def _declined(error: stripe.CardError) -> Declined:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    details: dict[str, Any] = body.get("error", {})
    intent: dict[str, Any] = details.get("payment_intent") or details.get("setup_intent") or {}
    return Declined(
        decline_code=details.get("decline_code") or error.code or "card_declined",
        message=error.user_message or "The card was declined",
        payment_intent_id=intent.get("id"),
        for_good=is_for_good(details),
    )
