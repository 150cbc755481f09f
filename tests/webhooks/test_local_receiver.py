"""Of a stack to try, the one receiver on its machine is called; all else that is inside is not, as ever."""

from datetime import UTC, datetime

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.desk.principal import Principal
from api.desk.webhook_endpoints import EndpointOrder, WebhookEndpoints
from db.engine import create_sessions
from domain.errors import EndpointInvalid
from domain.telling.local_receiver import LocalReceiver
from runtime.webhooks import EndpointSettings
from tests.webhooks.engineers import running_receiver
from webhooks.local_receiver import CallsOut
from webhooks.outside import Inside

OPERATOR = Principal(subject="olga", scopes=frozenset({"operator"}))
HERE = LocalReceiver("http://127.0.0.1:8027")


async def test_only_the_receiver_itself_is_called() -> None:
    async with running_receiver() as named, running_receiver() as other:
        local = LocalReceiver(f"http://127.0.0.1:{named.port}")
        async with httpx.AsyncClient(transport=CallsOut(local)) as http:
            assert (await http.get(f"{local.origin}/nothing")).status_code == 404
            for url in (f"http://127.0.0.1:{other.port}/in", f"http://localhost:{named.port}/in"):
                with pytest.raises(Inside):
                    await http.get(url)


async def test_where_none_is_named_nothing_inside_is_called() -> None:
    async with running_receiver() as receiver, httpx.AsyncClient(transport=CallsOut()) as http:
        with pytest.raises(Inside):
            await http.get(f"http://127.0.0.1:{receiver.port}/in")


async def test_an_endpoint_may_lead_to_it_and_to_nothing_else_inside(engine: AsyncEngine) -> None:
    desk = WebhookEndpoints(create_sessions(engine), lambda: datetime.now(UTC), HERE)

    def order(url: str) -> EndpointOrder:
        return EndpointOrder(url=url, kinds=(), active=True)

    made = await desk.make(OPERATOR, order(f"{HERE.origin}/events"))
    assert made.url == f"{HERE.origin}/events"
    for url in ("http://127.0.0.1:8028/events", "http://hooks.example.com/in", "https://10.0.0.1/in"):
        with pytest.raises(EndpointInvalid):
            await desk.make(OPERATOR, order(url))
        with pytest.raises(EndpointInvalid):
            await desk.put(OPERATOR, made.id, order(url))


async def test_where_none_is_named_no_endpoint_leads_inside(engine: AsyncEngine) -> None:
    desk = WebhookEndpoints(create_sessions(engine), lambda: datetime.now(UTC))
    with pytest.raises(EndpointInvalid):
        await desk.make(OPERATOR, EndpointOrder(url=f"{HERE.origin}/events", kinds=(), active=True))


def test_the_setting_names_this_machine_or_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert EndpointSettings().local_receiver is None
    monkeypatch.setenv("SLOTKEEPER_ENDPOINTS_LOCAL_RECEIVER", HERE.origin)
    assert EndpointSettings().local_receiver == HERE
    monkeypatch.setenv("SLOTKEEPER_ENDPOINTS_LOCAL_RECEIVER", "http://10.0.0.1:8027")
    with pytest.raises(ValidationError):
        EndpointSettings()
