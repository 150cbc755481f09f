"""A site's router comes back: hundreds of chargers at once, each with a password of its own, none patient."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from db import charger_passwords
from db.tables import Charger, Connector
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.gateway_process import GatewayProcess, gateway_process
from tests.ocpp_gateway.robustness.raw_charger import (
    RawCharger,
    Refused,
    call,
    heartbeat,
    status_of,
)

GENERATED, CHOSEN = 270, 30
"""Passwords the system made, and slower ones that people chose."""
BOOT = {"chargePointVendor": "Acme", "chargePointModel": "Storm"}


@pytest.fixture
async def passwords(records: Records) -> dict[str, str]:
    """`STORM-0` …: a password of its own each, with the hash that is made of it in production."""
    site = (await records.charger()).site_id
    names = [f"STORM-{n}" for n in range(GENERATED + CHOSEN)]
    own = {name: charger_passwords.generated_password() for name in names}
    hashers = [charger_passwords.RANDOM] * GENERATED + [charger_passwords.CHOSEN] * CHOSEN
    hashes = await asyncio.to_thread(
        lambda: [hasher.hash(own[name]) for name, hasher in zip(names, hashers, strict=True)]
    )
    async with records.engine.begin() as database:
        await database.execute(
            insert(Charger),
            [
                {"id": name, "site_id": site, "password_hash": made}
                for name, made in zip(names, hashes, strict=True)
            ],
        )
        await database.execute(
            insert(Connector), [{"charger_id": name, "number": 1, "pool_id": "north-dc"} for name in names]
        )
    return own


@pytest.fixture
async def fresh(records: Records, database_url: str, tmp_path: Path) -> AsyncIterator[GatewayProcess]:
    async with gateway_process(database_url, tmp_path) as running:
        yield running


async def arrive(url: str, name: str, password: str) -> RawCharger:
    """Come again as often as told, then say everything at once and wait for all of it."""
    while True:
        try:
            charger = await RawCharger.connect(url, name, password=password)
            break
        except Refused as refusal:
            if refusal.retry_after is None:
                raise
            await asyncio.sleep(refusal.retry_after / 10)
    charger.say(call("boot", "BootNotification", BOOT))
    charger.say(status_of("status", "Preparing"))
    assert (await charger.reply("boot"))[2]["status"] == "Accepted"
    assert await charger.reply("status") == [3, "status", {}]
    return charger


async def test_everybody_gets_in_and_who_was_in_notices_nothing(
    fresh: GatewayProcess, records: Records, passwords: dict[str, str]
) -> None:
    live = await RawCharger.connect(fresh.url, CHARGER)
    calm = asyncio.Event()

    async def go_on() -> int:
        """One heartbeat and one new status after the other. Raises Lost when the connection breaks."""
        said = 0
        while not calm.is_set():
            status = "Available" if said % 2 else "Preparing"
            assert (await live.ask(heartbeat(f"h{said}")))[0] == 3
            assert (await live.ask(status_of(f"s{said}", status)))[0] == 3
            said += 1
        return said

    going_on = asyncio.create_task(go_on())
    crowd = await asyncio.gather(*(arrive(fresh.url, name, password) for name, password in passwords.items()))
    calm.set()
    assert await going_on > 0
    assert not live.closed.done()
    assert not any(charger.closed.done() for charger in crowd)
    async with records.engine.connect() as connection:
        rows = await connection.execute(
            select(Charger.epoch, Charger.model, Charger.gateway_instance, Connector.status)
            .join(Connector, Connector.charger_id == Charger.id)
            .where(Charger.id.like("STORM-%"))
        )
        assert {tuple(row) for row in rows} == {(1, "Storm", "process", "preparing")}
    for charger in (live, *crowd):
        await charger.leave()
