"""An endpoint that verifies webhooks with the real package."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.stripe_api.server import UnsignalledServer, listen


@dataclass
class WebhookReceiver:
    """Verifies each delivery with the real package; answers `statuses` in turn, then 200."""

    secret: str
    url: str = ""
    statuses: list[int] = field(default_factory=list)
    events: list[stripe.Event] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        payload = await request.body()
        event = stripe.Webhook.construct_event(payload, request.headers["stripe-signature"], self.secret)
        self.events.append(event)
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    def types(self) -> list[str]:
        return [event.type for event in self.events]


@asynccontextmanager
async def running_receiver(secret: str) -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver(secret)
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    listener = listen("127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    server = UnsignalledServer(uvicorn.Config(app, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield receiver
    finally:
        server.stop()
        await serving
