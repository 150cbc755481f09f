"""When a phone first shows something of a page: Debian's chromium, throttled as Lighthouse throttles a phone."""

import shutil
from statistics import median
from typing import Any

from playwright.async_api import BrowserContext, async_playwright

from bench.pages.place import Place

_KILOBIT = 1000 / 8
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1600 * _KILOBIT,
    "uploadThroughput": 750 * _KILOBIT,
}
SLOWER_BY = 4
"""The processor, beside this machine's."""
_SEEN = """() => new Promise((told) => {
  const seen = {};
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) seen.largest = one.startTime;
  }).observe({type: "largest-contentful-paint", buffered: true});
  setTimeout(() => {
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    told({first: first && first.startTime, largest: seen.largest});
  }, 500);
})"""


async def paint(place: Place, times: int) -> dict[str, Any]:
    """By page, the median of milliseconds until something, and until the largest thing, is seen; with an empty cache.

    Empty where there is no chromium.
    """
    found = shutil.which("chromium")
    if found is None:
        return {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        painted = {}
        for name, address in place.pages.items():
            seen = []
            for _ in range(times):
                phone = await browser.new_context(
                    base_url=place.stack.pages_url,
                    viewport={"width": 390, "height": 844},
                    device_scale_factor=2,
                )
                await phone.add_cookies(_cookies(place))
                seen.append(await _painted(phone, address))
                await phone.close()
            painted[name] = {
                f"{what}_ms": round(median(float(one[what]) for one in seen)) for what in ("first", "largest")
            }
        await browser.close()
    return painted


async def _painted(phone: BrowserContext, address: str) -> dict[str, float]:
    page = await phone.new_page()
    tools = await phone.new_cdp_session(page)
    await tools.send("Network.enable")
    await tools.send("Network.emulateNetworkConditions", NETWORK)
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_BY})
    await page.goto(address, wait_until="load")
    seen: dict[str, float] = await page.evaluate(_SEEN)
    return seen


def _cookies(place: Place) -> list[Any]:
    pairs = (one.split("=", 1) for one in place.cookies[0].split("; "))
    return [{"name": name, "value": value, "url": place.stack.pages_url} for name, value in pairs]
