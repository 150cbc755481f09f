"""The payment provider on bad days: slow, silent, wrong, or forgetting to tell us."""

import asyncio
import contextlib
import random
from collections import Counter

import httpx

from simulator.stripe_api.control_client import StripeApiControl
from simulator.stripe_api.faults import FaultKind

_TIMES = (1, 3)
_REFUSALS = (429, 500, 503)


class Provider:
    """Each trouble lasts for some requests or events, or for `duration_s`."""

    def __init__(self, stripe: StripeApiControl, dice: random.Random) -> None:
        self._stripe = stripe
        self._dice = dice
        self.troubles: Counter[str] = Counter()

    async def trouble(self, duration_s: float) -> None:
        kind = self._dice.choice(["slow", "silent", "cut", "refuses", "broken", "forgets", "repeats", "late"])
        times = self._dice.randint(*_TIMES)
        status = self._dice.choice(_REFUSALS)
        self.troubles[kind] += 1
        with contextlib.suppress(httpx.HTTPError):  # it is frozen, which is trouble enough
            await self._begin(kind, times, status, duration_s)

    async def _begin(self, kind: str, times: int, status: int, duration_s: float) -> None:
        match kind:
            case "slow":
                await self._stripe.fail_next(FaultKind.HOLD, times=times)
                await asyncio.sleep(duration_s)
                await self._stripe.release_held()
            case "silent":
                await self._stripe.fail_next(FaultKind.TIMEOUT, times=times)
            case "cut":
                await self._stripe.fail_next(FaultKind.CUT, times=times)
            case "refuses":
                await self._stripe.fail_next(FaultKind.STATUS, times=times, status=status)
            case "broken":
                await self._stripe.fail_next(FaultKind.STATUS_AFTER, times=times)
            case "forgets":
                await self._stripe.misbehave(drop=times)
            case "repeats":
                await self._stripe.misbehave(duplicate=times)
            case _:
                await self._stripe.misbehave(delay_seconds=duration_s, reorder=times)

    async def mend(self) -> None:
        """Raises httpx.HTTPError when it does not answer."""
        await self._stripe.clear_faults()
        await self._stripe.misbehave()
        await self._stripe.webhooks_flushed()
        await self._stripe.webhooks_settled()
