"""What the Python client does on the way: keys, patience, refusals, versions, pages and streams."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from slotkeeper_client import Refusal, Slotkeeper, Unreadable, codes, each
from slotkeeper_client.events import Event, events_in
from slotkeeper_client.models import DriverGroupIn, NoticeOut, VehicleIn, VehicleOut, WritePolicyIn

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
VEHICLE: dict[str, object] = {
    "id": "v1", "driver_id": "anna", "fleet_id": None, "plate": "", "plugs": [], "length_cm": None, "width_cm": None,
    "height_cm": None, "trailer": False, "accessible_need": False, "battery_wh": None, "max_ac_w": None,
    "max_dc_w": None, "archived_at": None,
}  # fmt: skip

REFUSED = (("overloaded", 503), ("too_many_streams", 429))
GUEST = {"name": "Mia Berg", "contact": "mia@example.org"}


def problem(code: str, status: int, **headers: str) -> Response:
    told = {
        "type": "",
        "title": "",
        "detail": "",
        "instance": "",
        "request_id": "",
        "code": code,
        "status": status,
    }
    return JSONResponse(told, status, headers, media_type="application/problem+json")


@dataclass
class Server:
    """Gives these answers, one after the other."""

    answers: Sequence[Response]
    asked: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.asked.append(request)
        self.bodies.append(await request.body())
        return self.answers[len(self.asked) - 1]

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)

    def client(self, token: str | Callable[[], str] = "t") -> Slotkeeper:
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        app = Starlette(routes=[Route("/{path:path}", self.answer, methods=methods)])
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://there")
        return Slotkeeper(http, token, language="de", sleep=self.sleep)

    def heard(self, header: str) -> list[str | None]:
        return [request.headers.get(header) for request in self.asked]


async def test_a_request_with_a_key_is_sent_again_with_the_same_one_when_the_server_says() -> None:
    busy = problem("overloaded", 503, **{"Retry-After": "2"})
    server = Server([busy, busy, JSONResponse(VEHICLE, 201)])
    made = await server.client().create_vehicle(VehicleIn(plate="B-SK 1", plugs=["CHADEMO"]))
    assert (made.id, server.waited) == ("v1", [2, 2])
    (key,) = set(server.heard("Idempotency-Key"))
    assert key
    assert server.bodies[-1] == b'{"plate":"B-SK 1","plugs":["CHADEMO"]}'


async def test_what_acts_and_has_no_key_is_not_sent_again_unless_nothing_was_begun() -> None:
    busy, later = (problem(code, status, **{"Retry-After": "2"}) for code, status in REFUSED)
    server = Server([busy])
    with pytest.raises(codes.Overloaded):
        await server.client().issue_guest_pass("7F3K-2QVM-X9TA")
    server = Server([later, JSONResponse(GUEST | {"guest_pass": "p"})])
    assert (await server.client().issue_guest_pass("7F3K-2QVM-X9TA")).guest_pass == "p"


async def test_who_is_told_to_come_back_after_the_end_of_all_patience_is_refused_at_once() -> None:
    server = Server([problem("overloaded", 503, **{"Retry-After": "3600"})])
    with pytest.raises(codes.Overloaded) as refused:
        await server.client().read_guest("7F3K-2QVM-X9TA")
    assert (refused.value.retry_after, server.waited) == (3600, [])


async def test_each_code_has_a_class_and_a_newer_one_is_a_refusal_all_the_same() -> None:
    server = Server([problem("site_unknown", 404), problem("of_tomorrow", 409), Response("<html>", 502)])
    client = server.client()
    with pytest.raises(codes.SiteUnknown):
        await client.read_site("nowhere/../else")
    with pytest.raises(Refusal) as newer:
        await client.read_site("north")
    assert newer.value.problem.code == "of_tomorrow"
    with pytest.raises(Unreadable):
        await client.read_site("north")
    assert server.asked[0].scope["raw_path"] == b"/v1/sites/nowhere%2F..%2Felse"


async def test_the_token_of_the_moment_and_the_language_go_along() -> None:
    tokens = iter(("first", "second"))
    server = Server([JSONResponse(GUEST), JSONResponse(GUEST)])
    client = server.client(lambda: next(tokens))
    await client.read_guest("7F3K-2QVM-X9TA")
    await client.read_guest("7F3K-2QVM-X9TA")
    assert server.heard("Authorization") == ["Bearer first", "Bearer second"]
    assert server.heard("Accept-Language") == ["de", "de"]


async def test_an_answer_has_its_version_and_words_that_are_not_known_yet() -> None:
    server = Server([JSONResponse(VEHICLE | {"colour": "red"}, 201, {"ETag": '"7"'})])
    made = await server.client().create_vehicle(VehicleIn(plugs=["CHADEMO"]))
    assert (made.etag, made.model_extra) == ('"7"', {"colour": "red"})
    assert VehicleOut.model_validate(VEHICLE).etag is None


async def test_pages_are_fetched_as_they_are_needed() -> None:
    one = {
        "id": 1, "at": NOW.isoformat(), "driver_id": "anna", "template": "t", "parameters": {}, "text": "",
        "fleet_id": None, "reservation": None,
    }  # fmt: skip
    pages = [{"items": [one, one], "next_cursor": "two"}, {"items": [one | {"id": 2}], "next_cursor": None}]
    server = Server([JSONResponse(page) for page in pages])
    notices = each(server.client().list_notices, limit=2)
    assert isinstance(await anext(notices), NoticeOut)
    assert len(server.asked) == 1
    assert [one.id async for one in notices] == [1, 2]
    assert [request.query_params.get("cursor") for request in server.asked] == [None, "two"]


@dataclass
class Losing(httpx.AsyncByteStream):
    """A connection that says what it has, then nothing for so many seconds, and is lost."""

    server: "Unsteady"
    said: bytes
    quiet: float

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.said
        self.server.now += self.quiet
        raise httpx.ReadError("lost")


@dataclass
class Unsteady(httpx.AsyncBaseTransport):
    """Each connection is lost before an answer, unless it is one of these; `now` passes by waiting alone."""

    streams: Sequence[tuple[bytes, float] | None] = ()
    now: float = 0
    asked: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        told = self.streams[len(self.asked) - 1] if len(self.asked) <= len(self.streams) else None
        if told is None:
            raise httpx.ConnectError("away")
        return httpx.Response(200, stream=Losing(self, *told))

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def client(self) -> Slotkeeper:
        http = httpx.AsyncClient(transport=self, base_url="http://there")
        return Slotkeeper(http, "t", sleep=self.sleep, clock=lambda: self.now)


async def test_a_stream_that_said_nothing_for_long_is_lost_with_all_patience_left() -> None:
    """Its patience is for the loss: it ends so long after that, and a short one is none."""
    there = b'{"site_id":"north","duration_seconds":900,"next_from":null,"pools":[],"connectors":[]}'
    server = Unsteady([(b"id: a\ndata: " + there + b"\n\n", 3600), None, None, (b": lives\n\n", 3600)])
    events = server.client().follow_availability("north")
    assert (await anext(events)).id == "a"
    with pytest.raises(httpx.ConnectError):
        await anext(events)
    assert [request.headers.get("Last-Event-ID") for request in server.asked[:4]] == [None, "a", "a", "a"]
    assert 2 * 3600 + 20 < server.now < 2 * 3600 + 35


@pytest.mark.parametrize("condition", [{"if_match": '"7"'}, {"if_none_match": "*"}])
async def test_an_edit_of_what_was_seen_is_not_made_again_without_an_answer(
    condition: dict[str, str],
) -> None:
    """It may have been made: the next try would be told that somebody else has changed it."""
    server, group = Unsteady(), DriverGroupIn(name="Night shift")
    with pytest.raises(httpx.ConnectError):
        await server.client().put_driver_group("night", group, **condition)
    assert len(server.asked) == 1
    with pytest.raises(httpx.ConnectError):
        await server.client().put_driver_group("night", group)
    assert len(server.asked) > 2


async def test_an_edit_with_a_key_meets_its_own_answer_and_is_made_again() -> None:
    server = Unsteady()
    with pytest.raises(httpx.ConnectError):
        await server.client().write_policy("north", WritePolicyIn(reason="x", rules={}), if_match='"7"')
    assert len(server.asked) > 2


async def lines(text: str) -> AsyncIterator[str]:
    for line in text.split("\n"):
        yield line


async def test_events_are_read_as_the_standard_says() -> None:
    text = ": lives\nretry: 2000\n\nid: a\ndata: {\ndata:}\n\n: lives\n\nevent: x\nid: b\ndata: 1\n\ndata: cut off"
    assert [event async for event in events_in(lines(text))] == [Event("a", "{\n}"), Event("b", "1")]
