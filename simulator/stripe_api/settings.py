"""What a stand-in is started with. Values only: nothing is read from the environment here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import time

Clock = Callable[[], float]


@dataclass(frozen=True)
class StripeApiSettings:
    """One stand-in account.

    `api_key` is the only secret key accepted. Without `webhook_url` events are recorded but not delivered.
    `webhook_retry_seconds` are the pauses between attempts at one delivery; Stripe itself goes on for three
    days, the stand-in gives up after the last one. `state_file` keeps every object between runs.
    """

    api_key: str = "sk_test_slotkeeper"
    webhook_url: str | None = None
    webhook_secret: str = "whsec_slotkeeper"  # noqa: S105 - of a stand-in, protects nothing
    webhook_retry_seconds: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 10.0)
    state_file: Path | None = None
    clock: Clock = time
