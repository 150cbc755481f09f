"""Visits to the pages: a browser that keeps cookies and sends what forms have in them, without scripts."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

import httpx

from api.web.visitor import SESSION
from tests.api.stage import NOW, Stage

ANA = {"sub": "driver-1", "scope": "driver", "email": "ana@example.org", "email_verified": True}
BEN = {"sub": "driver-2", "scope": "driver"}
DORA = {"sub": "dora", "scope": "fleet", "fleet_id": "fleet-1"}
OLGA = {"sub": "olga", "scope": "operator"}
UNREADABLE = 422
"""The status of a form whose fields cannot be read."""
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_END = re.compile(r'name="until" value="([^"]+)"')
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(kw_only=True)
class Browser:
    """`headers`: sent with each request beside what a browser says by itself."""

    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, address: str, **headers: str) -> httpx.Response:
        return await self.http.get(address, headers={**self.headers, **headers})

    async def send(self, page: httpx.Response, to: str, **said: Any) -> httpx.Response:
        """A form of that page, with what is hidden in it."""
        hidden = {name: unescape(value) for name, value in _FIELD.findall(page.text)}
        return await self.post(to, {**hidden, **said}, Referer=str(page.url))

    async def post(self, address: str, said: dict[str, Any], **headers: str) -> httpx.Response:
        own = {"Origin": str(self.http.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
        return await self.http.post(address, data=said, headers={**self.headers, **own, **headers})


def form_token_in(page: httpx.Response) -> str:
    found = _TOKEN.search(page.text)
    assert found is not None, page.text
    return unescape(found[1])


def ends_in(page: httpx.Response) -> list[str]:
    """Until when a bay's page offers it."""
    found = [unescape(value) for value in _END.findall(page.text)]
    assert found, page.text
    return found


def opened(stage: Stage, **headers: str) -> Browser:
    """A browser without cookies."""
    transport = httpx.ASGITransport(app=stage.app)
    return Browser(
        http=httpx.AsyncClient(transport=transport, base_url="http://slotkeeper.test"), headers=headers
    )


async def signed_in(stage: Stage, claims: dict[str, Any], **headers: str) -> Browser:
    """Who has just shown who they are."""
    return await signed_in_since(stage, claims, timedelta(), **headers)


async def signed_in_since(stage: Stage, claims: dict[str, Any], ago: timedelta, **headers: str) -> Browser:
    browser = opened(stage, **headers)
    begun = await stage.app.state.services.desk.web_sessions.begin(claims, proven_at=NOW - ago)
    browser.http.cookies.set(SESSION, begun.secret)
    return browser
