"""Does the payment provider accept our key? Slow or away is another finding, and no reason to take nobody in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from activities.failures import StripeRefused, StripeUnavailable
from runtime.readiness.findings import PAYMENT_KEY_REFUSED, PAYMENTS_UNREACHABLE, Finding
from runtime.readiness.readiness import Need


def payments_need(use_key: Callable[[], Awaitable[None]]) -> Need:
    """`use_key`: one cheap call of the provider. Raises StripeRefused, StripeUnavailable."""

    async def check() -> Sequence[Finding]:
        try:
            await use_key()
        except StripeRefused as refused:
            return [replace(PAYMENT_KEY_REFUSED, reason=refused.stripe_code)]
        except StripeUnavailable as away:
            return [replace(PAYMENTS_UNREACHABLE, reason=away.message)]
        return []

    return Need(name="payments", check=check, silent=PAYMENTS_UNREACHABLE, kept_s=60.0)
