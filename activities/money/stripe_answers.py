"""Stripe's answers and errors, made ours in one place."""

from collections.abc import Awaitable
from typing import TypeVar

import stripe

from activities.failures import StripeRefused, StripeUnavailable

Result = TypeVar("Result")

_FAILED = 500
"""And above: such answers are stored under the idempotency key (docs.stripe.com/api/idempotent_requests)."""


async def answered(call: Awaitable[Result]) -> Result:
    """Stripe's errors become ours here and nowhere else."""
    try:
        return await call
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeUnavailable(error.user_message or "Stripe did not answer") from error
    except stripe.APIError as error:  # 5xx, 409 (key in use) and answers that are not JSON
        message = error.user_message or "Stripe could not answer"
        raise StripeUnavailable(message, remembered=(error.http_status or 0) >= _FAILED) from error
    except stripe.StripeError as error:
        code = error.code or (error.error.type if error.error else None) or type(error).__name__
        message = error.user_message or "Stripe refused the request"
        raise StripeRefused(message, stripe_code=code, param=getattr(error, "param", None) or "") from error
