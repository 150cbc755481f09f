"""Going round for ever: what no message tells of is looked for now and then."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn


async def rounds(every_s: float, look: Callable[[], Awaitable[object]]) -> NoReturn:
    """`look` every so many seconds, first after one interval. What it raises ends the rounds."""
    while True:
        await asyncio.sleep(every_s)
        await look()
