"""What a process needs of itself: that its keys for tokens are there, that it polls, that it serves."""

from collections.abc import Awaitable, Callable, Sequence

from runtime.readiness.findings import TOKEN_KEYS_UNREACHABLE, Finding
from runtime.readiness.readiness import Need


def token_keys_need(available: Callable[[], Awaitable[bool]]) -> Need:
    async def check() -> Sequence[Finding]:
        return [] if await available() else [TOKEN_KEYS_UNREACHABLE]

    return Need(name="token_keys", check=check, silent=TOKEN_KEYS_UNREACHABLE, kept_s=10.0)


def own_need(name: str, working: Callable[[], bool], otherwise: Finding) -> Need:
    """`working`: costs nothing to ask."""

    async def check() -> Sequence[Finding]:
        return [] if working() else [otherwise]

    return Need(name=name, check=check, silent=otherwise, kept_s=0.0)
