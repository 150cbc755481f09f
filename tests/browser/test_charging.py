"""A driver looks on while they charge: power, energy and cost change under their eyes; and what they keep offline."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import Site, sign_in
from tests.browser.looks import complaints_of, in_each_look, look_of, looked_at
from tests.whole_stack.place import Place


async def _paid_at_the_bay(page: Page, address: str) -> None:
    await page.goto(address)
    await page.locator("main a[role=button]").first.click()
    await sign_in(page, "Ana, a driver")
    await page.locator("main form:has([name=until]) button").click()
    await expect(page).to_have_url(re.compile("/r/"))
    await page.locator(".call a[role=button]").click()
    await page.get_by_text("Visa ·· 4242").click()
    await expect(page.locator(".credential")).to_be_visible()


@in_each_look
async def test_cost_and_energy_change_while_one_looks(
    site: Site, place: Place, language: str, dark: bool
) -> None:
    charger = await place.charger("1.6", meter_interval_s=1.0, energy_step_wh=1500)
    context = await site.visitor(language=language, dark=dark)
    page = await context.new_page()
    look = look_of(language, dark)
    async with complaints_of(page):
        await _paid_at_the_bay(page, f"/b/{charger.identity}/1")
        reservation = page.url
        await page.goto(f"{reservation}/card")
        await looked_at(page, "card", look)
        await page.goto(reservation)
        for action in ("check-in", "start"):
            await page.locator(f"button[formaction$='/{action}']").click()
        await charger.plug_in(1)
        cost = page.locator(".now dd").last
        await expect(page.locator(".chart svg")).to_have_count(2)
        stop, figures = page.locator("button[formaction$='/stop']"), page.locator("#figures")
        await figures.locator("summary").click()
        await stop.focus()
        before, rows = await cost.inner_text(), await figures.locator("tbody tr").count()
        await expect(cost).not_to_have_text(before)
        await expect(figures.locator("tbody tr")).not_to_have_count(rows)
        await expect(figures).to_have_attribute("open", "")
        await expect(stop).to_be_focused()
        await expect(page.locator("[data-until]")).to_have_text(re.compile(r"\d\d:\d\d"))
        await looked_at(page, "charging", look)
        await stop.click()
        await charger.unplug(1)
        await expect(page.locator(".state.completed")).to_be_visible()
        await expect(page.locator(".now")).to_have_count(0)
    await context.close()
