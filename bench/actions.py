"""How long drivers and operators wait for an action, from the update to its answer, next to a bare workflow."""

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from temporalio.client import WorkflowHandle

from bench.figures import milliseconds, quantile
from bench.ground import Ground, Say
from bench.requests import DEPOSIT, FREE, bare, booked
from bench.sizes import Sizes
from domain.reservation.actions.messages import Cancel, Message, Operate, Reassign, Reschedule, Waive

YARDSTICK = "bare workflow"
_LATER = timedelta(minutes=15)
"""Between the starts that the bench books."""
Taken = defaultdict[str, list[float]]


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Action → figures; each is asked once in every life, one after the other."""
    taken: Taken = defaultdict(list)
    numbers = count(1_000_000)  # never one of the bookings'
    end = time.monotonic() + sizes.seconds
    for life in range(sizes.lives):
        if life and time.monotonic() > end:
            say(f"actions: {life} lives must do: the machine is busy")
            break
        if life % 10 == 0:
            say(f"actions: life {life + 1} of {sizes.lives}")
        await _life(ground, numbers, taken)
    yardstick = quantile(taken[YARDSTICK], 0.5)
    return {name: _figures(latencies, yardstick) for name, latencies in taken.items()}


async def _life(ground: Ground, numbers: Iterator[int], taken: Taken) -> None:
    """One reservation without a deposit that a driver cancels, and one with it that an operator cancels."""
    n = next(numbers)
    began = time.perf_counter()
    await bare(ground.client, n)
    taken[YARDSTICK].append(time.perf_counter() - began)
    free, paid = await booked(ground.client, FREE, n), await booked(ground.client, DEPOSIT, n)
    later = free.slot.moved_to(free.slot.start + _LATER)
    asks: tuple[tuple[str, WorkflowHandle[Any, Any], Message], ...] = (
        ("waive", free.handle, Waive(kind="no_show")),
        ("reassign", free.handle, Reassign()),
        ("reschedule", free.handle, Reschedule(start=later.start, end=later.end)),
        ("cancel", free.handle, Cancel()),
        ("operator_cancel", paid.handle, Operate()),
    )
    for name, handle, message in asks:
        began = time.perf_counter()
        await handle.execute_update(name, message)
        taken[name].append(time.perf_counter() - began)


def _figures(latencies: list[float], yardstick: float) -> dict[str, Any]:
    return {
        "asked": len(latencies),
        "p50_ms": milliseconds(quantile(latencies, 0.5)),
        "p99_ms": milliseconds(quantile(latencies, 0.99)),
        "p50_ratio": round(quantile(latencies, 0.5) / yardstick, 2),
    }
