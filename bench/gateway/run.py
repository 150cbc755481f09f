"""One run: the parts asked for, one after the other, on one ground."""

import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from bench.gateway import authorize, calls, idle, outage, status_changes
from bench.gateway.cores import can_pin
from bench.gateway.goals import figures
from bench.gateway.ground import Ground, Say, opened
from bench.gateway.report import CONDITIONS
from bench.gateway.sizes import QUICK, Sizes
from bench.report import surroundings

Part = Callable[[Ground, Sizes, Say], Awaitable[dict[str, Any]]]

PARTS: dict[str, Part] = {
    "calls": calls.measure,
    "status_changes": status_changes.measure,
    "idle": idle.measure,
    "authorize": authorize.measure,
    "outage": outage.measure,
}


async def run(sizes: Sizes, names: Collection[str], say: Say) -> dict[str, Any]:
    """All figures, ready for JSON. Raises ServerBroke when a server answered wrongly or lost something."""
    began = time.monotonic()
    chargers = max(sizes.chargers, sizes.idle + sizes.idle_first if "idle" in names else 0)
    parts: dict[str, Any] = {}
    async with opened(chargers, say) as ground:
        for name, measure in PARTS.items():
            if name in names:
                parts[name] = await measure(ground, sizes, say)
        say("stopping")
    about = surroundings(quick=sizes == QUICK, seconds=time.monotonic() - began)
    about |= {"pinned": can_pin(), "chargers": sizes.chargers, "conditions": CONDITIONS}
    return {"about": about, "figures": figures(parts), "parts": parts}
