"""One run: the parts asked for, one after the other."""

import asyncio
import time
from collections.abc import Collection
from typing import Any

from bench.booking import availability, late_choice, packing, race
from bench.booking.sizes import QUICK, Sizes
from bench.ground import Say, opened
from bench.report import surroundings
from db.migrations import upgrade
from runtime.embedded.postgres import EmbeddedPostgres

PARTS = ("availability", "packing", "late_choice", "race")


async def run(sizes: Sizes, parts: Collection[str], say: Say) -> dict[str, Any]:
    """All figures, ready for JSON."""
    began = time.monotonic()
    results: dict[str, Any] = {}
    if "packing" in parts:
        say("packing")
        results["packing"] = packing.measure(sizes)
    if "availability" in parts:
        say("starting Postgres")
        async with EmbeddedPostgres(durable=False) as postgres:
            await availability.planted(postgres, lambda url: asyncio.to_thread(upgrade, url))
            results["availability"] = await availability.measure(postgres, sizes, say)
            say("stopping")
    if "late_choice" in parts:
        say(f"late choice: {sizes.days} days of random demand")
        results["late_choice"] = late_choice.measure(sizes)
    if "race" in parts:
        async with opened(say) as ground:
            results["race"] = await race.measure(ground, sizes, say)
            say("stopping")
    about = surroundings(quick=sizes == QUICK, seconds=time.monotonic() - began)
    return {"about": about, **results}
