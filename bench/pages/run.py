"""One run: the parts asked for, one after the other, on one stack."""

import time
from collections.abc import Collection
from typing import Any

from bench.ground import Say
from bench.pages.looking import look
from bench.pages.making import make, weigh, work
from bench.pages.painting import paint
from bench.pages.place import opened
from bench.pages.sizes import QUICK, Sizes
from bench.report import surroundings

PARTS = ("weight", "making", "painting", "looking")


async def run(sizes: Sizes, parts: Collection[str], say: Say) -> dict[str, Any]:
    """All figures, ready for JSON."""
    began = time.monotonic()
    found: dict[str, Any] = {}
    async with opened(sizes.drivers, say) as place:
        if "weight" in parts:
            say("weighing")
            found["weight"] = await weigh(place)
        if "making" in parts:
            say("asking for pages")
            found["making"] = await make(place, sizes.requests, sizes.per_second)
            for name, cpu_ms in (await work(place, sizes.requests)).items():
                found["making"][name]["cpu_ms"] = cpu_ms
        if "painting" in parts:
            say("painting on a throttled phone")
            found["painting"] = await paint(place, sizes.paints)
        if "looking" in parts:
            found["looking"] = await look(place, sizes, say)
        say("stopping")
    about = surroundings(quick=sizes == QUICK, seconds=time.monotonic() - began)
    return {"about": about, **found}
