"""What pages weigh with all that they load, and how long the process takes to make them under a light, steady load."""

import asyncio
import re
import time
from typing import Any

import httpx
import psutil

from bench.figures import milliseconds, quantile
from bench.pages.place import Place

_LOADS = re.compile(r'(?:src|<link [^>]*href)="(/[^"]+)"')
"""Scripts, styles and pictures, codes of bays among them."""
YARDSTICK = "/healthz"
"""Answered by the same process without a look at anything."""


async def weigh(place: Place) -> dict[str, float]:
    """Kilobytes as they are sent, by page."""
    async with place.browser() as browser:
        return {name: round(await _weight(browser, at) / 1000, 1) for name, at in place.pages.items()}


async def _weight(browser: httpx.AsyncClient, address: str) -> int:
    sent, text = await _sent(browser, address)
    for asset in set(_LOADS.findall(text)):
        sent += (await _sent(browser, asset))[0]
    return sent


async def _sent(browser: httpx.AsyncClient, address: str) -> tuple[int, str]:
    async with browser.stream("GET", address) as answer:
        answer.raise_for_status()
        text = (await answer.aread()).decode()
        return answer.num_bytes_downloaded, text


async def make(place: Place, requests: int, per_second: float) -> dict[str, dict[str, float]]:
    """Each page and the yardstick in turn, at that pace: milliseconds until the whole of it is there."""
    taken: dict[str, list[float]] = {name: [] for name in (*place.pages, YARDSTICK)}
    async with place.browser() as browser:
        for name in taken:
            await _sent(browser, place.pages.get(name, name))  # the first time, templates are compiled
        due = time.perf_counter()
        for _ in range(requests):
            for name in taken:
                due += 1 / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                began = time.perf_counter()
                await _sent(browser, place.pages.get(name, name))
                taken[name].append(time.perf_counter() - began)
    bare = quantile(taken[YARDSTICK], 0.5)
    return {
        name: {
            "p50_ms": milliseconds(quantile(times, 0.5)),
            "p95_ms": milliseconds(quantile(times, 0.95)),
            "p50_ratio": round(quantile(times, 0.5) / bare, 2),
        }
        for name, times in taken.items()
    }


async def work(place: Place, requests: int) -> dict[str, float]:
    """By page, the milliseconds of the API's processor: what is left of the time where nobody else wants one."""
    api = psutil.Process(place.stack.processes["api"].pid)
    spent = {}
    async with place.browser() as browser:
        for name, address in (*place.pages.items(), (YARDSTICK, YARDSTICK)):
            before = cpu_s(api)
            for _ in range(requests):
                await _sent(browser, address)
            spent[name] = milliseconds((cpu_s(api) - before) / requests)
    return spent


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def slowest(made: dict[str, dict[str, Any]]) -> float:
    """The worst page's p95."""
    return max(float(one["p95_ms"]) for name, one in made.items() if name != YARDSTICK)
