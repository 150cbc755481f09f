"""Pages whose issuer is the stand-in, on a socket of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx

from api.serving import http_server
from api.web.face import Face
from api.web.identity import Client, Identity
from simulator.identity.app import create_app
from simulator.identity.people import Person
from simulator.stripe_api.server import UnsignalledServer, listen
from tests.api.stage import Stage
from tests.api.web.visits import Browser, opened


@dataclass(kw_only=True)
class Issuing:
    stage: Stage
    address: str
    browser: Browser

    async def sent(self, back: str = "/me") -> httpx.URL:
        """To the issuer."""
        answer = await self.browser.get(f"/sign-in?back={back}")
        assert answer.status_code == 303
        return httpx.URL(answer.headers["location"])

    async def back_as(self, subject: str, asked: httpx.URL) -> httpx.URL:
        """From the issuer, as whom they pressed."""
        async with httpx.AsyncClient() as http:
            answer = await http.get(asked.copy_merge_params({"login_hint": subject}))
        return httpx.URL(answer.headers["location"])

    async def signs_in(self, subject: str, back: str = "/me") -> httpx.Response:
        returned = await self.back_as(subject, await self.sent(back))
        return await self.browser.get(returned.raw_path.decode())


def client_of(issuer: str) -> Client:
    """As it knows our pages."""
    at = "http://127.0.0.1"
    return Client(
        issuer=issuer,
        client_id="pages",
        client_secret=None,
        scope="openid",
        back=f"{at}/sign-in/done",
        left=f"{at}/sign-out/done",
    )


@asynccontextmanager
async def issued(
    stage: Stage, people: tuple[Person, ...], *, ends_sessions: bool = True
) -> AsyncIterator[Issuing]:
    listener = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(address, people, ends_sessions=ends_sessions)
    server = UnsignalledServer(http_server(app, host="127.0.0.1", port=0))
    served = asyncio.create_task(server.serve(sockets=[listener]))
    before: Face = stage.app.state.face
    client = client_of(address)
    stage.app.state.face = replace(before, identity=Identity(client))
    browser = opened(stage)
    async with browser.http:
        yield Issuing(stage=stage, address=address, browser=browser)
    stage.app.state.face = before
    server.stop()
    await served
    listener.close()
