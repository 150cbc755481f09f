"""A page as it is looked at: nothing that axe finds, and a picture of it where SCREENSHOTS says so."""

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.conftest import DESK, PHONE

PICTURES = Path(__file__).parents[2] / ".screenshots"
"""Ignored by git. Written where SCREENSHOTS says so."""


async def looked_at(page: Page, name: str) -> None:
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    if os.environ.get("SCREENSHOTS"):
        PICTURES.mkdir(exist_ok=True)
        for size, viewport in (("phone", PHONE), ("desk", DESK)):
            await page.set_viewport_size(viewport)
            await page.screenshot(path=PICTURES / f"{name}-{size}.png", full_page=True)
        await page.set_viewport_size(PHONE)
