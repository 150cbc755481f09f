"""Postgres away under load: heartbeats go on, nothing piles up, nobody is thrown out, nothing answered is lost."""

import asyncio
import importlib
import re
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from bench.gateway.postgres_outages import (
    Outage,
    frozen,
    kill_the_backends,
    stopped_at_once,
)
from ocpp_gateway.exchange.connection import LONGEST_BACKLOG
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from runtime.embedded.postgres import EmbeddedPostgres
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.fleet import Fleet, audit
from tests.ocpp_gateway.robustness.raw_charger import RawCharger, Refused, heartbeat, status_of

CHARGERS = 12
FLOOD = 60


@pytest.fixture(scope="module")
async def durable() -> AsyncIterator[EmbeddedPostgres]:
    """A server of its own that keeps what it has committed, whatever becomes of it."""
    async with EmbeddedPostgres() as server:
        yield server


@pytest.fixture(scope="module")
async def durable_template(durable: EmbeddedPostgres) -> str:
    url = await durable.create_database("durable_template")
    await asyncio.to_thread(importlib.import_module("db.migrations").upgrade, url)
    return "durable_template"


@pytest.fixture
async def database_url(durable: EmbeddedPostgres, durable_template: str) -> str:
    return await durable.create_database(f"test_{uuid.uuid4().hex}", template=durable_template)


@pytest.fixture
async def gateway(records: Records, database_url: str) -> AsyncIterator[Gateway]:
    """It would notice a silent charger within seconds."""
    await records.install_chargers(CHARGERS, like=CHARGER)
    options = GatewayOptions(
        instance="outages", metrics_port=0, flush_s=0.2, ping_interval_s=1.0, ping_timeout_s=3.0
    )
    async with running_gateway(database_url, options=options) as running:
        yield running


@pytest.fixture
async def fleet(gateway: Gateway) -> AsyncIterator[Fleet]:
    fleet = Fleet(CHARGERS, lambda: gateway.url, seed=7)
    fleet.begin()
    yield fleet
    await fleet.give_up()


async def inbox_waiting(gateway: Gateway) -> float:
    """Of all lanes together, as Prometheus is told."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.metrics_port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    told = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    found = re.findall(r"^slotkeeper_gateway_inbox_waiting\{.*\} (\S+)$", told, re.MULTILINE)
    assert found
    return sum(float(value) for value in found)


@pytest.mark.parametrize("outage", [frozen, stopped_at_once], ids=["frozen", "stopped"])
async def test_nothing_is_lost_piles_up_or_is_thrown_out_while_postgres_is_away(
    outage: Outage, gateway: Gateway, fleet: Fleet, durable: EmbeddedPostgres, records: Records
) -> None:
    quiet = await RawCharger.connect(gateway.url, CHARGER)
    await quiet.ask(heartbeat("up"))
    eager = await RawCharger.connect(gateway.url, "NORTH-2")
    await eager.ask(heartbeat("up"))
    await fleet.answers(50)
    async with outage(durable):
        for n in range(FLOOD):
            eager.say(status_of(f"e{n}", "Preparing" if n % 2 else "Available"))
        await fleet.all_wait()
        await waits_long_enough_to_be_pinged(gateway, quiet)
        with pytest.raises(Refused) as refusal:
            await RawCharger.connect(gateway.url, "NORTH-2")
        assert (refusal.value.status, refusal.value.retry_after is None) == (503, False)
        for n in range(20):
            assert "currentTime" in (await quiet.ask(heartbeat(f"h{n}")))[2]
        assert await inbox_waiting(gateway) <= CHARGERS + 2
        assert all(connection.waiting <= LONGEST_BACKLOG for connection in gateway.connections)
        assert eager.order == ["up"]
    await eager.reply(f"e{FLOOD - 1}")
    assert eager.order == ["up", *(f"e{n}" for n in range(FLOOD))]
    await fleet.answers(50)
    await fleet.finish()
    await audit(records, fleet.ledger, finished=True)
    assert fleet.ledger.errors == []
    assert set(fleet.ledger.connections.values()) == {1}
    late = await RawCharger.connect(gateway.url, "NORTH-2")
    assert "currentTime" in (await late.ask(heartbeat("late")))[2]
    assert await eager.close_code() == 1000
    for charger in (quiet, eager, late):
        await charger.leave()


async def waits_long_enough_to_be_pinged(gateway: Gateway, quiet: RawCharger) -> None:
    """Until keepalive has asked a silent charger: by then it has looked at those whom we do not read, too."""
    quiet.pinged.clear()
    async with asyncio.timeout(20):
        await quiet.pinged.wait()


async def test_a_crash_of_postgres_loses_nothing_answered(
    fleet: Fleet, durable: EmbeddedPostgres, records: Records
) -> None:
    for _ in range(2):
        await fleet.answers(60)
        await kill_the_backends(durable)
    await fleet.answers(60)
    await fleet.finish()
    await records.engine.dispose()
    await audit(records, fleet.ledger, finished=True)
    assert fleet.ledger.errors == []
    assert set(fleet.ledger.connections.values()) == {1}


async def pinged(chargers: Sequence[RawCharger], times: int) -> None:
    """Until the gateway has asked each of them for a sign of life so often again."""
    for _ in range(times):
        for charger in chargers:
            charger.pinged.clear()
            async with asyncio.timeout(20):
                await charger.pinged.wait()


async def test_after_an_outage_longer_than_leases_last_nobody_is_given_up_for_dead(
    durable: EmbeddedPostgres, database_url: str, records: Records
) -> None:
    await records.hold("alice")
    one, other = (
        running_gateway(
            database_url,
            options=GatewayOptions(
                instance=name, flush_s=0.2, ping_interval_s=0.4, ping_timeout_s=20.0, lease_expiry_s=1.5
            ),
        )
        for name in ("one", "other")
    )
    async with one as first, other as second:
        mine = await RawCharger.connect(first.url, CHARGER)
        theirs = await RawCharger.connect(second.url, "NORTH-2")
        chargers = (mine, theirs)
        for charger in chargers:
            await charger.ask(heartbeat("up"))
        async with frozen(durable):
            # Each ping is 0.4 s of silence: in the end the leases are long past their time.
            await pinged(chargers, times=6)

        async def renewed() -> bool:
            rows = [await records.charger(name) for name in (CHARGER, "NORTH-2")]
            return all(row.last_seen_at > row.connected_at + timedelta(seconds=2) for row in rows)

        await records.eventually(renewed)
        await pinged(chargers, times=3)
        assert (await records.charger()).gateway_instance == "one"
        assert (await records.charger("NORTH-2")).gateway_instance == "other"
        assert await records.kinds() == ["charger_online"]
        for charger in chargers:
            assert "currentTime" in (await charger.ask(heartbeat("still here")))[2]
            await charger.leave()
