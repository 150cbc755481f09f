"""Servers that are killed and come back: every process of ours waits, and goes on as the same process."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from domain.reservation.code import reservation_code
from runtime.embedded.process import ManagedProcess
from runtime.stack.chargers import UpChargers
from runtime.stack.fixtures import CHARGERS, DRIVER, SITES, seed_for_up
from runtime.stack.plan import StackPlan, free_ports
from runtime.stack.processes import answers_http
from runtime.stack.stack import Stack

OURS = ("api", "worker", "gateway")


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    plan = StackPlan(folder=tmp_path, ports=free_ports(), keep=True, ui=False)
    async with Stack(plan, seed_for_up()) as running, UpChargers(CHARGERS, running.gateway_url):
        yield running


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("server", "code", "refusal"),
    [
        ("temporal", "temporal_unreachable", "temporal_unavailable"),
        ("postgres", "database_unreachable", "database_unavailable"),
    ],
)
async def test_a_killed_server_is_waited_for(stack: Stack, server: str, code: str, refusal: str) -> None:
    before = {name: stack.processes[name].pid for name in OURS}
    during = trip(hours=3)
    await bookable(stack)
    told = {name: lines(stack.processes[name], "missing", code) for name in OURS}
    await stack.processes[server].kill()
    for name in OURS:
        await said(stack.processes[name], "missing", code, more_than=told[name])
    ready = await get(stack, "/readyz")
    assert (ready.status_code, [one["code"] for one in ready.json()["missing"]]) == (503, [code])
    refused = await book(stack, "during", during)
    assert (refused.status_code, refused.json()["code"]) == (503, refusal)
    if server == "temporal":
        assert refused.json()["reservation"] == reservation_code(DRIVER, "during")
    await stack.processes[server].start()
    for name in OURS:
        await said(stack.processes[name], "no_longer_missing", code, more_than=told[name])
        await stack.answers(name)
    await stack.processes["api"].wait_until_ready(answers_http(stack.plan.ports.api, "/readyz"))
    for key, body in (("during", during), ("after", trip(hours=5))):
        booked = await book(stack, key, body)
        assert booked.status_code == 201, booked.text
    assert {name: stack.processes[name].pid for name in OURS} == before
    for name in OURS:
        assert lines(stack.processes[name], "missing", code) == told[name] + 1


def trip(*, hours: int) -> dict[str, str]:
    """What is asked for; the same key needs the same body."""
    start = datetime.now(UTC) + timedelta(hours=hours)
    return {
        "site_id": SITES[0].id,
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "payment_method": "pm_card_visa",
    }


async def book(stack: Stack, key: str, body: dict[str, str]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {stack.issuer.driver(DRIVER)}", "Idempotency-Key": key}
    async with _http(stack) as http:
        return await http.post("/v1/reservations", json=body, headers=headers)


async def bookable(stack: Stack) -> None:
    """Until a charger is connected, nothing is."""
    body = trip(hours=1)
    async with asyncio.timeout(60):
        while (await book(stack, f"before-{uuid.uuid4().hex}", body)).status_code != 201:  # noqa: ASYNC110 - the charger comes when it comes
            await asyncio.sleep(0.5)


async def get(stack: Stack, path: str) -> httpx.Response:
    async with _http(stack) as http:
        return await http.get(path)


def _http(stack: Stack) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=stack.api_url, trust_env=False, timeout=60)


async def said(process: ManagedProcess, event: str, code: str, *, more_than: int) -> None:
    """Wait until the log of the process has the line once more."""

    async def probe() -> bool:
        return lines(process, event, code) > more_than

    await process.wait_until_ready(probe, timeout=90)


def lines(process: ManagedProcess, event: str, code: str) -> int:
    text = process.log_file.read_text()
    return sum(f'"event": "{event}"' in line and f'"code": "{code}"' in line for line in text.splitlines())
