"""How long a booking takes from Update-with-Start to its decision, next to a bare workflow."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from typing import Any

from bench.figures import median_ratio, milliseconds, quantile
from bench.ground import Ground, Say
from bench.requests import Variant, variants
from bench.sizes import Sizes


@dataclass(slots=True)
class Rounds:
    """One variant at one concurrency. Seconds; one entry a round, but `latencies` has one a booking."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Concurrency → variant → figures; and what a booking asks of Postgres."""
    contenders = variants(ground.client)
    numbers = count()
    say(f"bookings: warming up, {sizes.warm_up} of each kind")
    for variant in contenders:
        await _burst(variant, numbers, concurrency=2, bookings=sizes.warm_up, into=Rounds())
    latencies = {}
    for concurrency, bookings in sizes.bookings.items():
        latencies[str(concurrency)] = await _compare(contenders, numbers, concurrency, bookings, sizes, say)
    say("bookings: counting statements")
    return {
        "latency": latencies,
        "postgres": {v.name: await _asked(ground, v, numbers) for v in contenders},
    }


async def _compare(
    contenders: Sequence[Variant],
    numbers: Iterator[int],
    concurrency: int,
    bookings: int,
    sizes: Sizes,
    say: Say,
) -> dict[str, Any]:
    taken = {variant.name: Rounds() for variant in contenders}
    end = time.monotonic() + sizes.seconds
    for round_ in range(sizes.rounds):
        if round_ and time.monotonic() > end:
            say(f"bookings: {concurrency} at a time, {round_} rounds must do: the machine is busy")
            break
        say(f"bookings: {concurrency} at a time, round {round_ + 1} of {sizes.rounds}")
        # To and fro: nobody always comes after the same neighbour.
        for variant in contenders if round_ % 2 == 0 else reversed(contenders):
            await _burst(variant, numbers, concurrency, bookings, taken[variant.name])
    yardstick = taken[contenders[0].name]
    return {name: _figures(rounds_, yardstick) for name, rounds_ in taken.items()}


async def _burst(
    variant: Variant, numbers: Iterator[int], concurrency: int, bookings: int, into: Rounds
) -> None:
    """`concurrency` callers, each booking again as soon as it has its answer."""
    left = iter(range(bookings))
    latencies: list[float] = []

    async def caller() -> None:
        for _ in left:
            began = time.perf_counter()
            await variant.book(next(numbers))
            latencies.append(time.perf_counter() - began)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller() for _ in range(concurrency)))
    into.per_second.append(bookings / (time.perf_counter() - began))
    into.cpu.append((time.process_time() - cpu) / bookings)
    into.p50.append(quantile(latencies, 0.5))
    into.p99.append(quantile(latencies, 0.99))
    into.latencies.extend(latencies)


def _figures(rounds: Rounds, yardstick: Rounds) -> dict[str, Any]:
    return {
        "bookings": len(rounds.latencies),
        "p50_ms": milliseconds(median(rounds.p50)),
        "p99_ms": milliseconds(quantile(rounds.latencies, 0.99)),
        "per_second": round(median(rounds.per_second), 1),
        "cpu_ms": milliseconds(median(rounds.cpu)),
        "p50_ratio": round(median_ratio(rounds.p50, yardstick.p50), 2),
        "p99_ratio": round(quantile(rounds.latencies, 0.99) / quantile(yardstick.latencies, 0.99), 2),
        "cpu_ratio": round(median_ratio(rounds.cpu, yardstick.cpu), 2),
        "rounds_p50_ms": [milliseconds(value) for value in rounds.p50],
    }


_LOOKS = 3


async def _asked(ground: Ground, variant: Variant, numbers: Iterator[int]) -> dict[str, Any]:
    """What one booking asks of Postgres, by activity: the least of a few: a slow machine sees what it publishes."""
    looks = [await _asked_once(ground, variant, numbers) for _ in range(_LOOKS)]
    return min(looks, key=lambda asked: asked["round_trips"])


async def _asked_once(ground: Ground, variant: Variant, numbers: Iterator[int]) -> dict[str, Any]:
    ground.watch.count_anew()
    await variant.book(next(numbers))
    seen = dict(ground.watch.by_activity)
    return {
        "round_trips": sum(asked.round_trips for asked in seen.values()),
        "statements": sum(asked.statements for asked in seen.values()),
        "by_activity": {
            name: {
                "statements": asked.statements,
                "transactions": asked.transactions,
                "commits": asked.commits,
                "texts": dict(asked.texts),
            }
            for name, asked in seen.items()
        },
    }
