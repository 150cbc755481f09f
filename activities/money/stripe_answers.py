"""Stripe's answers and errors, made ours in one place.

What failed on Stripe's side is stored under the idempotency key, like any answer, and repeated for a day
(docs.stripe.com/api/idempotent_requests). It may have been carried out nevertheless. So nothing is asked under another
key before it is proven that nothing came of it; and under which one is derived from the first.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stripe

from activities.failures import StripeKeyRefused, StripeRefused, StripeUnavailable

Result = TypeVar("Result")

_FAILED = 500
"""And above."""
_REPLAYED = "idempotent-replayed"
"""Header of an answer that was stored: whatever the request did, it is over."""
AGAIN = ":again-"
"""Between a key and how often it was given up."""
_MOST_KEYS = 3
_ASKED_OTHERWISE = "idempotency_error"
"""Under that key something else was asked before (another sum: what is due has changed since), and that is over."""


async def answered(call: Awaitable[Result]) -> Result:
    """Stripe's errors become ours here and nowhere else."""
    try:
        return await call
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeUnavailable(error.user_message or "Stripe did not answer") from error
    except stripe.APIError as error:  # 5xx, 409 (key in use) and answers that are not JSON
        message = error.user_message or "Stripe could not answer"
        raise StripeUnavailable(message, remembered=_is_remembered(error)) from error
    except stripe.StripeError as error:
        code = error.code or (error.error.type if error.error else None) or type(error).__name__
        message = error.user_message or "Stripe refused the request"
        about_key = isinstance(error, stripe.AuthenticationError | stripe.PermissionError)
        refused = StripeKeyRefused if about_key else StripeRefused
        raise refused(message, stripe_code=code, param=getattr(error, "param", None) or "") from error


def _is_remembered(error: stripe.APIError) -> bool:
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return (error.http_status or 0) >= _FAILED and headers.get(_REPLAYED) == "true"


async def nothing_to_look_for() -> None:
    """`happened` of what costs nothing if it is there twice."""
    return


async def unless_it_happened(
    key: str, call: Callable[[str], Awaitable[Result]], happened: Callable[[], Awaitable[Result | None]]
) -> Result:
    """What `call` answers under `key`, or under a next one where that only repeats a failure, or is of another sum.

    `happened` looks what came of it, None: provably nothing. For what can be looked up whole at the object that it
    changes. Raises StripeUnavailable and StripeRefused.
    """
    last: StripeUnavailable | StripeRefused
    for number in range(_MOST_KEYS):
        try:
            return await call(f"{key}{AGAIN}{number}" if number else key)
        except StripeUnavailable as failure:
            if not failure.remembered:
                raise
            last = failure
        except StripeRefused as refusal:
            if refusal.stripe_code != _ASKED_OTHERWISE:
                raise
            last = refusal
        found = await happened()
        if found is not None:
            return found
    raise last
