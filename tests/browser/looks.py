"""A page as it is looked at on a phone and at a desk: nothing that axe finds, no wider than the window, no heavier than
is said of pages, and a picture where SCREENSHOTS says so.
"""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from starlette.routing import compile_path

from tests.browser.conftest import DESK, PAPER, PHONE
from tests.browser.pictures import PICTURES

in_each_look = pytest.mark.parametrize(
    ("language", "dark"), [("en-GB", False), ("de-DE", True)], ids=["en-light", "de-dark"]
)
"""Each language and each light once: nothing of a page's colours depends on its words."""
_FOLDER = Path(__file__).parents[2] / ".screenshots"
"""Ignored by git. Written where SCREENSHOTS says so."""
_OPEN = "() => [...document.querySelectorAll('details:not([open])')].filter(one => one.open = true)"
_CLOSE = "opened => opened.forEach(one => one.open = false)"
_PRINTED = {"signs", "card", "document", "fleet-costs"}
_NOT_ON_PAPER = "body > header, body > footer, main button, main [role=button], .noprint, .skip"
_PAPER = """() => {
  const read = (one, what) => getComputedStyle(one)[what].match(/[\\d.]+/g).map(Number);
  const words = [...document.querySelectorAll('main :is(h1, h2, p, dt, dd, td, li)')];
  const grounds = [document.documentElement, document.body, ...document.querySelectorAll('main, article, td, li')];
  const light = ([r, g, b, alpha = 1]) => alpha < 0.5 || Math.min(r, g, b) > 150;
  return {
    pale: words.filter(one => one.checkVisibility() && Math.max(...read(one, 'color').slice(0, 3)) > 150).length,
    dark: grounds.filter(one => !light(read(one, 'backgroundColor'))).length,
  };
}"""
_WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
_SHOWN = "[...document.body.querySelectorAll('*')].map(one => +one.checkVisibility()).join('')"
_WEIGHT = """['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
    .filter(one => !one.name.endsWith('/live')).reduce((sum, one) => sum + one.encodedBodySize, 0)"""
"""Bytes of all that the page has loaded, as they were sent once, now or before."""
_MOST = 60_000


def look_of(language: str, dark: bool) -> str:
    return f"{language[:2]}-{'dark' if dark else 'light'}"


async def looked_at(page: Page, name: str, look: str) -> None:
    """With all that can be opened there open; at a desk by axe, too, where a phone is shown other things."""
    path = compile_path(PICTURES[name])[0]
    # And until all is loaded: what was pressed may still be under way.
    await page.wait_for_url(lambda address: path.match(urlsplit(address).path) is not None)
    weight = await page.evaluate(_WEIGHT)
    assert 0 < weight <= _MOST, f"{name}-{look} is {weight} bytes with all that it loads"
    seen = ""
    for size, viewport in (("phone", PHONE), ("desk", DESK)):
        await page.set_viewport_size(viewport)
        opened = await page.evaluate_handle(_OPEN)
        if seen != (seen := await page.evaluate(_SHOWN)):
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{name}-{look}-{size}: {found.generate_report()}"
        needed, there = await page.evaluate(_WIDTHS)
        assert needed <= there, f"{name}-{look}-{size} is {needed} wide, and the window {there}"
        await opened.evaluate(_CLOSE)
        if os.environ.get("SCREENSHOTS"):
            _FOLDER.mkdir(exist_ok=True)
            await page.screenshot(path=_FOLDER / f"{name}-{look}-{size}.png", full_page=True)
    if name in _PRINTED:
        await _printed(page, f"{name}-{look}")
    await page.set_viewport_size(PHONE)


async def _printed(page: Page, name: str) -> None:
    """On paper: dark on white also by night, nothing to press, and no wider than it."""
    await page.emulate_media(media="print")
    await page.set_viewport_size(PAPER)
    assert await page.locator(_NOT_ON_PAPER).filter(visible=True).count() == 0, (
        f"{name} prints what is pressed"
    )
    assert await page.evaluate(_PAPER) == {"pale": 0, "dark": 0}, name
    needed, there = await page.evaluate(_WIDTHS)
    assert needed <= there, f"{name} is {needed} wide, and the paper {there}"
    if os.environ.get("SCREENSHOTS"):
        _FOLDER.mkdir(exist_ok=True)
        await page.pdf(path=_FOLDER / f"{name}.pdf")
        await page.screenshot(path=_FOLDER / f"{name}-print.png", full_page=True)
    await page.emulate_media(media="screen")
    await page.set_viewport_size(PHONE)


async def each_looked_at(page: Page, names: Iterable[str], look: str, query: str = "", **parts: str) -> None:
    """Pages that need nothing but their address. `parts`: of their paths."""
    for name in names:
        await page.goto(PICTURES[name].format(**parts) + query)
        await looked_at(page, name, look)


@asynccontextmanager
async def complaints_of(page: Page) -> AsyncIterator[None]:
    """A browser's. None are expected."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield
    assert found == []
