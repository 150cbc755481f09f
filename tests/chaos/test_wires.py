"""A wire carries, spreads, falls silent and is cut, and whoever is at its ends notices."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chaos.breaking.wires import Wire
from runtime.embedded.ports import LOOPBACK, free_port


@asynccontextmanager
async def echoing(name: str) -> AsyncIterator[int]:
    """A server that answers each line with its name; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            writer.write(f"{name}\n".encode())
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


@asynccontextmanager
async def wire(*targets: int) -> AsyncIterator[Wire]:
    one = Wire("test", targets, random.Random(1))
    await one.open()
    try:
        yield one
    finally:
        await one.close()


@asynccontextmanager
async def connected(one: Wire) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(LOOPBACK, one.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    writer.write(b"?\n")
    return (await reader.readline()).decode().strip()


async def test_it_spreads_connections_and_passes_over_who_refuses() -> None:
    async with echoing("a") as a, echoing("b") as b, wire(a, b, free_port()) as one:
        heard = set()
        for _ in range(20):
            async with connected(one) as ends:
                heard.add(await said(*ends))
        assert heard == {"a", "b"}


async def test_a_cut_resets_connections_and_new_ones_come_through() -> None:
    async with echoing("a") as a, wire(a) as one:
        async with connected(one) as ends:
            assert await said(*ends) == "a"
            assert one.cut() == 1
            with pytest.raises(ConnectionResetError):
                await ends[0].read()
        async with connected(one) as ends:
            assert await said(*ends) == "a"


async def test_nothing_passes_while_it_is_silent_and_everything_afterwards() -> None:
    async with echoing("a") as a, wire(a) as one, connected(one) as ends:
        assert await said(*ends) == "a"
        silence = asyncio.create_task(one.fall_silent(60))
        answer = asyncio.create_task(said(*ends))
        done, _ = await asyncio.wait({answer}, timeout=0.2)
        assert not done
        silence.cancel()
        assert await answer == "a"


async def test_where_nobody_listens_the_caller_is_reset() -> None:
    async with wire(free_port()) as one, connected(one) as (reader, _):
        with pytest.raises(ConnectionResetError):
            await reader.read()
