"""An endpoint that is slow, silent or gone costs its owner time, and nobody else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import select, update

from db.delivery.outbox import MOST_AT_ONCE
from db.tables import OutboxDelivery
from delivery.relay import Relay
from tests.delivery.outbox import eventually
from tests.webhooks.engineers import Receiver, Site, leads_here
from webhooks.endpoints import LONGEST_PAUSE, ChangeRecorder, EndpointTarget
from webhooks.names import NoTurn, Whose
from webhooks.outgoing import new_client
from webhooks.outside import OutsideTransport


@asynccontextmanager
async def relaying(site: Site, http: httpx.AsyncClient, *, within_s: float = 8) -> AsyncIterator[None]:
    """As a worker does it."""
    target, stop = EndpointTarget(site.sessions, http, within_s=within_s), asyncio.Event()
    relay = Relay(site.engine, target, sweep_s=0.05, longest_pause=LONGEST_PAUSE, fewer=target.fewer)
    await ChangeRecorder(site.sessions, relay.wake).record_all()
    work = asyncio.create_task(relay.run(stop))
    yield
    stop.set()
    await work


class Silent:
    """Takes whatever comes and says nothing until `over` is set. `callers`: how many are there at most at once."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.here = self.callers = 0

    async def __call__(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.here += 1
        self.callers = max(self.callers, self.here)
        await self.over.wait()
        writer.close()
        self.here -= 1


async def test_who_is_silent_keeps_nobody_elses_events_waiting(site: Site, receiver: Receiver) -> None:
    silent = Silent()
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    slow = await site.endpoint(f"http://hooks.example:{port}/in", fleet_id="slow")
    await site.endpoint(receiver.url, fleet_id="vans")
    for number in range(130):
        await site.reaches(f"R{number:03}", "CONFIRMED", fleet_id="slow")
    await site.reaches("MINE", "CONFIRMED", fleet_id="vans")

    async def is_told() -> bool:
        return bool(receiver.taken)

    client = new_client(OutsideTransport(lambda _: True, leads_here))
    async with server, client as http, relaying(site, http):
        await eventually(is_told)
        assert (await site.seen(slow)).failures == 0  # nobody has waited for it to be given up
        assert 0 < silent.here <= MOST_AT_ONCE
        silent.over.set()
    assert silent.callers <= MOST_AT_ONCE
    assert (await site.seen(slow)).rests_until is not None


async def test_where_nobody_is_there_one_is_tried_now_and_then(site: Site, receiver: Receiver) -> None:
    number = await site.endpoint(receiver.url)
    await site.set(number, failing_since=datetime.now(UTC) - timedelta(hours=1))
    receiver.statuses = [503]
    await site.reaches("A", "CONFIRMED")
    await site.tell()
    for code in "BCDE":
        await site.reaches(code, "CONFIRMED")
    await site.be_due()
    assert await site.tell() == [""] * 5
    assert len(receiver.attempts) == 1
    assert await attempts(site) == [1, 0, 0, 0, 0]
    receiver.statuses = [503]
    await site.set(number, rests_until=datetime.now(UTC))
    await site.tell()
    assert len(receiver.attempts) == 2
    await site.set(number, rests_until=datetime.now(UTC))
    await site.be_due()
    assert await site.tell() == ["received"] * 5
    assert (await site.seen(number)).rests_until is None


async def test_who_refuses_one_event_takes_the_others(site: Site, receiver: Receiver) -> None:
    number = await site.endpoint(receiver.url)
    receiver.statuses = [500]
    await site.reaches("A", "CONFIRMED")
    await site.tell()
    assert (await site.seen(number)).failures == 1
    async with site.sessions.begin() as session:
        await session.execute(
            update(OutboxDelivery).values(not_before=datetime.now(UTC) + timedelta(hours=1))
        )
    for code in "BCDE":
        await site.reaches(code, "CONFIRMED")
    assert await site.tell() == ["", *["received"] * 4]


async def attempts(site: Site) -> list[int]:
    async with site.sessions() as session:
        return list(await session.scalars(select(OutboxDelivery.attempts).order_by(OutboxDelivery.id)))


async def test_an_answer_that_never_ends_is_none(site: Site) -> None:
    """A byte now and then keeps a limit of each read from ever being reached."""

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nx: ")
        while not writer.is_closing():
            writer.write(b"a")
            await asyncio.sleep(0.02)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    number = await site.endpoint(f"http://hooks.example:{server.sockets[0].getsockname()[1]}/in")
    await site.reaches("A", "CONFIRMED")

    async def is_noted() -> bool:
        return (await site.seen(number)).failures > 0

    client = new_client(OutsideTransport(lambda _: True, leads_here))
    async with server, client as http, relaying(site, http, within_s=0.3):
        await eventually(is_noted)
    assert (await site.seen(number)).last_answer == "Timeout"


async def test_a_name_that_is_none_counts_as_a_failure(site: Site) -> None:
    """As one that was kept before names were measured."""
    number = await site.endpoint(f"http://{'a' * 70}.example/in")
    await site.reaches("A", "CONFIRMED")
    await ChangeRecorder(site.sessions).record_all()
    async with new_client(OutsideTransport(lambda _: True)) as http:
        await Relay(site.engine, EndpointTarget(site.sessions, http)).deliver_all()
    seen = await site.seen(number)
    assert (seen.failures, seen.last_answer) == (1, "ConnectError")


async def test_who_waits_for_a_turn_has_not_failed(site: Site, receiver: Receiver) -> None:
    """Their owner's other names are slow: nobody has tried this one, and it has all its time when its turn has come."""
    whose = list[str]()

    async def never(_host: str, _port: int, named_by: Whose) -> Sequence[str]:
        whose.append(named_by.key)
        raise NoTurn

    async def late(_host: str, _port: int, named_by: Whose) -> Sequence[str]:
        with named_by.on_hold():
            await asyncio.sleep(1.25 * short_s)
        return ["127.0.0.1"]

    short_s = 2.0
    number = await site.endpoint(receiver.url, fleet_id="vans")
    await site.reaches("A", "CONFIRMED", fleet_id="vans")
    await ChangeRecorder(site.sessions).record_all()
    for resolve, outcome in ((never, ""), (late, "received")):
        await site.be_due()
        async with new_client(OutsideTransport(lambda _: True, resolve)) as http:
            target = EndpointTarget(site.sessions, http, within_s=short_s)
            await Relay(site.engine, target, fewer=target.fewer).deliver_all()
        seen = await site.seen(number)
        assert (seen.failures, seen.failing_since, seen.rests_until) == (0, None, None)
        async with site.sessions() as session:
            assert list(await session.scalars(select(OutboxDelivery.outcome))) == [outcome]
    assert whose == ["vans"]


async def test_no_cookies_of_receivers_are_kept() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(204, headers=[("set-cookie", f"c{n}=x; Max-Age=9999999") for n in range(50)])

    async with new_client(httpx.MockTransport(answer)) as http:
        await http.post("https://hooks.example/in")
        assert list(http.cookies.jar) == []
