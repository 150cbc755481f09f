"""Signing in without the issuer: by a passkey in chromium's own authenticator, and by a link, also without scripts."""

import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import BrowserContext, Page, expect

from db.queries.sign_in_links import digest_of
from db.tables import ContactPoint, SignInLink
from delivery.relay import Relay
from domain.telling.channels import Channel
from domain.telling.confirming import address_digest
from telling.letters import LONGEST_PAUSE
from telling.mail import Mailing, MailTarget
from tests.browser.conftest import Site, sign_in, sign_out
from tests.browser.looks import complaints_of, in_each_look, look_of, looked_at
from tests.telling.postbox import running_postbox
from tests.whole_stack.stack import Stack
from texts.messages.letter import Pages

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
WAYS = "/preferences/signing-in"
_LINK = re.compile(r"https?://\S+/sign-in/link\?token=[A-Za-z0-9_-]+")


async def _with_authenticator(context: BrowserContext) -> Page:
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    return page


@in_each_look
async def test_who_has_added_a_passkey_signs_in_by_one_press(site: Site, language: str, dark: bool) -> None:
    context = await site.visitor(language=language, dark=dark)
    page = await _with_authenticator(context)
    look = look_of(language, dark)
    async with complaints_of(page):
        await page.goto(f"/sign-in?back={WAYS}")
        await looked_at(page, "sign-in", look)
        await sign_in(page, "Ben, a driver")
        await page.locator("#passkey input[name=name]").fill("My phone")
        await page.locator("#passkey button").click()
        await expect(page.get_by_text("My phone", exact=True)).to_be_visible()
        await looked_at(page, "ways-in", look)
        await sign_out(page)
        await page.goto("/sign-in?back=/me")
        await page.locator("#passkey button").click()
        await expect(page).to_have_url(f"{site.address}/me")
        await page.goto(WAYS)
        await page.locator("ul.cards form button").first.click()
        await expect(page.get_by_text("My phone", exact=True)).to_have_count(0)
        await sign_out(page)
        await page.goto("/sign-in?back=/me")
    await page.locator("#passkey button").click()  # the browser still has it, and we do not know it any more
    await expect(page.get_by_role("alert")).to_be_visible()
    await looked_at(page, "passkey-refused", look)
    await context.close()


async def test_a_page_that_has_stood_open_for_long_asks_anew(site: Site) -> None:
    context = await site.visitor()
    page = await _with_authenticator(context)
    await page.goto(f"/sign-in?back={WAYS}")
    await sign_in(page, "Ben, a driver")
    await _grow_old(page)
    await page.locator("#passkey button").click()
    await expect(page.locator("#passkeys ~ ul.cards li")).not_to_have_count(0)
    await sign_out(page)
    await page.goto("/sign-in?back=/me")
    await _grow_old(page)
    await page.locator("#passkey button").click()
    await expect(page).to_have_url(f"{site.address}/me")
    await context.close()


async def _grow_old(page: Page) -> None:
    """By the browser's clock; what it asked is good for nothing."""
    await page.evaluate(
        "() => { performance.now = () => 6e5; document.getElementById('passkey').dataset.options = '{}'; }"
    )


async def test_who_changes_their_mind_is_told_that_nothing_came_of_it(site: Site) -> None:
    context = await site.visitor()
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    never = _AUTHENTICATOR | {"isUserVerified": False, "hasUserVerification": False}
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": never})
    await page.goto("/sign-in")
    await page.locator("#passkey button").click()
    await expect(page.locator("#passkey-failed")).to_be_visible()
    await expect(page.locator("#passkey button")).to_be_enabled()
    await context.close()


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
async def test_without_scripts_it_is_said_that_passkeys_need_them(site: Site, language: str) -> None:
    context = await site.visitor(language=language, scripts=False)
    page = await context.new_page()
    await page.goto("/sign-in")
    await expect(page.locator("#passkey")).to_be_hidden()
    await expect(page.locator("noscript p")).to_be_visible()
    await context.close()


async def test_a_browser_without_passkeys_is_told_so(site: Site) -> None:
    context = await site.visitor()
    await context.add_init_script("delete window.PublicKeyCredential")
    page = await context.new_page()
    await page.goto("/sign-in")
    await expect(page.locator("#passkey")).to_be_hidden()
    await expect(page.locator("#passkey-none")).to_be_visible()
    await context.close()


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
async def test_a_link_by_mail_signs_in_without_scripts(site: Site, stack: Stack, language: str) -> None:
    first = await site.visitor()
    page = await first.new_page()
    await page.goto("/sign-in?back=/me")
    await sign_in(page, "Ana, a driver")  # her address is the one that the issuer vouches for
    await first.close()
    context = await site.visitor(language=language, scripts=False)
    page = await context.new_page()
    await page.goto("/sign-in?back=/preferences")
    await page.locator("input[type=email]").fill("ana@example.org")
    await page.locator("form[action='/sign-in/link'] button").click()
    await expect(page.get_by_role("status")).to_be_visible()
    async with running_postbox() as postbox:
        mailing = Mailing(server=postbox.server, pages=Pages(origin=site.address))
        relay = Relay(
            stack.sessions.kw["bind"], MailTarget(stack.sessions, mailing), longest_pause=LONGEST_PAUSE
        )
        await site.app.state.services.desk.sign_in_links.settle()
        await relay.deliver_all()
    (letter,) = [mail.get_body(("plain",)) for mail in postbox.taken if mail["To"] == "ana@example.org"][-1:]
    assert letter is not None
    (address,) = _LINK.findall(letter.get_content())
    await page.goto(address)
    await page.locator("form[action='/sign-in/link/use'] button").click()
    await expect(page).to_have_url(f"{site.address}/preferences")
    await page.goto(address)
    await expect(page.get_by_role("alert")).to_be_visible()
    await context.close()


@in_each_look
async def test_pages_of_links_are_for_everybody(site: Site, stack: Stack, language: str, dark: bool) -> None:
    secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
    digest = address_digest(Channel.MAIL, secret + "@example.org")
    async with stack.sessions.begin() as session:
        link = SignInLink(address_digest=digest, asked_at=now, back_to="/", digest=digest_of(secret))
        link.until = now + timedelta(minutes=1)
        session.add(link)
        for driver_id in ("lin", "lou"):
            session.add(
                ContactPoint(
                    driver_id=driver_id, channel="mail", address=secret + "@example.org", address_digest=digest,
                    added_at=now, confirmed_at=now,
                )
            )  # fmt: skip
    context = await site.visitor(language=language, dark=dark)
    page = await context.new_page()
    look = look_of(language, dark)
    async with complaints_of(page):
        await page.goto("/sign-in/link/sent")
        await looked_at(page, "link-sent", look)
        await page.goto(f"/sign-in/link?token={secret}")
        await expect(page.locator("main form")).to_have_count(2)
        await looked_at(page, "link", look)
    await context.close()
