"""Two drivers swap their slots on their phones, without scripts; and one lets somebody charge in her place."""

import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import Site, sign_in
from tests.browser.looks import looked_at
from tests.whole_stack.place import Place

_PATIENCE_MS = 20_000
_LATER = 30
"""Of the times that a site offers: so far ahead that they can be swapped."""


async def _booked(context: BrowserContext, who: str, place: Place, number: int) -> Page:
    """The page of a paid reservation of theirs, of the time of that number."""
    page = await context.new_page()
    await page.goto("/sign-in?back=/me")
    await sign_in(page, who)
    await page.goto(f"/s/{place.site_id}")
    await page.locator(".times a").nth(number).click()
    await page.locator("main form button").click()
    await expect(page).to_have_url(re.compile("/r/"))
    for _ in range(20):
        if await page.locator(".call a[role=button]").count():
            break
        await page.reload()
    await page.locator(".call a[role=button]").click(timeout=_PATIENCE_MS)
    await page.get_by_text("Visa ·· 4242").click()
    return page
