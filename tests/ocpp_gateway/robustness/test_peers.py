"""Chargers that fall silent, do not read, say too much, or answer what nobody asked: each harms only itself."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from domain.charging.commands import CommandOutcome, CommandReply, ReserveNow
from ocpp_gateway.exchange.keepalive import Keepalive
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.raw_charger import RawCharger, frame, heartbeat

_PATIENT = GatewayOptions(instance="peers", call_timeout_s=0.4, flush_s=0.2)


@pytest.fixture
async def strict(records: Records, database_url: str) -> AsyncIterator[Gateway]:
    """Finds dead peers within a second or two."""
    options = GatewayOptions(
        instance="strict",
        ping_interval_s=0.4,
        ping_timeout_s=1.0,
        slow_reader_s=1.0,
        flush_s=0.2,
        messages_per_second=1_000_000,
    )
    async with running_gateway(database_url, options=options) as running:
        yield running


async def test_who_answers_no_ping_is_gone_and_who_does_stays_however_silent(
    strict: Gateway, records: Records
) -> None:
    await records.hold("alice")
    alive = await RawCharger.connect(strict.url, "NORTH-2")
    dead = await RawCharger.connect(strict.url, CHARGER)
    dead.answers_pings = False
    assert await dead.close_code() == 1006
    await dead.leave()

    async def told() -> bool:
        return (await records.kinds())[-1] == "charger_offline"

    await records.eventually(told)
    assert dead.pinged.is_set()
    await alive.pinged.wait()
    assert "currentTime" in (await alive.ask(heartbeat("here")))[2]
    assert strict.connections.get(CHARGER) is None
    await alive.leave()


async def test_nobody_is_given_up_unasked_however_long_we_were_held_up_ourselves(
    gateway: Gateway, records: Records
) -> None:
    charger = await RawCharger.connect(gateway.url, CHARGER)
    await charger.ask(heartbeat("up"))
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    judge = Keepalive(gateway.connections, ping_interval_s=30, ping_timeout_s=30, slow_reader_s=30)
    judge.look(connection, time.monotonic() + 3600)
    async with asyncio.timeout(20):
        await charger.pinged.wait()
    assert "currentTime" in (await charger.ask(heartbeat("still here")))[2]
    await charger.leave()


async def test_who_never_reads_is_read_no_further_and_then_gone(strict: Gateway, records: Records) -> None:
    deaf = await RawCharger.connect(strict.url, CHARGER, reads=False, receive_buffer=4096)
    other = await RawCharger.connect(strict.url, "NORTH-2")

    async def connected() -> bool:
        return strict.connections.get(CHARGER) is not None

    await records.eventually(connected)
    connection = strict.connections.get(CHARGER)
    assert connection is not None
    chatter = asyncio.create_task(_chatter(deaf))

    async def stuck() -> bool:
        return connection.socket.stuck_since is not None

    await records.eventually(stuck)
    assert connection.socket.is_paused
    assert connection.socket.transport.get_write_buffer_size() < 1 << 20
    async with asyncio.timeout(20):
        await chatter
    assert "currentTime" in (await other.ask(heartbeat("here")))[2]
    await deaf.leave()
    await other.leave()


async def _chatter(charger: RawCharger) -> None:
    """Talk until the connection breaks. Long ids are echoed, which makes the answers long."""
    with contextlib.suppress(OSError):
        while True:
            charger.write(b"".join(_loud(n) for n in range(50)))
            await charger.flush()


def _loud(n: int) -> bytes:
    return frame(json.dumps([2, f"{n:0100}", "Heartbeat", {}]))


async def test_a_flood_is_slowed_down_and_answered_whole_in_order(
    records: Records, database_url: str
) -> None:
    options = GatewayOptions(instance="slow", messages_per_second=1)
    async with running_gateway(database_url, options=options) as gateway:
        charger = await RawCharger.connect(gateway.url, CHARGER)
        other = await RawCharger.connect(gateway.url, "NORTH-2")
        names = [f"m{n}" for n in range(12)]
        for name in names:
            charger.say(heartbeat(name))
        await charger.reply(names[-2])  # ten at once, and the one that showed that they are too many
        connection = gateway.connections.get(CHARGER)
        assert connection is not None
        assert connection.socket.is_paused
        assert "currentTime" in (await other.ask(heartbeat("other")))[2]
        await charger.reply(names[-1])
        assert charger.order == names
        await charger.leave()
        await other.leave()


async def test_more_calls_at_once_than_we_hold_are_all_answered_in_order(
    records: Records, database_url: str
) -> None:
    async with running_gateway(database_url, options=GatewayOptions(instance="busy")) as gateway:
        charger = await RawCharger.connect(gateway.url, CHARGER)
        names = [f"m{n}" for n in range(100)]
        for n, name in enumerate(names):
            status = "Available" if n % 2 else "Preparing"
            told = {"connectorId": 1, "status": status, "errorCode": "NoError"}
            charger.say(json.dumps([2, name, "StatusNotification", told]))
        await charger.reply(names[-1])
        assert charger.order == names
        assert await records.status() == "available"
        await charger.leave()


def reserve() -> ReserveNow:
    return ReserveNow(
        connector_number=1,
        hold_id=7,
        id_tag=ALICE,
        parent_id_tag=None,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )


async def test_replies_late_twice_or_to_nothing_answer_no_later_call(
    records: Records, database_url: str
) -> None:
    async with running_gateway(database_url, options=_PATIENT) as gateway:
        charger = await RawCharger.connect(gateway.url, CHARGER)
        charger.takes_calls = True
        await charger.ask(heartbeat("up"))
        connection = gateway.connections.get(CHARGER)
        assert connection is not None

        async def send() -> CommandReply:
            return await gateway.connections.send(CHARGER, connection.epoch, reserve())

        first = asyncio.create_task(send())
        late = (await charger.calls.get())[1]
        assert (await first).outcome is CommandOutcome.NO_RESPONSE
        second = asyncio.create_task(send())
        asked = (await charger.calls.get())[1]
        for message_id, status in (
            (late, "Faulted"),
            ("nobody", "Rejected"),
            (asked, "Accepted"),
            (asked, "Occupied"),
        ):
            charger.say(json.dumps([3, message_id, {"status": status}]))
        charger.say(json.dumps([4, asked, "GenericError", "", {}]))
        assert (await second).outcome is CommandOutcome.ACCEPTED
        assert "currentTime" in (await charger.ask(heartbeat("still here")))[2]
        await charger.leave()


async def test_silent_chargers_hold_up_nobodys_commands(records: Records, database_url: str) -> None:
    async with running_gateway(database_url, options=_PATIENT) as gateway:
        silent = await RawCharger.connect(gateway.url, CHARGER)
        lively = await RawCharger.connect(gateway.url, "NORTH-2")
        silent.takes_calls = lively.takes_calls = True
        for charger in (silent, lively):
            await charger.ask(heartbeat("up"))

        def send(name: str) -> "asyncio.Task[CommandReply]":
            connection = gateway.connections.get(name)
            assert connection is not None
            return asyncio.create_task(gateway.connections.send(name, connection.epoch, reserve()))

        ignored = send(CHARGER)
        await silent.calls.get()
        heeded = send("NORTH-2")
        asked = (await lively.calls.get())[1]
        lively.say(json.dumps([3, asked, {"status": "Accepted"}]))
        assert (await heeded).outcome is CommandOutcome.ACCEPTED
        assert not ignored.done()
        assert (await ignored).outcome is CommandOutcome.NO_RESPONSE
        await silent.leave()
        await lively.leave()
