"""Pages as browsers have them that make passkeys, and a driver's authenticator before them."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.desk.passkeys import Passkeys
from api.desk.relying_party import relying_party
from api.services import Services
from db.tables import Notification, Passkey
from tests.api.stage import NOW, Stage
from tests.api.web.authenticator import Authenticator
from tests.api.web.visits import Browser

ORIGIN, DOMAIN = "https://book.example", "book.example"
WAYS, ADD = "/preferences/signing-in", "/preferences/passkeys"
_OPTIONS = re.compile(r'data-options="([^"]+)"')


def asked(page: httpx.Response) -> dict[str, Any]:
    found = _OPTIONS.search(page.text)
    assert found is not None, page.text
    options: dict[str, Any] = json.loads(unescape(found[1]))
    return options


@dataclass(kw_only=True)
class Pages:
    stage: Stage
    now: datetime = NOW

    def authenticator(self, **over: Any) -> Authenticator:
        return Authenticator(**({"origin": ORIGIN, "domain": DOMAIN} | over))

    async def add(self, who: Browser, authenticator: Authenticator, name: str = "Phone") -> httpx.Response:
        page = await who.get(WAYS)
        return await who.send(page, ADD, credential=authenticator.made(asked(page)), name=name)

    async def sign_in(
        self, browser: Browser, authenticator: Authenticator, back: str = "/me"
    ) -> httpx.Response:
        page = await browser.get(f"/sign-in?back={back}")
        said = authenticator.answered(asked(page))
        return await browser.send(page, "/sign-in/passkey", credential=said, back=back)

    async def rows(self, driver_id: str) -> list[Passkey]:
        async with self.stage.sessions() as session:
            found = select(Passkey).where(Passkey.driver_id == driver_id, Passkey.removed_at.is_(None))
            return list(await session.scalars(found.order_by(Passkey.id)))

    async def told(self, driver_id: str) -> list[str]:
        async with self.stage.sessions() as session:
            found = select(Notification.template).where(Notification.driver_id == driver_id)
            return list(await session.scalars(found.order_by(Notification.id)))


@pytest.fixture
async def pages(stage: Stage) -> AsyncIterator[Pages]:
    """As if browsers had them at https://book.example."""
    before: Services = stage.app.state.services
    pages = Pages(stage=stage)
    passkeys = Passkeys(stage.sessions, lambda: pages.now, relying_party(ORIGIN))
    stage.app.state.services = replace(before, desk=replace(before.desk, passkeys=passkeys))
    yield pages
    stage.app.state.services = before


def fresh(number: int) -> dict[str, Any]:
    return {"sub": f"passkey-driver-{number}", "scope": "driver"}
