"""One run: the parts asked for, one after the other, on one ground."""

import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from bench.gateway import authorize, calls, idle, outage, status_changes, storm
from bench.gateway.cores import Others, can_pin
from bench.gateway.goals import figures
from bench.gateway.ground import Ground, Say, opened
from bench.gateway.report import CONDITIONS
from bench.gateway.sizes import QUICK, Sizes
from bench.gateway.wire import ServerBroke
from bench.report import surroundings
from runtime.embedded.failures import EmbeddedServerFailed

Part = Callable[[Ground, Sizes, Say], Awaitable[dict[str, Any]]]

PARTS: dict[str, Part] = {
    "calls": calls.measure,
    "status_changes": status_changes.measure,
    "idle": idle.measure,
    "authorize": authorize.measure,
    "outage": outage.measure,
    "storm": storm.measure,
}


async def run(sizes: Sizes, names: Collection[str], say: Say) -> dict[str, Any]:
    """All figures, ready for JSON. A part that a server broke is in `failed` with the reason; the others go on."""
    began = time.monotonic()
    chargers = max(sizes.chargers + sizes.storm, sizes.idle + sizes.idle_first)
    parts: dict[str, Any] = {}
    failed: dict[str, str] = {}
    elsewhere: dict[str, float] = {}
    async with opened(chargers, say) as ground:
        for name in (name for name in PARTS if name in names):
            others = Others()
            try:
                parts[name] = await PARTS[name](ground, sizes, say)
            except (ServerBroke, EmbeddedServerFailed, TimeoutError) as failure:
                failed[name] = f"{type(failure).__name__}: {failure}"
                say(f"{name}: {failed[name]}")
            elsewhere[name] = others.cores()
        say("stopping")
    about = surroundings(quick=sizes == QUICK, seconds=time.monotonic() - began)
    about |= {
        "pinned": can_pin(),
        "chargers": sizes.chargers,
        "conditions": CONDITIONS,
        "cores_used_by_others": elsewhere,
    }
    return {"about": about, "figures": figures(parts), "failed": failed, "parts": parts}
