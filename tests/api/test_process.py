"""The process around the routes: health, metrics, headers, OpenAPI, and what happens when a server is away."""

import asyncio
import contextlib
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from api.desk.limits import Limits
from api.serving import http_server
from api.waiting import waiting_app
from db.engine import create_engine, create_sessions
from domain.reservation.code import reservation_code, workflow_id
from runtime.readiness.readiness import Readiness
from runtime.readiness.temporal import TemporalLink, temporal_needs
from runtime.settings import ApiSettings
from tests.api.conftest import LIMITS, open_stage
from tests.api.namespace import bare_namespace
from tests.api.stage import Stage, assert_problem

CODE = reservation_code("driver-1", "published")


@pytest.fixture
async def without_database(stage: Stage) -> AsyncIterator[Stage]:
    engine = create_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    async with open_stage(create_sessions(engine), stage.temporal, stage.issuer, LIMITS) as opened:
        yield opened
    await engine.dispose()


class Relay:
    """Between the API and Temporal; it goes away as a server does: the port closed, each connection broken."""

    def __init__(self, target: str) -> None:
        self._host, port = target.split(":")
        self._port = int(port)
        self._connections: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def go_away(self) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(self._host, self._port)
        self._connections.extend((writer, server_writer))
        await asyncio.gather(_pump(reader, server_writer), _pump(server_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def relayed(stage: Stage, limits: Limits) -> AsyncIterator[tuple[Stage, Relay]]:
    """The same stage, its Temporal behind a relay."""
    relay = Relay(stage.temporal.service_client.config.target_host)
    client = await Client.connect(
        await relay.start(), namespace=stage.temporal.namespace, data_converter=stage.temporal.data_converter
    )
    async with open_stage(stage.sessions, client, stage.issuer, limits) as opened:
        yield opened, relay
    relay.go_away()


@pytest.fixture
async def without_temporal(stage: Stage) -> AsyncIterator[Stage]:
    """Connected to a server that then went away."""
    short = timedelta(seconds=1)
    limits = Limits(booking_timeout=short, update_timeout=short, query_timeout=short)
    async with relayed(stage, limits) as (opened, relay):
        relay.go_away()
        yield opened


@pytest.fixture
async def not_set_up(stage: Stage, temporal_env: WorkflowEnvironment) -> AsyncIterator[Stage]:
    """On a namespace that has none of our search attributes."""
    client = await bare_namespace(temporal_env, f"bare-{uuid.uuid4().hex[:8]}")
    async with open_stage(stage.sessions, client, stage.issuer, LIMITS) as opened:
        yield opened


async def test_a_healthy_stack_is_ready(stage: Stage) -> None:
    assert (await stage.http.get("/healthz")).json() == {"status": "ok"}
    assert (await stage.http.get("/readyz")).json() == {"status": "ready", "missing": [], "degraded": []}


async def test_without_postgres_requests_are_503_and_readiness_names_it(without_database: Stage) -> None:
    stage = without_database
    response = await stage.book()
    assert_problem(response, 503, "database_unavailable")
    assert int(response.headers["retry-after"]) > 0
    ready = await stage.http.get("/readyz")
    assert (ready.status_code, codes(ready)) == (503, ["database_unreachable"])
    assert (await stage.http.get("/healthz")).status_code == 200


async def test_without_temporal_bookings_are_503_and_readiness_names_it(without_temporal: Stage) -> None:
    stage = without_temporal
    response = await stage.book(key="a-key-of-theirs")
    problem = assert_problem(response, 503, "temporal_unavailable")
    assert problem["reservation"] == reservation_code("driver-1", "a-key-of-theirs")
    assert response.headers["location"] == f"/v1/reservations/{problem['reservation']}"
    assert int(response.headers["retry-after"]) > 0
    ready = await stage.http.get("/readyz")
    assert (ready.status_code, codes(ready)) == (503, ["temporal_unreachable"])
    await stage.publish(CODE)
    response = await stage.http.post(f"/v1/reservations/{CODE}/check-in", headers=stage.driver())
    assert_problem(response, 503, "temporal_unavailable")


async def test_a_connection_that_breaks_while_a_booking_is_decided_is_answered_with_its_code(
    stage: Stage,
) -> None:
    limits = Limits(booking_timeout=timedelta(seconds=4))
    async with relayed(stage, limits) as (opened, relay):
        booking = asyncio.create_task(opened.book(key="it-breaks", pool_id="undecided"))
        code = reservation_code("driver-1", "it-breaks")
        await started(stage.temporal, code)
        relay.go_away()
        response = await booking
    assert assert_problem(response, 503, "temporal_unavailable")["reservation"] == code
    assert int(response.headers["retry-after"]) > 0


async def test_a_namespace_without_search_attributes_is_not_ready_and_books_nothing(
    not_set_up: Stage,
) -> None:
    stage = not_set_up
    ready = await stage.http.get("/readyz")
    assert (ready.status_code, codes(ready)) == (503, ["search_attributes_missing"])
    assert ready.json()["missing"][0]["mend"].startswith("temporal operator search-attribute create ")
    response = await stage.book(key="not-set-up")
    problem = assert_problem(response, 503, "temporal_not_set_up")
    assert problem["reservation"] == reservation_code("driver-1", "not-set-up")
    assert int(response.headers["retry-after"]) > 0


async def test_before_temporal_was_ever_reached_probes_are_answered_and_others_told_to_come_back(
    stage: Stage,
) -> None:
    async def nobody() -> Client:
        return await Client.connect(f"127.0.0.1:{free_port()}")

    waiting = waiting_app(Readiness(temporal_needs(TemporalLink(nobody))))
    transport = httpx.ASGITransport(waiting)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
        assert (await http.get("/healthz")).status_code == 200
        ready = await http.get("/readyz")
        assert (ready.status_code, codes(ready)) == (503, ["temporal_unreachable"])
        for path in ("/v1/reservations", "/v1/sites", "/docs"):
            response = await http.post(path)
            assert_problem(response, 503, "temporal_unavailable")
            assert int(response.headers["retry-after"]) > 0


async def test_without_temporal_what_is_published_can_still_be_read(without_temporal: Stage) -> None:
    stage = without_temporal
    await stage.publish(CODE)
    response = await stage.http.get(f"/v1/reservations/{CODE}", headers=stage.driver())
    assert (response.status_code, response.json()["state"]) == (200, "CONFIRMED")


async def test_metrics_count_routes_by_template_never_by_code(stage: Stage) -> None:
    code = await stage.booked()
    await stage.http.get(f"/v1/reservations/{code}", headers=stage.driver())
    await stage.http.get(f"/nowhere/{code}")
    text = (await stage.http.get("/metrics")).text
    assert 'slotkeeper_api_requests_total{method="GET",route="/v1/reservations/{code}",status="200"}' in text
    assert 'slotkeeper_api_bookings_total{outcome="confirmed"}' in text
    assert code not in text


async def test_every_answer_carries_security_headers_and_a_request_id(stage: Stage) -> None:
    for path in ("/healthz", "/v1/sites", "/nothing"):
        headers = (await stage.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]


async def test_the_access_line_names_the_route_and_no_secrets(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await stage.booked()
    printed = capsys.readouterr().out
    assert "/v1/reservations" in printed
    assert code not in printed
    assert "eyJ" not in printed


@asynccontextmanager
async def served(app: FastAPI, port: int, keep_alive_seconds: int) -> AsyncIterator[None]:
    config = http_server(app, host="127.0.0.1", port=port, keep_alive_seconds=keep_alive_seconds)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag only
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await serving


async def test_it_speaks_http_on_a_real_socket(stage: Stage) -> None:
    port = free_port()
    async with served(stage.app, port, 75):
        await speaks_http(port)


async def speaks_http(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    # A body shorter than announced, then gone: nothing is booked, nobody else notices.
    writer.write(b"POST /v1/reservations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200")
    writer.close()


async def test_idle_connections_are_kept_longer_than_callers_keep_them(stage: Stage) -> None:
    """Where both give up at the same moment (5 s, in httpx and in uvicorn), a request is lost now and then."""
    port = free_port()
    async with served(stage.app, port, keep_alive_seconds=1):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(60):
            answer = await reader.read()  # to its end: the server closes
        assert answer.startswith(b"HTTP/1.1 200")
        writer.close()
    kept = http_server(stage.app, host="127.0.0.1", port=0).timeout_keep_alive
    assert kept == ApiSettings().keep_alive_seconds
    assert kept > 60  # what load balancers wait by default


async def started(client: Client, code: str) -> None:
    handle = client.get_workflow_handle(workflow_id(code))
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(RPCError):
                await handle.describe()
                return
            await asyncio.sleep(0.05)


def codes(ready: httpx.Response) -> list[str]:
    """What readiness says is missing; each with what mends it."""
    missing = ready.json()["missing"]
    assert all(one["detail"] and one["mend"] for one in missing)
    return [one["code"] for one in missing]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
