"""Parts of pages that change while one looks: over real sockets, from what Postgres tells."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import Range

from api.desk.live import Live, Pace
from api.web.visitor import SESSION, STRANGER
from db.changes import ANY, Kind, Subject, hear, tell_change, watch
from db.tables import ChargingSession, Hold, Site, WatchedReservation
from domain.place.slots import Slot
from tests.api.conftest import LIMITS, open_stage
from tests.api.served import serving
from tests.api.stage import NOW, Stage
from tests.api.v1.test_sessions import began
from tests.api.v1.test_sites import hold
from tests.api.web.visits import ANA, BEN, OLGA

_PATIENCE_S = 30
"""Less than until a view is looked at again by itself."""
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def nobody_there(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(delete(ChargingSession))
        await session.execute(delete(Hold))


@asynccontextmanager
async def following(
    address: str, path: str, cookies: dict[str, str] | None = None
) -> AsyncIterator[AsyncIterator[str]]:
    async with (
        httpx.AsyncClient(base_url=address, timeout=20, cookies=cookies) as http,
        http.stream("GET", path, headers={"Accept-Language": "en"}) as response,
    ):
        assert response.status_code == 200, await response.aread()
        yield parts(response)


async def parts(response: httpx.Response) -> AsyncIterator[str]:
    said: list[str] = []
    async for line in response.aiter_lines():
        if line.startswith("data:"):
            said.append(line.removeprefix("data:"))
        elif not line and said:
            yield "\n".join(said)
            said = []


async def soon(told: AsyncIterator[str]) -> str:
    async with asyncio.timeout(_PATIENCE_S):
        return await anext(told)


async def cookies_of(stage: Stage, claims: dict[str, Any]) -> dict[str, str]:
    begun = await stage.app.state.services.desk.web_sessions.begin(claims)
    return {SESSION: begun.secret}


async def set_hold(stage: Stage, **values: Any) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(update(Hold).values(**values))


async def set_zone(stage: Stage, site_id: str, zone: str) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(update(Site).where(Site.id == site_id).values(zone=zone))


async def test_who_looks_at_a_reservation_hears_of_it_wherever_it_is_moved(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True, site_zone="Europe/Berlin", site_address="North Street 1")
    south = {"site_id": "south", "site_name": "Site south", "site_zone": "America/New_York"}
    async with (
        serving(stage.app) as address,
        following(address, f"/r/{code}/live", await cookies_of(stage, ANA)) as told,
    ):
        first = await soon(told)
        assert "<h1>Site north</h1>" in first
        assert "North Street 1" in first
        assert "14:00" in first
        await stage.publish(code, closed=True, **south, site_address="South Street 2")
        moved = await soon(told)
        assert "<h1>Site south</h1>" in moved
        assert "South Street 2" in moved
        assert "14:00" not in moved, "on the clock of the site that it is at"
        await stage.publish(code, closed=True, **south, site_address="South Street 2, behind the house")
        assert "behind the house" in await soon(told), "and of what happens to it there"


@asynccontextmanager
async def often_a_sign_of_life(stage: Stage) -> AsyncIterator[None]:
    services = stage.app.state.services
    live = Live(stage.sessions, Pace(sign_of_life=timedelta(milliseconds=50)))
    stage.app.state.services = replace(services, desk=replace(services.desk, live=live))
    try:
        yield
    finally:
        live.close()
        stage.app.state.services = services


async def test_who_is_signed_out_elsewhere_is_told_nothing_more(stage: Stage) -> None:
    """A phone that was lost: signing out everywhere ends what is open there, too."""
    code, cookies = await stage.booked(), await cookies_of(stage, ANA)
    async with (
        often_a_sign_of_life(stage),
        serving(stage.app) as address,
        following(address, f"/r/{code}/live", cookies) as told,
    ):
        assert code in await soon(told)
        await stage.app.state.services.desk.web_sessions.end(cookies[SESSION])
        with pytest.raises(StopAsyncIteration):
            await soon(told)


async def test_who_looks_on_while_the_database_is_away_is_not_sent_away(stage: Stage) -> None:
    code, cookies = await stage.booked(), await cookies_of(stage, ANA)
    async with (
        often_a_sign_of_life(stage),
        serving(stage.app) as address,
        httpx.AsyncClient(base_url=address, timeout=20, cookies=cookies) as http,
        http.stream("GET", f"/r/{code}/live") as response,
    ):
        lines = response.aiter_lines()
        await signs_of_life(lines, 1)
        async with stage.sessions.begin() as session:
            await session.execute(text("ALTER TABLE web_sessions RENAME TO web_sessions_away"))
        try:
            await signs_of_life(lines, 3)
        finally:
            async with stage.sessions.begin() as session:
                await session.execute(text("ALTER TABLE web_sessions_away RENAME TO web_sessions"))
        await signs_of_life(lines, 1)


async def signs_of_life(lines: AsyncIterator[str], many: int) -> None:
    """Empty comments."""
    async with asyncio.timeout(_PATIENCE_S):
        while many:
            many -= (await anext(lines)).rstrip() == ":"


async def test_a_publication_is_told_to_who_looks_at_that_reservation_and_to_nobody_else(
    stage: Stage,
) -> None:
    code, new, other = [await stage.booked(start=at, end=till) for at, till in slots(3)]
    await stage.publish(code)
    await stage.publish(other)
    for seen in (Subject(Kind.SITE, "north"), *(Subject(Kind.RESERVATION, one) for one in (code, new))):
        await watch(stage.sessions, seen)
    async with asyncio.timeout(_PATIENCE_S), aclosing(hear(stage.sessions, *Kind)) as told:
        assert [await anext(told) for _ in Kind] == [Subject(kind, ANY) for kind in Kind]
        for one in (other, code, new):
            await stage.publish(one, state="LOCKED")
        await stage.publish(code, state="LOCKED")  # once more, as it is
        async with stage.sessions.begin() as session:
            await tell_change(session, end := Subject(Kind.SITE, "end"))
        assert [await anext(told) for _ in range(3)] == [
            Subject(Kind.RESERVATION, code),
            Subject(Kind.RESERVATION, new),
            end,
        ]


async def test_what_nobody_looks_at_any_more_is_forgotten_as_others_are_looked_at(stage: Stage) -> None:
    code, other = [await stage.booked(start=at, end=till) for at, till in slots(2)]
    await watch(stage.sessions, Subject(Kind.RESERVATION, code))
    async with stage.sessions.begin() as session:
        await session.execute(update(WatchedReservation).values(until=NOW - HOUR))
    await watch(stage.sessions, Subject(Kind.RESERVATION, other))
    async with stage.sessions() as session:
        assert list(await session.scalars(select(WatchedReservation.code))) == [other]


async def test_who_looks_at_a_bay_hears_when_its_reservation_is_at_another_time_and_when_it_stays(
    stage: Stage,
) -> None:
    await hold(stage, Slot(NOW + HOUR, NOW + 2 * HOUR))
    async with serving(stage.app) as address, following(address, "/b/NORTH-1/1/live") as told:
        first = await soon(told)
        assert "may still be given another bay" in first
        later = NOW + 3 * HOUR
        await set_hold(
            stage, during=Range(later, later + HOUR, bounds="[)"), slot_start=later, slot_end=later + HOUR
        )
        moved = await soon(told)
        assert moved != first
        await set_hold(stage, slot_start=later + HOUR / 2)
        assert await soon(told) != moved, "within the time that is kept for it"
        await set_hold(stage, locked_at=NOW)
        assert "may still be given another bay" not in await soon(told)


async def test_each_thing_that_is_shown_of_a_hold_or_a_session_is_told_as_a_change_of_its_site(
    stage: Stage,
) -> None:
    north, later = Subject(Kind.SITE, "north"), NOW + HOUR * 1.5
    await watch(stage.sessions, north)
    await hold(stage, Slot(NOW + HOUR, NOW + 2 * HOUR))
    await began(stage)
    changes = (
        *(update(Hold).values(**{column: later}) for column in ("opens_at", "slot_start")),
        update(Hold).values(slot_end=later + HOUR),
        update(Hold).values(locked_at=NOW),
        update(Hold).values(plug="CHADEMO"),
        update(Hold).values(needs={"trailer": True}),
        update(Hold).values(among=[1]),
        update(ChargingSession).values(reservation_code="HELD"),
        update(ChargingSession).values(started_at=NOW),
    )
    async with asyncio.timeout(_PATIENCE_S), aclosing(hear(stage.sessions, Kind.SITE)) as told:
        assert await anext(told) == Subject(Kind.SITE, ANY)
        for n, change in enumerate(changes):
            async with stage.sessions.begin() as session:
                await session.execute(change)
            async with stage.sessions.begin() as session:
                await session.execute(change)  # once more, as it is
                await tell_change(session, end := Subject(Kind.SITE, str(n)))
            assert [await anext(told) for _ in range(2)] == [north, end], change


async def test_what_is_looked_at_again_is_seen_at_that_time(stage: Stage) -> None:
    now = NOW
    async with (
        open_stage(stage.sessions, stage.temporal, stage.issuer, LIMITS, clock=lambda: now) as later,
        serving(later.app) as address,
        following(address, "/s/north/live") as told,
    ):
        past = (NOW + HOUR).isoformat()
        assert past in await soon(told)
        now = NOW + 2 * HOUR
        await hold(stage, Slot(NOW + 4 * HOUR, NOW + 5 * HOUR))
        assert past not in await soon(told)


async def test_the_clock_of_a_site_is_read_as_it_is_by_then(stage: Stage) -> None:
    async with serving(stage.app) as address, following(address, "/s/north/live") as told:
        before = clocks_in(await soon(told))
        try:
            await set_zone(stage, "north", "Europe/London")
            after = clocks_in(await soon(told))
        finally:
            await set_zone(stage, "north", "Europe/Berlin")
    assert before.keys() & after.keys()
    assert all(before[at] != after[at] for at in before.keys() & after.keys())


async def test_a_stream_ends_with_the_session(stage: Stage) -> None:
    code, now = await stage.booked(), NOW
    async with (
        open_stage(stage.sessions, stage.temporal, stage.issuer, LIMITS, clock=lambda: now) as later,
        serving(later.app) as address,
    ):
        await stage.publish(code, closed=True)
        begun = await later.app.state.services.desk.web_sessions.begin(ANA)
        cookies, path = {SESSION: begun.secret}, f"/r/{code}/live"
        now = begun.ends_at - timedelta(seconds=1)
        async with asyncio.timeout(_PATIENCE_S), following(address, path, cookies) as told:
            assert [code in part async for part in told] == [True]
        now = begun.ends_at
        async with httpx.AsyncClient(base_url=address, cookies=cookies) as http:
            answer = await http.get(path, headers={"Accept": "text/html, text/event-stream"})
        assert answer.status_code == 403


async def test_one_person_is_shown_by_each_session_what_that_one_may_see(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code, closed=True, possible=("cancel",))
    at_work = await cookies_of(stage, {**OLGA, "sub": ANA["sub"]})
    async with (
        serving(stage.app) as address,
        following(address, f"/r/{code}/live", await cookies_of(stage, ANA)) as mine,
        following(address, f"/r/{code}/live", at_work) as theirs,
    ):
        assert f"/r/{code}/cancel" in await soon(mine)
        assert f"/r/{code}/cancel" not in await soon(theirs)


async def test_strangers_who_come_from_one_address_are_told_apart_by_their_browsers(stage: Stage) -> None:
    path, most = "/b/NORTH-1/1/live", Pace().most_of_one
    async with serving(stage.app) as address, AsyncExitStack() as open_:
        mine, theirs = {STRANGER: "one"}, {STRANGER: "other"}
        told = [await open_.enter_async_context(following(address, path, mine)) for _ in range(most)]
        assert all([await soon(one) for one in told])
        async with httpx.AsyncClient(base_url=address, cookies=mine) as http:
            assert (await http.get(path)).status_code == 429
            assert (await http.get(path.removesuffix("/live"))).status_code == 200
        other = await open_.enter_async_context(following(address, path, theirs))
        assert await soon(other)


def clocks_in(part: str) -> dict[datetime, str]:
    """What is written of each time."""
    found = re.findall('<time datetime="([^"]+)">([^<]+)</time>', part)
    return {datetime.fromisoformat(at): written for at, written in found}


def slots(many: int) -> Sequence[tuple[str, str]]:
    """One after the other, on a day of their own."""
    first = datetime.fromisoformat("2026-11-28T08:00:00+01:00")
    return [((first + n * HOUR).isoformat(), (first + (n + 1) * HOUR).isoformat()) for n in range(many)]


async def test_drivers_who_may_use_the_same_look_at_a_site_once_and_others_for_themselves(
    stage: Stage,
) -> None:
    member = "/v1/operations/driver-groups/lookers/members/driver-3"
    made = await stage.http.put(
        "/v1/operations/driver-groups/lookers", json={"name": "Lookers"}, headers=stage.operators()
    )
    assert made.status_code == 200, made.text
    assert (await stage.http.put(member, json={}, headers=stage.operators())).status_code == 200
    cleo = {"sub": "driver-3", "scope": "driver"}
    async with (
        open_stage(stage.sessions, stage.temporal, stage.issuer, LIMITS) as fresh,
        serving(fresh.app) as address,
        AsyncExitStack() as looking,
    ):
        for views, claims in ((1, ANA), (1, BEN), (2, cleo)):
            cookies = await cookies_of(fresh, claims)
            await soon(await looking.enter_async_context(following(address, "/s/north/live", cookies)))
            assert fresh.app.state.services.desk.live.views == views
    await stage.http.delete(member, headers=stage.operators())
