"""A name that a customer gave is called only where all that it leads to is outside, and just there."""

import asyncio
import threading
from collections.abc import Sequence

import httpx
import pytest

from tests.webhooks.biller import Biller
from webhooks.names import Names, NoTurn, Whose
from webhooks.outside import Inside, OutsideTransport, Resolve

OUTER = "93.184.216.34"
SOMEBODY = Whose(key="somebody")


class Inner(httpx.AsyncBaseTransport):
    """Where requests go in the end."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return httpx.Response(302, headers={"location": "http://127.0.0.1/"})


def leads_to(*addresses: str) -> Resolve:
    async def resolved(_host: str, _port: int, _whose: Whose) -> Sequence[str]:
        return addresses

    return resolved


async def test_the_connection_goes_to_the_address_that_was_looked_at_under_the_name() -> None:
    inner = Inner()
    transport = OutsideTransport(resolve=leads_to(OUTER, "2606:4700::1111"), inner=inner)
    async with httpx.AsyncClient(transport=transport, follow_redirects=False) as http:
        answer = await http.post("https://hooks.example:8443/in?a=b", content=b"{}")
    (request,) = inner.seen
    assert str(request.url) == f"https://{OUTER}:8443/in?a=b"
    assert request.headers["host"] == "hooks.example:8443"
    assert request.extensions["sni_hostname"] == "hooks.example"
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), (OUTER, "10.0.0.1"), ("::ffff:169.254.169.254",), (), ("nobody",)]
)
async def test_a_name_with_any_inner_address_is_not_called(addresses: tuple[str, ...]) -> None:
    inner = Inner()
    transport = OutsideTransport(resolve=leads_to(*addresses), inner=inner)
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(Inside):
            await http.post("https://hooks.example/", content=b"{}")
    assert inner.seen == []


async def test_a_name_that_changes_its_mind_is_asked_once(biller: Biller) -> None:
    """As an attacker's name server does it: outside when looked at, inside when connected to."""
    asked: list[str] = []

    async def rebinding(host: str, _port: int, _whose: Whose) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else [OUTER]

    inner = Inner()
    async with httpx.AsyncClient(transport=OutsideTransport(resolve=rebinding, inner=inner)) as http:
        await http.post(biller.url.replace("127.0.0.1", "rebound.example"), content=b"{}")
    assert (asked, inner.seen[0].url.host) == (["rebound.example"], OUTER)
    assert biller.attempts == []


async def test_a_real_name_of_this_machine_is_inside(biller: Biller) -> None:
    names = Names()
    assert set(await names.resolve("localhost", 80, SOMEBODY)) <= {"127.0.0.1", "::1"}
    names.close()
    async with httpx.AsyncClient(transport=OutsideTransport()) as http:
        with pytest.raises(Inside):
            await http.post(biller.url.replace("127.0.0.1", "localhost"), content=b"{}")
    assert biller.attempts == []


async def test_what_may_be_called_is_reached_and_no_connection_is_kept() -> None:
    met: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = OutsideTransport(allowed=lambda _: True, resolve=leads_to("127.0.0.1"))
    async with server, httpx.AsyncClient(transport=transport) as http:
        for name in ("one.example", "two.example"):
            assert (await http.get(f"http://{name}:{port}/")).status_code == 204
    assert [b"one.example" in met[0], b"two.example" in met[1]] == [True, True]


async def test_a_name_that_leads_nowhere_is_no_answer() -> None:
    async def nowhere(_host: str, _port: int, _whose: Whose) -> Sequence[str]:
        raise OSError("no such name")

    async with httpx.AsyncClient(transport=OutsideTransport(resolve=nowhere)) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("https://hooks.example/")


@pytest.mark.parametrize("name", ["xn--strae-oqa.de", "xn--fa-hia.de"])
async def test_a_name_is_looked_up_as_it_is_written(name: str) -> None:
    """By IDNA 2003, as Python's resolver writes `straße.de`, it would be another one: strasse.de."""
    asked: list[str] = []

    async def outer(host: str, _port: int, _whose: Whose) -> Sequence[str]:
        asked.append(host)
        return [OUTER]

    inner = Inner()
    async with httpx.AsyncClient(transport=OutsideTransport(resolve=outer, inner=inner)) as http:
        await http.post(f"https://{name}/in", content=b"{}")
    assert (asked, inner.seen[0].extensions["sni_hostname"]) == ([name], name)
    assert inner.seen[0].headers["host"] == name


async def test_slow_name_servers_keep_nobody_else_waiting() -> None:
    answers = threading.Event()

    def silent(_host: str, _port: int) -> Sequence[str]:
        answers.wait()
        return []

    slow = Names(silent, within_s=0.05)
    asked = await asyncio.gather(
        *(slow.resolve("slow.example", 443, Whose(key=f"{number}")) for number in range(64)),
        return_exceptions=True,
    )
    assert {type(one) for one in asked} == {TimeoutError}
    # As for whatever else this process connects to.
    found = await asyncio.get_running_loop().getaddrinfo("localhost", 80)
    assert found
    answers.set()
    slow.close()


async def test_one_customer_holds_a_few_threads_however_many_names_they_have_and_under_whichever_domain() -> (
    None
):
    """Who else is under `co.uk`, or has given the same name, is answered meanwhile."""
    answers, held, quick = threading.Event(), threading.Semaphore(0), list[str]()

    def look_up(host: str, _port: int) -> Sequence[str]:
        if host.startswith("slow"):
            held.release()
            answers.wait()
        quick.append(host)
        return [OUTER]

    names = Names(look_up, within_s=30, turn_within_s=30)
    mine, theirs = Whose(key="mine"), Whose(key="theirs")
    hosts = [f"slow-{number}.co.uk" for number in range(100)] + [
        f"slow.domain-{n}.example" for n in range(100)
    ]
    last = "shared.co.uk"
    asked = [
        asyncio.create_task(names.resolve(host, 443, theirs)) for host in [*hosts, last] for _ in range(2)
    ]
    for _ in range(4):
        await asyncio.to_thread(held.acquire)
    for host in ("quick.co.uk", last):
        assert await names.resolve(host, 443, mine) == [OUTER]
    assert not held.acquire(blocking=False)
    assert quick == ["quick.co.uk", last]
    answers.set()
    assert await asyncio.gather(*asked) == [[OUTER]] * len(asked)
    assert sorted(quick) == sorted(["quick.co.uk", last, last, *hosts])
    names.close()


async def test_who_gets_no_turn_is_told_so_and_their_lookup_has_all_its_time_when_it_has_come() -> None:
    answers, held = threading.Event(), threading.Semaphore(0)

    def look_up(_host: str, _port: int) -> Sequence[str]:
        held.release()
        answers.wait()
        return [OUTER]

    names = Names(look_up, within_s=30, turn_within_s=0.05)
    asked = [asyncio.create_task(names.resolve(f"slow-{n}.example", 443, SOMEBODY)) for n in range(4)]
    for _ in range(4):
        await asyncio.to_thread(held.acquire)
    with pytest.raises(NoTurn):
        await names.resolve("fifth.example", 443, SOMEBODY)
    answers.set()
    assert await asyncio.gather(*asked) == [[OUTER]] * 4
    assert await names.resolve("fifth.example", 443, SOMEBODY) == [OUTER]
    names.close()


async def test_a_name_that_hangs_is_asked_for_once_and_anew_when_it_is_over() -> None:
    answers, asked = threading.Event(), list[str]()

    def look_up(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        answers.wait()
        raise ConnectionError

    names = Names(look_up, within_s=0.05)
    for name in ("hangs.example", "HANGS.example"):
        with pytest.raises(TimeoutError):
            await names.resolve(name, 443, SOMEBODY)
    assert asked == ["hangs.example"]
    answers.set()
    patient = Names(look_up, within_s=30)
    for one in (names, patient):
        with pytest.raises(ConnectionError):
            await one.resolve("hangs.example", 443, SOMEBODY)
    names.close()
    patient.close()
