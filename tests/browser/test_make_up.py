"""What `make up` opens on, and where that leads: each story in the browser alone, by what is pressed on its pages."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from api.web.addresses import WEBHOOKS
from runtime.stack.charges import charge_a_little
from runtime.stack.fixtures import DRIVER_MAIL, NEWCOMERS_BAY, PEOPLE
from runtime.stack.inhabited import forecourt_url, inhabited
from runtime.stack.life import bring_life
from runtime.stack.plan import StackPlan, free_ports
from runtime.stack.shell import write_environment
from runtime.stack.stack import Stack
from runtime.up import welcome
from tests.browser.conftest import PHONE, sign_in
from tests.browser.looks import in_each_look

_PATIENCE_MS = 40_000
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, kw_only=True)
class House:
    """`told`: what `make up` prints once it is up. `meanwhile`: codes of what is booked and charged then."""

    stack: Stack
    told: str
    meanwhile: asyncio.Task[Sequence[str]]
    chromium: Browser

    @asynccontextmanager
    async def phone(self, language: str = "en-GB", *, dark: bool = False) -> AsyncIterator[Page]:
        """At the first page, as nobody yet."""
        context = await self.chromium.new_context(
            viewport=PHONE, locale=language, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(_PATIENCE_MS)
        page = await context.new_page()
        await page.goto(self.stack.pages_url)
        yield page
        await context.close()


@pytest.fixture(scope="module")
async def house(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """As `make up` is, with its life, and those who charge meanwhile."""
    folder = tmp_path_factory.mktemp("up")
    plan = StackPlan(folder=folder, ports=free_ports(), keep=False, ui=True, people=PEOPLE)
    plan.logs.mkdir()
    async with inhabited(plan) as (stack, tokens):
        await bring_life(stack, datetime.now(UTC))
        meanwhile = asyncio.create_task(charge_a_little(stack, datetime.now(UTC)))
        told = welcome(stack, tokens, write_environment(stack, folder, tokens["operator"]))
        yield House(stack=stack, told=told, meanwhile=meanwhile, chromium=chromium)
        meanwhile.cancel()
        await asyncio.gather(meanwhile, return_exceptions=True)


async def test_a_newcomer_charges_from_the_code_at_a_bay_to_the_receipt(house: House) -> None:
    bay = NEWCOMERS_BAY
    async with house.phone() as page:
        await page.get_by_role("link", name=re.compile("I stand at a bay: Harbour Yard")).click()
        await page.locator("a:has(img)", has=page.get_by_alt_text(re.compile(bay))).click()
        await page.get_by_role("button", name="Sign in to book this bay").click()
        await sign_in(page, "Ana, a driver")
        await page.get_by_role("button", name="Book this bay now").click()
        await expect(page).to_have_url(re.compile("/r/"))
        reservation = page.url
        await page.get_by_role("button", name="Pay, and it is yours").click()
        await page.get_by_text("Visa ·· 4242").click()
        await page.get_by_role("button", name="I am here").click()
        await _press_at_the_chargers(page, house, f"Plug in at {bay}")
        await page.goto(reservation)
        await page.get_by_role("button", name="Start charging").click()
        await page.get_by_role("button", name="I am leaving: stop, and give the bay back").click()
        await _press_at_the_chargers(page, house, f"Unplug {bay}")
        await page.goto(reservation)
        await expect(page.get_by_text("completed").first).to_be_visible(timeout=_PATIENCE_MS)
        await expect(page.get_by_text("It costs")).to_be_visible(timeout=_PATIENCE_MS)
        mailed = page.get_by_role("link").filter(has_text=DRIVER_MAIL)
        await page.goto(house.stack.mailbox_url)
        await expect(mailed.filter(has_text=re.compile("confirmed|reserved for you")).first).to_be_visible(
            timeout=_PATIENCE_MS
        )
        await expect(mailed.filter(has_text=re.compile("receipt|paid", re.I)).first).to_be_visible(
            timeout=_PATIENCE_MS
        )


async def test_what_was_charged_in_the_week_before_is_there(house: House) -> None:
    async with house.phone() as page:
        await page.goto(f"{house.stack.pages_url}/sign-in?back=/me/charging")
        await sign_in(page, "Ana, a driver")
        there = page.locator(".cards li").filter(has_text="Museum Garage")
        async with asyncio.timeout(_PATIENCE_MS / 1000):
            while await there.count() < 2:
                await page.reload()
        assert re.search(r"\d\d\.\d\d kWh · \d\d min", await there.first.inner_text())


async def test_a_dispatcher_books_a_week_for_three_vans(house: House) -> None:
    async with house.phone() as page:
        await page.get_by_role("link", name=re.compile("Dora, a dispatcher")).click()
        for van in ("driver-fleet-1", "van-2", "van-3"):
            await page.get_by_label(van).check()
        await page.get_by_role("button", name="Book all of it").click()
        for van in ("driver-fleet-1", "van-2", "van-3"):
            told = page.get_by_text(f"{van}: 5 of 5 dates are booked")
            await expect(told).to_be_visible(timeout=_PATIENCE_MS)
        await expect(page.get_by_role("link", name=re.compile("06:00"))).to_have_count(15)


async def test_an_engineer_sees_what_webhooks_tell_with_its_signature_verified(house: House) -> None:
    async with house.phone() as page:
        await page.get_by_role("link", name="What webhooks tell").click()
        told = page.get_by_role("listitem").filter(has_text="reservation.confirmed")
        await expect(told.first).to_contain_text("verified", timeout=_PATIENCE_MS)
        await _is_for_everybody(page)


@in_each_look
async def test_pages_of_stand_ins_are_for_everybody(house: House, language: str, dark: bool) -> None:
    stack = house.stack
    back = urlencode({"client_secret": "pi_1_secret_2", "back": stack.pages_url})
    async with house.phone(language, dark=dark) as page:
        await page.goto(f"{stack.pages_url}/sign-in?back=/me")
        await page.locator("#issuer").click()
        await expect(page.get_by_text("Ana, a driver")).to_be_visible()
        await _is_for_everybody(page, language)
        for address in (
            f"{stack.stripe_url}/_simulator/checkout?{back}",
            forecourt_url(stack.plan),
            stack.mailbox_url,
            stack.receiver_url,
        ):
            await page.goto(address)
            await _is_for_everybody(page, language)


async def test_each_door_of_the_first_page_leads_where_it_says_by_one_press(house: House) -> None:
    """One of them says not as whom: who is nobody yet is asked."""
    async with house.phone() as page:
        doors = [await one.get_attribute("href") or "" for one in await page.locator(".doors a").all()]
    assert len(doors) >= len(PEOPLE) + 7, doors
    for door in doors:
        async with house.phone() as page:
            await page.locator(f'.doors a[href="{door}"]').click()
            leads_to = urlsplit(parse_qs(urlsplit(door).query).get("back", [door])[0]).path or "/"
            asked = "/sign-in[?]back=%2Fwebhooks" if leads_to == door == WEBHOOKS else re.escape(leads_to)
            await expect(page).to_have_url(re.compile(f"^http://[^/]+{asked}$"), timeout=_PATIENCE_MS)
            await expect(page.locator("h1, openapi-explorer").first).to_be_visible(timeout=_PATIENCE_MS)


async def test_each_address_that_is_told_at_the_start_answers(house: House) -> None:
    told = [one for one in re.findall(r"http://[^\s\"')]+", house.told) if "/v1/" not in one]
    assert len(told) >= 8, house.told
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as http:
        for address in told:
            answer = await http.get(address)
            assert answer.status_code == 200, (address, answer.status_code)


async def test_who_charged_meanwhile_has_a_receipt_that_a_credit_paid(house: House) -> None:
    assert len(await asyncio.shield(house.meanwhile)) == 5
    async with house.phone() as page:
        await page.goto(f"{house.stack.pages_url}/sign-in?back=/me/documents")
        await sign_in(page, "Ben, another driver")
        receipt = page.get_by_role("link", name=re.compile("Receipt"))
        async with asyncio.timeout(_PATIENCE_MS / 1000):
            while not await receipt.count():
                await page.reload()
        await page.goto(f"{house.stack.pages_url}/me/credits")
        await expect(page.get_by_text("of it went to")).to_be_visible(timeout=_PATIENCE_MS)


async def _press_at_the_chargers(page: Page, house: House, what: str) -> None:
    await page.goto(forecourt_url(house.stack.plan))
    await page.get_by_role("button", name=what).click()
    await expect(page.get_by_role("status").first).to_be_visible()
    await _is_for_everybody(page)


async def _is_for_everybody(page: Page, language: str = "en-GB") -> None:
    await expect(page.locator("html")).to_have_attribute("lang", language[:2])
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
