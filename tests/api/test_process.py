"""The process around the routes: health, metrics, headers, OpenAPI, and what happens when a server is away."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import uvicorn
from temporalio.client import Client

from api.desk.limits import Limits
from db.engine import create_engine, create_sessions
from domain.reservation.code import reservation_code
from tests.api.conftest import LIMITS, open_stage
from tests.api.stage import Stage, assert_problem

CODE = reservation_code("driver-1", "published")


@pytest.fixture
async def without_database(stage: Stage) -> AsyncIterator[Stage]:
    engine = create_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    async with open_stage(create_sessions(engine), stage.temporal, stage.issuer, LIMITS) as opened:
        yield opened
    await engine.dispose()


@pytest.fixture
async def without_temporal(stage: Stage) -> AsyncIterator[Stage]:
    """Connected through a relay that then goes away, as a server does."""
    host, port = stage.temporal.service_client.config.target_host.split(":")
    connections: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(host, int(port))
        connections.extend((writer, server_writer))
        await asyncio.gather(pump(reader, server_writer), pump(server_reader, writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    client = await Client.connect(
        address, namespace=stage.temporal.namespace, data_converter=stage.temporal.data_converter
    )
    server.close()
    for connection in connections:
        connection.close()
    short = timedelta(seconds=1)
    limits = Limits(booking_timeout=short, update_timeout=short, query_timeout=short)
    async with open_stage(stage.sessions, client, stage.issuer, limits) as opened:
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


async def test_it_speaks_http_on_a_real_socket(stage: Stage) -> None:
    port = free_port()
    config = uvicorn.Config(stage.app, host="127.0.0.1", port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag only
        await asyncio.sleep(0.01)
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
    server.should_exit = True
    await serving


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
