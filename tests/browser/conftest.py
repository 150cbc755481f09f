"""Debian's chromium before the pages of a whole stack: people, and what they hold in their hands."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect

from api.app import create_app
from api.serving import http_server
from api.tokens.bearer import TokenVerifier
from api.tokens.keys import LocalKey
from api.web.face import Paying
from api.web.identity import Client, Identity
from domain.telling.channels import Channel, Offered
from simulator.identity.app import create_app as create_issuer
from simulator.identity.people import dispatcher, driver, operator
from simulator.stripe_api.server import UnsignalledServer, listen
from tests.factories.readiness import readiness_over
from tests.whole_stack.conftest import stack
from tests.whole_stack.place import Place, new_place
from tests.whole_stack.rules import weeks_ahead
from tests.whole_stack.stack import SECRET, Stack
from webhooks.push_key import PushKey

__all__ = ["stack"]
_PATIENCE_MS = 20_000
"""For whatever is to be seen sooner or later: three browsers on two cores take more than playwright's five seconds."""
PUSH_KEY = PushKey(private=generate_private_key(SECP256R1()), contact="mailto:push@example.org")
PHONE: ViewportSize = {"width": 390, "height": 844}
PAPER: ViewportSize = {"width": 718, "height": 1047}
"""A4 at 96 dots an inch, without a centimetre at each side."""
DESK: ViewportSize = {"width": 1280, "height": 900}
PEOPLE = (
    driver("ana", "Ana, a driver", "ana@example.org"),
    driver("ben", "Ben, a driver", "ben@example.org"),
    driver("vera", "Vera, a driver", "vera@example.org"),
    driver("nora", "Nora, a driver", "nora@example.org"),
    dispatcher("dora", "Dora, a dispatcher", "browser-fleet"),
    operator("olga", "Olga, an operator", "manager"),
)


@pytest.fixture
async def place(stack: Stack) -> AsyncIterator[Place]:
    """A site with one charger."""
    async with new_place(stack, policy=weeks_ahead()) as opened:
        yield opened


@pytest.fixture
async def roomy(stack: Stack) -> AsyncIterator[Place]:
    """A site with three chargers."""
    async with new_place(stack, chargers=3, policy=weeks_ahead()) as opened:
        yield opened


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        missing = "there is no chromium here: apt-get install chromium"
        assert not os.environ.get("CHROMIUM_REQUIRED"), missing
        pytest.skip(missing)
    expect.set_options(timeout=_PATIENCE_MS)
    async with async_playwright() as playwright:
        # As root there is no sandbox; nothing but our own pages is opened.
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass(frozen=True, kw_only=True)
class Site:
    """`address`: of the pages, without a slash behind; browsers make passkeys for it."""

    address: str
    app: FastAPI
    chromium: Browser

    async def visitor(
        self, *, language: str = "en-GB", scripts: bool = True, dark: bool = False
    ) -> BrowserContext:
        """With a phone, and cookies of their own."""
        return await self.chromium.new_context(
            base_url=self.address,
            viewport=PHONE,
            locale=language,
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
        )


@asynccontextmanager
async def running_site(stack: Stack, chromium: Browser, paying: Paying) -> AsyncIterator[Site]:
    """The pages over the stack, with an issuer that signs in with one press."""
    listeners = [listen("127.0.0.1", 0), listen("127.0.0.1", 0)]
    pages, issuer = (
        f"http://{host}:{one.getsockname()[1]}"
        for host, one in zip(("localhost", "127.0.0.1"), listeners, strict=True)
    )
    client = Client(
        issuer=issuer,
        client_id="pages",
        client_secret=None,
        scope="openid",
        back=f"{pages}/sign-in/done",
        left=f"{pages}/sign-out/done",
    )
    app = create_app(
        sessions=stack.sessions,
        temporal=stack.temporal,
        tokens=TokenVerifier(
            LocalKey(stack.issuer.public_key_file), issuer="slotkeeper", audience="slotkeeper-api"
        ),
        stripe_webhook_secret=SECRET,
        readiness=readiness_over(stack.sessions, stack.temporal),
        clock=lambda: datetime.now(UTC),
        identity=Identity(client),
        paying=paying,
        address=pages,
        offered=Offered(channels=frozenset(Channel), push_key=PUSH_KEY.public),
        mails=True,
    )
    servers = [
        UnsignalledServer(http_server(one, host="127.0.0.1", port=0))
        for one in (app, create_issuer(issuer, PEOPLE))
    ]
    served = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, listeners, strict=True)
    ]
    yield Site(address=pages, app=app, chromium=chromium)
    app.state.services.desk.live.close()
    for server in servers:
        server.stop()
    await asyncio.gather(*served)
    for listener in listeners:
        listener.close()


@pytest.fixture(scope="session")
async def site(stack: Stack, chromium: Browser) -> AsyncIterator[Site]:
    """Where one pays at the stand-in's page."""
    at_stand_in = Paying(stand_in=f"{stack.stripe.base_url}/_simulator/checkout")
    async with running_site(stack, chromium, at_stand_in) as running:
        yield running


@pytest.fixture(scope="session")
async def element_site(stack: Stack, chromium: Browser) -> AsyncIterator[Site]:
    """Where one pays by the provider's element. Who is signed in at the other is here: cookies know no ports."""
    async with running_site(stack, chromium, Paying(publishable_key="pk_test_of_nobody")) as running:
        yield running


@pytest.fixture
async def phone(site: Site) -> AsyncIterator[Page]:
    context = await site.visitor()
    yield await context.new_page()
    await context.close()


async def sign_in(page: Page, who: str) -> None:
    """From any page that asks for it, by the issuer; over once the page that was asked for is there."""
    ours = "/".join(page.url.split("/")[:3])
    await page.locator("#issuer").click()
    await page.get_by_text(who).click()
    await page.wait_for_url(lambda address: address.startswith(f"{ours}/"))


async def sign_out(page: Page) -> None:
    """And back from the issuer, who ends it there as well, if it was by the issuer."""
    await page.locator("header form button").click()
    await expect(page).to_have_url(re.compile("/sign-out/done|//[^/]+/$"))


def windows_of_tomorrow(place: Place) -> str:
    """The page with its times: late in the evening few are left of today."""
    return f"/s/{place.site_id}?day={(datetime.now(UTC) + timedelta(days=1)).date()}"
