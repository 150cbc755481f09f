"""What stories play on: addresses and handles of a running stack. Built by whoever runs them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from db.engine import Sessions
from simulator.stripe_api.control_client import StripeApiControl


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`http` has the API as its base address. `token_of` mints a bearer token for a driver; `operator_token_of` one for
    an operator of this name and role.
    """

    http: httpx.AsyncClient
    gateway_url: str
    mailbox_url: str
    """Of the page with all mail."""
    stripe: StripeApiControl
    sessions: Sessions
    token_of: Callable[[str], str]
    operator_token_of: Callable[[str, str], str]
    kill_worker: Callable[[], Awaitable[None]]
    start_worker: Callable[[], Awaitable[None]]
    settle_follow_ups: Callable[[], Awaitable[None]]
    """Lets the reconciler run now, and not within the minute: it settles what came after a settlement."""
    others_done: Callable[[], Awaitable[None]]
    """Returns when every story that leaves the worker alone has ended."""
