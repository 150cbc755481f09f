"""What tests do with HTTP and with what takes its time."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

PATIENCE_S = 20.0
_NUMBERS = itertools.count(1)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def fresh_key() -> str:
    return f"whole-{next(_NUMBERS)}"


def accepted(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, f"{response.status_code} {response.text}"
    answer: dict[str, Any] = response.json()
    return answer


async def eventually(holds: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S) -> None:
    """Return once `holds` does; for what other processes bring about. Raises TimeoutError."""
    async with asyncio.timeout(patience_s):
        while not await holds():  # noqa: ASYNC110 - others write it; nothing here is told
            await asyncio.sleep(0.05)
