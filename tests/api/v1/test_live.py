"""What can be booked, told as it changes: over real sockets, from what Postgres tells."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, text, update
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.desk.followers import Follower
from api.desk.live import Live, Pace, State
from api.desk.refusals import Overloaded, TooManyStreams
from api.serving import LeavingServer, http_server
from db.changes import Kind, Subject, watch
from db.engine import own_connection
from db.tables import Connector, Hold
from domain.place.slots import Slot
from simulator.stripe_api.server import listen
from tests.api.served import serving
from tests.api.stage import NOW, Stage, assert_problem
from tests.api.v1.test_sites import hold

_CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name = 'slotkeeper-listens' AND datname = current_database()"
)
NORTH, ME = Subject(Kind.SITE, "north"), Follower(id="me")
PATH = "/v1/sites/north/availability/live"
AT = NOW + timedelta(hours=4)
"""Each test looks at an hour of its own: what is shown lingers for a while."""


@dataclass(frozen=True, kw_only=True)
class Event:
    id: str
    name: str
    data: dict[str, Any]

    @property
    def free(self) -> int:
        """In the first window."""
        windows = self.data["pools"][0]["windows"]
        return int(windows[0]["free"]) if windows else 0


@pytest.fixture(autouse=True)
async def nothing_held(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(delete(Hold))
        await session.execute(update(Connector).values(status="available"))


@asynccontextmanager
async def following(
    address: str, who: Mapping[str, str], *, at: datetime = AT, seen: str = "", **over: str
) -> AsyncIterator[AsyncIterator[Event]]:
    headers = {**who, **({"Last-Event-ID": seen} if seen else {})}
    async with (
        httpx.AsyncClient(base_url=address, timeout=20) as client,
        client.stream("GET", PATH, params={**asked(at), **over}, headers=headers) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield events(response)


async def events(response: httpx.Response) -> AsyncIterator[Event]:
    said: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            said[name] = value.strip()
        elif "data" in said:
            yield Event(id=said["id"], name=said["event"], data=json.loads(said["data"]))
            said = {}


def asked(at: datetime) -> dict[str, str]:
    return {"from": at.isoformat(), "to": (at + timedelta(minutes=15)).isoformat(), "duration_minutes": "30"}


async def once(address: str, who: Mapping[str, str], *, at: datetime, seen: str = "") -> list[Event]:
    """What a short call is told."""
    async with following(address, who, at=at, seen=seen, seconds="0") as told:
        return [event async for event in told]


async def test_what_is_booked_or_breaks_is_told_to_who_looks(stage: Stage) -> None:
    async with serving(stage.app) as address, following(address, stage.driver()) as told:
        first = await anext(told)
        assert (first.name, first.free) == ("availability", 2)
        answer = (await stage.http.get(PATH[:-5], params=asked(AT), headers=stage.driver())).json()
        for window in answer["pools"][0]["windows"]:
            window["price"] = None  # many share the stream; what each would pay is for them to ask
        assert {name: answer[name] for name in first.data} == first.data
        await hold(stage, Slot(AT, AT + timedelta(minutes=30)))
        assert (await anext(told)).free == 1
        await stage_connector(stage, "NORTH-3", status="faulted")
        broken = await anext(told)
        assert broken.data["pools"][0]["bookable_connectors"] == 1
        assert {one["charger_id"]: one["status"] for one in broken.data["connectors"]}["NORTH-3"] == "faulted"
        await stage_connector(stage, "NORTH-3", status="available")
        async with stage.sessions.begin() as session:
            await session.execute(update(Hold).values(released_at=NOW))
        while (last := await anext(told)).id != first.id:  # told between the two
            assert last.free == 1


async def test_who_comes_back_is_told_only_what_has_changed_since(stage: Stage) -> None:
    at = AT + timedelta(hours=1)
    async with serving(stage.app) as address:
        (first,) = await once(address, stage.driver(), at=at)
        assert await once(address, stage.driver(), at=at, seen=first.id) == []
        assert await once(address, stage.driver("somebody-else"), at=at, seen=first.id) == []
        await hold(stage, Slot(at, at + timedelta(minutes=30)))
        async with following(address, stage.driver(), at=at, seen=first.id) as told:
            since = await anext(told)
        assert since.free == 1
        (unknown,) = await once(address, stage.driver(), at=at, seen="never-told")
        assert unknown == since


async def test_what_changes_while_nobody_listens_is_told_too(stage: Stage) -> None:
    at = AT + timedelta(hours=2)
    async with serving(stage.app) as address, following(address, stage.driver(), at=at) as told:
        assert (await anext(told)).free == 2
        async with stage.sessions.begin() as session:
            await session.execute(_CUT)
        await hold(stage, Slot(at, at + timedelta(minutes=30)))
        assert (await anext(told)).free == 1


async def test_a_refusal_is_an_answer_and_not_an_event(stage: Stage) -> None:
    for path, status, code in (
        ("/v1/sites/atlantis/availability/live", 404, "site_unknown"),
        (f"{PATH}?pool_id=south-dc", 404, "pool_unknown"),
        (f"{PATH}?seconds=601", 422, "invalid_request"),
        (f"{PATH}?duration_minutes=30&duration_seconds=1800", 422, "slot_invalid"),
    ):
        assert_problem(await stage.http.get(path, headers=stage.driver()), status, code)
    head = await stage.http.head(PATH, headers=stage.driver())
    assert (head.status_code, head.content) == (200, b"")


async def test_a_server_that_stops_ends_its_streams_first(stage: Stage) -> None:
    listener = listen("127.0.0.1", 0)
    live = Live(stage.sessions)

    async def look() -> State:
        return State(id="a", shown="{}")

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        states = await live.follow(NORTH, "", look, by=ME, seen="", lasts=timedelta(minutes=10))
        await StreamingResponse(one.shown async for one in states if one)(scope, receive, send)

    config = http_server(answer, host="127.0.0.1", port=0)
    config.lifespan = "off"
    server = LeavingServer(config, live.close)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=20) as client,
        client.stream("GET", "/") as response,
    ):
        pieces = response.aiter_bytes()
        assert await anext(pieces) == b"{}"
        server.should_exit = True
        assert [piece async for piece in pieces] == []  # a whole answer: one that is cut off raises
    await serving
    await live.aclose()
    listener.close()


async def test_all_who_look_at_the_same_cost_one_look(stage: Stage) -> None:
    looks = 0
    state = State(id="a", shown="{}")

    async def look() -> State:
        nonlocal looks
        looks += 1
        return state

    live = Live(stage.sessions, Pace(most=40, most_of_one=30, between=timedelta(milliseconds=20)))
    lasts = timedelta(seconds=20)
    opened = [
        await live.follow(NORTH, "same", look, by=Follower(id=str(n % 2)), seen="", lasts=lasts)
        for n in range(40)
    ]
    assert [await anext(one) for one in opened] == [state] * 40
    with pytest.raises(Overloaded):
        await live.follow(NORTH, "same", look, by=Follower(id="new"), seen="", lasts=lasts)
    before = looks
    state = State(id="b", shown="{}")
    await hold(stage, Slot(AT, AT + timedelta(minutes=30)))
    assert await asyncio.gather(*(anext(one) for one in opened)) == [state] * 40
    assert looks <= before + 4  # as it began to listen, a moment later, of the change, and one on the way
    await live.aclose()
    for one in opened:
        assert [told async for told in one] == []
    assert live.followers == 0


async def test_strangers_who_look_at_much_keep_nobody_waiting_who_is_signed_in(stage: Stage) -> None:
    """Each of them at another length of a slot; the first look takes as long as the database wants."""
    over = asyncio.Event()

    async def slow() -> State:
        await over.wait()
        return State(id="slow", shown="{}")

    async def look() -> State:
        return State(id="a", shown="{}")

    live, lasts = Live(stage.sessions), timedelta(seconds=20)
    strangers = [Follower(id=f"{n}", is_stranger=True) for n in range(5)]
    waiting = [
        asyncio.create_task(live.follow(NORTH, ("length", one.id), slow, by=one, seen="", lasts=lasts))
        for one in strangers
    ]
    mine = await live.follow(NORTH, "mine", look, by=ME, seen="", lasts=lasts)
    assert await anext(mine) == State(id="a", shown="{}")
    assert not any(one.done() for one in waiting)
    over.set()
    theirs = [await one for one in waiting]
    assert [await anext(one) for one in theirs] == [State(id="slow", shown="{}")] * 5
    await live.aclose()
    for one in (mine, *theirs):
        assert [told async for told in one] == []


async def test_who_comes_to_a_view_as_it_is_dropped_is_sent_away_to_come_again(stage: Stage) -> None:
    async def look() -> State:
        return State(id="a", shown="{}")

    live = Live(stage.sessions, Pace(lingers=timedelta(milliseconds=30), soon=timedelta(milliseconds=1)))
    lasts = timedelta(minutes=5)
    late = await live.follow(NORTH, "same", look, by=ME, seen="a", lasts=lasts)
    for _ in range(500):
        if not live.views:  # nobody has begun to read: it is dropped
            break
        await asyncio.sleep(0.01)
    assert [one async for one in late] == []
    await live.aclose()


async def test_one_caller_has_so_many_streams_and_no_more(stage: Stage) -> None:
    async def look() -> State:
        return State(id="a", shown="{}")

    live = Live(stage.sessions, Pace(most_of_one=1))
    lasts = timedelta(seconds=20)
    mine = await live.follow(NORTH, "same", look, by=ME, seen="", lasts=lasts)
    await anext(mine)
    with pytest.raises(TooManyStreams):
        await live.follow(NORTH, "same", look, by=ME, seen="", lasts=lasts)
    theirs = await live.follow(NORTH, "same", look, by=Follower(id="other"), seen="", lasts=timedelta())
    assert len([one async for one in theirs]) == 1
    await live.aclose()
    assert [one async for one in mine] == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE connectors SET status = 'faulted' WHERE charger_id = 'NORTH-1'",
        "UPDATE chargers SET gateway_instance = 'another' WHERE id = 'NORTH-1'",
        "UPDATE pools SET walk_in_connectors = walk_in_connectors + 1 WHERE site_id = 'north'",
        "UPDATE bays SET accessible = NOT accessible WHERE site_id = 'north'",
        "UPDATE sites SET opening_hours = 'Mo 06:00-07:00' WHERE id = 'north'",
        "UPDATE sites SET plan = '{}' WHERE id = 'north'",
        "INSERT INTO policies (site_id, version, valid_from, document) VALUES ('north', 99, now(), '{}')",
        "INSERT INTO price_rules (site_id, version, valid_from) VALUES (NULL, 99, now())",
        "INSERT INTO access_rules (site_id, version, valid_from) VALUES ('north', 99, now())",
        "INSERT INTO maintenance_windows"
        " (site_id, starts_at, ends_at, reason, on_conflict, planned_at, planned_by, key)"
        " VALUES ('north', now(), 'infinity', '', 'move', now(), 'olga', 'k')",
    ],
)
async def test_whatever_decides_what_is_shown_is_told_when_it_is_committed(stage: Stage, change: str) -> None:
    listener = await own_connection(stage.sessions)
    try:
        await watch(stage.sessions, NORTH)
        await listener.execute("LISTEN site_changed")
        end = "SELECT pg_notify('site_changed', 'end')"
        async with stage.sessions() as session:
            await session.execute(text(change))
            await session.rollback()
        async with stage.sessions.begin() as session:
            await session.execute(text(end))
        assert [told.payload async for told in listener.notifies(timeout=5, stop_after=1)] == ["end"]
        async with stage.sessions.begin() as session:
            await session.execute(text(change))
        told = [one.payload async for one in listener.notifies(timeout=5, stop_after=1)]
        assert told == (["north"] if "NULL" not in change else [""])
        async with stage.sessions.begin() as session:
            await session.execute(text("DELETE FROM watched_sites"))
            await session.execute(text("UPDATE sites SET country = 'DE', plan = NULL"))
            await session.execute(text(end))
        assert [one.payload async for one in listener.notifies(timeout=5, stop_after=1)] == ["end"]
    finally:
        await listener.close()


async def stage_connector(stage: Stage, charger_id: str, *, status: str) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(
            update(Connector).where(Connector.charger_id == charger_id).values(status=status)
        )
