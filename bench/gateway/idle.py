"""What a silent charger costs: memory of the gateway with thousands connected, booted and then quiet."""

import asyncio
from typing import Any

from bench.gateway.fleet import booted, hang_up
from bench.gateway.ground import Ground, Say
from bench.gateway.place import identities
from bench.gateway.sizes import Sizes


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """The difference between a gateway in use by a few and the same one with `sizes.idle` more."""
    async with ground.gateway(await ground.database("idle")) as server:
        first = await booted(server.port, identities(sizes.idle_first))
        await asyncio.sleep(sizes.settle_s)
        before = server.rss_kb()
        say(f"idle: connecting {sizes.idle:,} chargers")
        more = await booted(server.port, identities(sizes.idle, first=sizes.idle_first))
        await asyncio.sleep(sizes.settle_s)
        after, used = server.rss_kb(), server.cpu_seconds()
        await asyncio.sleep(sizes.settle_s)
        used = server.cpu_seconds() - used
        connected = sum(socket.open for socket in (*first, *more))
        hang_up([*first, *more])
    assert connected == sizes.idle_first + sizes.idle, f"{connected} are connected"
    return {
        "chargers": sizes.idle,
        "rss_before_kb": round(before),
        "rss_after_kb": round(after),
        "rss_kb_per_idle_charger": round((after - before) / sizes.idle, 1),
        "core_used_idle": round(used / sizes.settle_s, 3),
    }
