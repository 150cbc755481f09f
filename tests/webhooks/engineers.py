"""An engineer's receiver that verifies what it gets, and reservations that it hears of."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from standardwebhooks.webhooks import Webhook as StandardWebhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db.engine import Sessions
from db.tables import InboxEvent, OutboxDelivery, ReservationRow, WebhookEndpoint
from delivery.relay import Relay
from simulator.stripe_api.server import UnsignalledServer, listen
from tests.factories import NOON
from webhooks.endpoints import LONGEST_PAUSE, ChangeRecorder, EndpointTarget
from webhooks.names import Whose
from webhooks.outgoing import new_client
from webhooks.outside import OutsideTransport

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@dataclass
class Receiver:
    """Answers `statuses` in turn, then 204, with the headers that it `says`. `taken`: what was verified and answered
    with 2xx, `headers` what each of them came with. `secret`: by which it verifies. `meanwhile`: happens before it
    answers, once.
    """

    port: int = 0
    secret: str = SECRET
    statuses: list[int] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    meanwhile: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """By a name that leads here."""
        return f"http://hooks.example:{self.port}/in"

    async def receive(self, request: Request) -> Response:
        body = (await request.body()).decode()
        document = StandardWebhook(self.secret).verify(body, dict(request.headers))
        self.attempts.append(request.headers["webhook-id"])
        while self.meanwhile:
            await self.meanwhile.pop()()
        status = self.statuses.pop(0) if self.statuses else 204
        if status < 300:
            self.taken.append(document)
            self.headers.append(dict(request.headers))
        return Response(status_code=status, headers={"location": "/in"} | self.says)


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = Starlette(
        routes=[Route(path, receiver.receive, methods=["GET", "POST"]) for path in ("/in", "/old")]
    )
    listener = listen("127.0.0.1", 0)
    receiver.port = listener.getsockname()[1]
    server = UnsignalledServer(uvicorn.Config(app, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve([listener]))
    yield receiver
    server.stop()
    await serving
    listener.close()


async def leads_here(_host: str, _port: int, _whose: Whose) -> Sequence[str]:
    return ["127.0.0.1"]


class Site:
    """Reservations, endpoints, and what a worker does about them."""

    def __init__(self, engine: AsyncEngine, sessions: Sessions) -> None:
        self.engine = engine
        self.sessions = sessions

    async def endpoint(self, url: str, *, fleet_id: str | None = None, kinds: Sequence[str] = ()) -> int:
        async with self.sessions.begin() as session:
            row = WebhookEndpoint(
                fleet_id=fleet_id,
                url=url,
                secret=SECRET,
                kinds=list(kinds),
                active=True,
                made_at=NOON,
                made_by="olga",
            )
            session.add(row)
            await session.flush()
            return row.id

    async def reaches(self, code: str, *states: str, fleet_id: str | None = None) -> None:
        for state in states:
            async with self.sessions.begin() as session:
                row = await session.get(ReservationRow, code)
                if row is None:
                    session.add(_row(code, state, fleet_id))
                else:
                    row.state, row.updated_at = state, row.updated_at + timedelta(minutes=1)

    async def tell(self, *, outside: bool = False) -> list[str]:
        """Outcomes of all deliveries; empty: it waits. `outside`: only where the public internet is."""
        await ChangeRecorder(self.sessions).record_all()
        transport = (
            OutsideTransport(resolve=leads_here) if outside else OutsideTransport(lambda _: True, leads_here)
        )
        async with new_client(transport) as http:
            target = EndpointTarget(self.sessions, http)
            await Relay(self.engine, target, longest_pause=LONGEST_PAUSE, fewer=target.fewer).deliver_all()
        async with self.sessions() as session:
            return list(await session.scalars(select(OutboxDelivery.outcome).order_by(OutboxDelivery.id)))

    async def be_put_off(self) -> None:
        """All that waits, for longer than any test lasts."""
        async with self.sessions.begin() as session:
            later = datetime.now(UTC) + timedelta(hours=1)
            await session.execute(
                update(OutboxDelivery).where(OutboxDelivery.outcome == "").values(not_before=later)
            )

    async def be_due(self, *, age: timedelta | None = None) -> None:
        async with self.sessions.begin() as session:
            await session.execute(update(OutboxDelivery).values(not_before=None))
            if age is not None:
                await session.execute(update(InboxEvent).values(received_at=datetime.now(UTC) - age))

    async def seen(self, number: int) -> WebhookEndpoint:
        async with self.sessions() as session:
            return await session.get_one(WebhookEndpoint, number)

    async def set(self, number: int, **values: object) -> None:
        async with self.sessions.begin() as session:
            await session.execute(
                update(WebhookEndpoint).where(WebhookEndpoint.id == number).values(**values)
            )


def _row(code: str, state: str, fleet_id: str | None) -> ReservationRow:
    return ReservationRow(
        code=code,
        revision=1,
        asked_at=NOON,
        driver_id="ana",
        account="ana",
        fleet_id=fleet_id,
        site_id="north",
        state=state,
        slot_start=NOON,
        slot_end=NOON + timedelta(hours=1),
        snapshot={},
        updated_at=NOON,
    )
