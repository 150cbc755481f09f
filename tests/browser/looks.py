"""A page as it is looked at: nothing that axe finds, no wider than a phone, and a picture where SCREENSHOTS says so."""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from starlette.routing import compile_path

from tests.browser.conftest import DESK, PHONE
from tests.browser.pictures import PICTURES

in_each_look = pytest.mark.parametrize(
    ("language", "dark"), [("en-GB", False), ("de-DE", True)], ids=["en-light", "de-dark"]
)
"""Each language and each light once: nothing of a page's colours depends on its words."""
_FOLDER = Path(__file__).parents[2] / ".screenshots"
"""Ignored by git. Written where SCREENSHOTS says so."""
_OPEN = "() => [...document.querySelectorAll('details:not([open])')].filter(one => one.open = true)"
_CLOSE = "opened => opened.forEach(one => one.open = false)"
_WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def look_of(language: str, dark: bool) -> str:
    return f"{language[:2]}-{'dark' if dark else 'light'}"


async def looked_at(page: Page, name: str, look: str) -> None:
    """On a phone, with all that can be opened there open."""
    path, shown = PICTURES[name], urlsplit(page.url).path
    assert compile_path(path)[0].match(shown), f"{name} is of {path}, and this is {shown}"
    opened = await page.evaluate_handle(_OPEN)
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{name}-{look}: {found.generate_report()}"
    needed, there = await page.evaluate(_WIDTHS)
    assert needed <= there, f"{name}-{look} is {needed} wide, and the window {there}"
    await opened.evaluate(_CLOSE)
    if os.environ.get("SCREENSHOTS"):
        _FOLDER.mkdir(exist_ok=True)
        for size, viewport in (("phone", PHONE), ("desk", DESK)):
            await page.set_viewport_size(viewport)
            await page.screenshot(path=_FOLDER / f"{name}-{look}-{size}.png", full_page=True)
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
