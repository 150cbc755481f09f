"""One run: the parts asked for, one after the other, on one ground."""

import time
from collections.abc import Collection
from typing import Any

from bench import actions, availability, bookings, day
from bench.ground import Say, opened
from bench.report import surroundings
from bench.sizes import QUICK, Sizes

PARTS = ("bookings", "actions", "events", "availability")


async def run(sizes: Sizes, parts: Collection[str], say: Say) -> dict[str, Any]:
    """All figures, ready for JSON."""
    began = time.monotonic()
    results: dict[str, Any] = {}
    async with opened(say) as ground:
        if "bookings" in parts:
            results["bookings"] = await bookings.measure(ground, sizes, say)
        if "actions" in parts:
            results["actions"] = await actions.measure(ground, sizes, say)
        if "events" in parts:
            results["events"] = await day.measure(ground, say)
        if "availability" in parts:
            results["availability"] = await availability.measure(ground, sizes, say)
        say("stopping")
    about = surroundings(quick=sizes == QUICK, seconds=time.monotonic() - began)
    return {"about": about, **results}
