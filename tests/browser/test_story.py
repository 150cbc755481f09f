"""A driver with a phone, from the code at a bay to a receipt, by nothing but pages."""

import asyncio
import re
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, Route, expect

from api.desk.live import Pace
from tests.browser.conftest import Site, sign_in, windows_of_tomorrow
from tests.browser.looks import complaints_of
from tests.whole_stack.place import Place
from tests.whole_stack.stack import Stack

_PATIENCE_S = 20


async def test_from_the_code_at_a_bay_to_a_charge_that_is_paid(phone: Page, place: Place) -> None:
    charger = await place.charger("1.6")
    await phone.goto(f"/b/{charger.identity}/1")
    await expect(phone.get_by_text("Free", exact=True)).to_be_visible()
    await phone.get_by_role("button", name="Sign in to book this bay").click()
    await sign_in(phone, "Ana, a driver")
    await phone.get_by_role("button", name="Book this bay now").click()
    await expect(phone).to_have_url(re.compile("/r/"))
    pay = phone.get_by_role("button", name="Pay, and it is yours")
    await pay.click()
    await phone.get_by_text("Visa ·· 4242").click()
    await expect(phone.get_by_text("Opens your bay").first).to_be_visible()
    await phone.get_by_role("button", name="I am here").click()
    await phone.get_by_role("button", name="Start charging").click()
    await charger.plug_in(1)
    leave = phone.get_by_role("button", name="I am leaving: stop, and give the bay back")
    await leave.click()
    await charger.unplug(1)
    await expect(phone.get_by_text("completed").first).to_be_visible()
    await expect(phone.get_by_text("It costs")).to_be_visible()


async def test_without_scripts_a_slot_is_booked_and_a_charge_paid(site: Site, place: Place) -> None:
    """By a phone; what has changed since is seen by asking once more."""
    context = await site.visitor(scripts=False)
    page = await context.new_page()
    await page.goto(windows_of_tomorrow(place))
    await page.get_by_role("link", name="Sign in").click()
    await sign_in(page, "Ben, a driver")
    await page.locator(".times a").nth(3).click()
    await page.get_by_role("button", name="Book at this price").click()
    await expect(page).to_have_url(re.compile("/r/"))
    await expect(page.locator(".state").first).to_be_visible()
    charger = await place.charger("1.6")
    await page.goto(f"/b/{charger.identity}/1")
    await page.get_by_role("button", name="Book this bay now").click()
    await _pressed_once_it_is_there(page, "Pay, and it is yours")
    await page.get_by_text("Visa ·· 4242").click()
    await _pressed_once_it_is_there(page, "I am here")
    await _pressed_once_it_is_there(page, "Start charging")
    await charger.plug_in(1)
    await _pressed_once_it_is_there(page, "I am leaving: stop, and give the bay back")
    await charger.unplug(1)
    await _seen(page, page.get_by_text("completed").first)
    await _seen(page, page.get_by_text("It costs"))
    await context.close()


async def _pressed_once_it_is_there(page: Page, button: str) -> None:
    there = page.get_by_role("button", name=button)
    await _seen(page, there)
    await there.click()


async def _seen(page: Page, what: Locator) -> None:
    """Sooner or later, by who asks again for the same page."""
    async with asyncio.timeout(_PATIENCE_S):
        while not await what.is_visible():
            await page.reload()


async def test_what_changes_is_seen_while_one_looks(phone: Page, place: Place) -> None:
    charger = await place.charger("1.6")
    await phone.goto(f"/b/{charger.identity}/1")
    await expect(phone.get_by_text("Reserved for")).to_have_count(0)
    await place.booked(start=3600, lasts=600)
    await expect(phone.get_by_text("Reserved for")).to_be_visible()


async def test_who_is_told_of_no_changes_keeps_the_page_as_it_was_opened(site: Site, place: Place) -> None:
    charger = await place.charger("1.6")
    address = f"/b/{charger.identity}/1"
    context = await site.visitor()
    page = await context.new_page()
    await page.goto("/sites")
    cookies = {one["name"]: one["value"] for one in await context.cookies()}
    async with httpx.AsyncClient(base_url=site.address, cookies=cookies) as http, AsyncExitStack() as open_:
        told = [
            (await open_.enter_async_context(http.stream("GET", f"{address}/live"))).aiter_bytes()
            for _ in range(Pace().most_of_one)
        ]
        assert all([await anext(one) for one in told])  # it is followed by then
        async with page.expect_response("**/live") as refused:
            await page.goto(address)
        assert (await refused.value).status == 429
        await (await refused.value).finished()
        await page.evaluate("new Promise(requestAnimationFrame)")
        await expect(page.get_by_text("Free", exact=True)).to_be_visible()
        await expect(page.locator("h1")).to_have_count(1)
    await context.close()


async def test_operations_are_shown_and_tried_from_no_other_host(stack: Stack, site: Site) -> None:
    context = await site.visitor(dark=True)
    page, asked = await context.new_page(), set[str]()
    page.on("request", lambda one: asked.add(urlsplit(one.url).netloc))
    async with complaints_of(page):
        await page.goto("/docs")
        await expect(_sites_of_the_docs(page)).to_be_visible()  # it reads 3 MB first
        await page.get_by_placeholder("JWT").fill(stack.issuer.driver("ana"))
        await page.get_by_placeholder("JWT").press("Enter")
        await expect(page.get_by_placeholder("JWT")).to_have_count(0)
        await page.goto("/docs#?route=get-/v1/sites")
        async with page.expect_response("**/v1/sites*") as answered:
            await page.get_by_role("button", name="EXECUTE").first.click()
        assert (await answered.value).status == 200
        async with asyncio.timeout(_PATIENCE_S):  # the answer is still being drawn when it has come
            while (await Axe().run(page)).violations_count:
                await page.wait_for_load_state("networkidle")
    assert asked == {urlsplit(site.address).netloc}
    await context.close()


async def test_operations_are_read_for_as_long_as_a_slow_line_takes(site: Site) -> None:
    context = await site.visitor()
    page, arrives = await context.new_page(), asyncio.Event()

    async def late(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await page.clock.install()
    await page.route("**/openapi.json", late)
    await page.goto("/docs")
    await page.clock.fast_forward(60_000)
    await expect(page.get_by_role("status")).to_be_visible()
    arrives.set()
    await expect(_sites_of_the_docs(page)).to_be_visible()
    await expect(page.get_by_role("status")).to_have_count(0)
    await context.close()


@pytest.mark.parametrize("cut", ["openapi.json", "openapi-explorer*.js"])
async def test_operations_that_could_not_be_read_are_read_again_by_a_press(site: Site, cut: str) -> None:
    context = await site.visitor()
    page = await context.new_page()
    await page.route(f"**/{cut}", lambda route: route.abort())
    await page.goto("/docs#?route=get-/v1/sites")
    again = page.get_by_role("alert").get_by_role("button")
    await expect(again).to_be_visible()
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    await page.unroute(f"**/{cut}")
    await again.click()
    await expect(page.get_by_role("button", name="EXECUTE").first).to_be_visible()
    await expect(again).to_have_count(0)
    await context.close()


def _sites_of_the_docs(page: Page) -> Locator:
    return page.get_by_role("heading", name="sites", exact=True)
