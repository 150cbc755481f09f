"""One run: the parts asked for, one after the other."""

import asyncio
import time
from collections.abc import Collection
from typing import Any

from bench import bookings
from bench.booking import availability, late_choice, packing, race, repacking
from bench.booking.goals import GOALS
from bench.booking.sizes import QUICK, Sizes
from bench.goals import figures
from bench.ground import Say, opened
from bench.report import surroundings
from db.migrations import upgrade
from runtime.embedded.postgres import EmbeddedPostgres

PARTS = ("packing", "repacking", "availability", "late_choice", "bookings", "race")


async def run(sizes: Sizes, parts: Collection[str], say: Say) -> dict[str, Any]:
    """All figures, ready for JSON."""
    began = time.monotonic()
    results: dict[str, Any] = {}
    if "packing" in parts:
        say("packing")
        results["packing"] = packing.measure(sizes)
    if {"repacking", "availability"} & {*parts}:
        results |= await _in_postgres(sizes, parts, say)
    if "late_choice" in parts:
        say(f"late choice: {sizes.days} days of random demand")
        results["late_choice"] = late_choice.measure(sizes)
    if {"bookings", "race"} & {*parts}:
        async with opened(say) as ground:
            if "bookings" in parts:
                results["bookings"] = await bookings.measure(ground, sizes.bookings, say)
            if "race" in parts:
                results["race"] = await race.measure(ground, sizes, say)
            say("stopping")
    about = surroundings(quick=sizes == QUICK, seconds=time.monotonic() - began)
    return {"about": about, "figures": figures(GOALS, results), **results}


async def _in_postgres(sizes: Sizes, parts: Collection[str], say: Say) -> dict[str, Any]:
    """What needs no workflows."""
    results: dict[str, Any] = {}
    say("starting Postgres")
    async with EmbeddedPostgres(durable=False) as postgres:
        if "repacking" in parts:
            say("repacking")
            results["repacking"] = await repacking.measure(postgres, _upgraded, sizes)
        if "availability" in parts:
            await availability.planted(postgres, _upgraded)
            results["availability"] = await availability.measure(postgres, sizes, say)
        say("stopping")
    return results


async def _upgraded(url: str) -> None:
    await asyncio.to_thread(upgrade, url)
