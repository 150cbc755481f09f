"""Links by mail: who reads the mail signs in once, by a press; who only asks learns nothing of anybody."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select, update

from api.desk.refusals import Overloaded
from api.desk.sign_in_links import Asker, SignInLinks
from api.services import Services
from api.web.face import Face
from api.web.visitor import SESSION
from db.queries.sign_in_links import digest_of, one_at_a_time
from db.tables import ContactPoint, InboxEvent, OutboxDelivery, SignInLink
from domain.signing_in.links import (
    KEPT_A_DAY,
    KEPT_AN_HOUR,
    LINK_LASTS,
    MOST_A_DAY,
    MOST_AN_HOUR,
    MOST_BY_ONE_AN_HOUR,
    MOST_IN_ALL,
)
from domain.telling.channels import Channel
from domain.telling.confirming import address_digest
from tests.api.stage import NOW, Stage
from tests.api.web.visits import BEN, Browser, opened, signed_in

LINK = "/sign-in/link"
SECRET = "s" * 43
_DRIVERS = re.compile(r'name="driver" value="([^"]+)"')


@dataclass(kw_only=True)
class Post:
    stage: Stage
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.links = SignInLinks(self.stage.sessions, lambda: self.now)

    async def point(self, address: str, **over: Any) -> int:
        values = {"driver_id": "driver-1", "fleet_id": None, "confirmed_at": NOW} | over
        removed = values.get("removed_at") is not None
        row = ContactPoint(
            channel=Channel.MAIL.value,
            address="" if removed else address,
            address_digest=address_digest(Channel.MAIL, address),
            added_at=NOW,
            **values,
        )
        async with self.stage.sessions.begin() as session:
            session.add(row)
            await session.flush()
            return row.id

    async def ask(self, browser: Browser, address: str, back: str = "/me") -> httpx.Response:
        page = await browser.get(f"/sign-in?back={back}")
        answer = await browser.send(page, LINK, address=address, back=back)
        await self.links.settle()
        return answer

    async def asked(self) -> int:
        async with self.stage.sessions() as session:
            return len((await session.scalars(select(SignInLink.id))).all())

    async def recipients(self) -> list[int]:
        """Contact points that a link was to be sent to."""
        async with self.stage.sessions() as session:
            found = select(OutboxDelivery.key).join(InboxEvent, InboxEvent.id == OutboxDelivery.inbox_id)
            keys = await session.scalars(found.where(InboxEvent.kind == "link").order_by(OutboxDelivery.id))
            return [int(key) for key in keys]

    async def sent(self, address: str, secret: str = SECRET, **over: Any) -> str:
        """As the worker sends it."""
        digest = address_digest(Channel.MAIL, address)
        values = {"asked_at": NOW, "back_to": "/sites", "until": self.now + LINK_LASTS} | over
        async with self.stage.sessions.begin() as session:
            session.add(SignInLink(address_digest=digest, digest=digest_of(secret), **values))
        return f"{LINK}?token={secret}"


@pytest.fixture
async def post(stage: Stage) -> AsyncIterator[Post]:
    """Pages whose workers have a mail server, and nobody's address yet."""
    services, face = stage.app.state.services, stage.app.state.face
    assert isinstance(services, Services)
    assert isinstance(face, Face)
    async with stage.sessions.begin() as session:
        for table in (OutboxDelivery, InboxEvent, SignInLink, ContactPoint):
            await session.execute(delete(table))
    post = Post(stage=stage)
    stage.app.state.services = replace(services, desk=replace(services.desk, sign_in_links=post.links))
    stage.app.state.face = replace(face, mails=True)
    yield post
    stage.app.state.services, stage.app.state.face = services, face


@pytest.fixture
async def stranger(stage: Stage) -> AsyncIterator[Browser]:
    browser = opened(stage)
    async with browser.http:
        yield browser


async def test_a_link_goes_to_an_address_that_a_driver_has_confirmed_however_it_is_written(
    post: Post, stranger: Browser
) -> None:
    point = await post.point("ana@example.org")
    answer = await post.ask(stranger, "Ana@Example.ORG")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LINK}/sent")
    assert await post.recipients() == [point]
    assert "on its way" in (await stranger.get(answer.headers["location"])).text


@pytest.mark.parametrize(
    "whose",
    [
        None,
        {"confirmed_at": None},
        {"bounced_at": NOW},
        {"removed_at": NOW},
        {"driver_id": None, "fleet_id": "fleet-1"},
    ],
)
async def test_who_asks_for_an_address_that_is_no_driver_s_is_answered_alike_and_nothing_is_kept(
    post: Post, stranger: Browser, whose: dict[str, Any] | None
) -> None:
    await post.point("known@example.org")
    if whose is not None:
        await post.point("other@example.org", **whose)
    known = await post.ask(stranger, "known@example.org")
    before = await post.stage.row_counts()
    other = await post.ask(stranger, "other@example.org")
    assert await post.stage.row_counts() == before
    assert (other.status_code, other.headers["location"]) == (known.status_code, known.headers["location"])
    assert other.content == known.content
    assert {*other.headers} == {*known.headers}


async def test_nobody_waits_for_what_is_done_about_an_address(post: Post, stranger: Browser) -> None:
    """Who asks cannot tell by the time it takes: they are answered before anybody has looked."""
    await post.point("ana@example.org")
    page = await stranger.get("/sign-in")
    async with post.stage.sessions.begin() as session:
        await one_at_a_time(session)
        answer = await stranger.send(page, LINK, address="ana@example.org")
        assert answer.status_code == 303
        assert await post.asked() == 0
    await post.links.settle()
    assert await post.asked() == 1


async def test_what_is_no_address_is_refused_whoever_has_it(post: Post, stranger: Browser) -> None:
    assert (await post.ask(stranger, "ana")).status_code == 422
    assert (await post.ask(stranger, "ana@example.org\r\nBcc: ben@example.org")).status_code == 422
    assert await post.asked() == 0


async def flood(post: Post, address: str) -> None:
    """By strangers in many networks, several times each, and all at once."""
    for number in range(8 * MOST_A_DAY):
        post.links.ask(address, "/", Asker(network=f"network-{number % MOST_A_DAY}"))
    await post.links.settle()


async def test_one_address_is_sent_so_many_in_an_hour_and_in_a_day_however_fast_they_are_asked_for(
    post: Post, stranger: Browser
) -> None:
    await post.point("ana@example.org")
    await post.point("ben@example.org", driver_id="driver-2")
    await flood(post, "ana@example.org")
    assert await post.asked() == MOST_AN_HOUR - KEPT_AN_HOUR
    post.now = NOW + timedelta(hours=1)
    await flood(post, "ana@example.org")
    assert await post.asked() == MOST_A_DAY - KEPT_A_DAY
    post.now = NOW + timedelta(hours=3)
    assert (await post.ask(stranger, "ana@example.org")).status_code == 303
    assert await post.asked() == MOST_A_DAY - KEPT_A_DAY
    await post.ask(stranger, "ben@example.org")
    assert await post.asked() == MOST_A_DAY - KEPT_A_DAY + 1
    post.now = NOW + timedelta(days=1, hours=1)
    await post.ask(stranger, "ana@example.org")
    assert await post.asked() == 2  # his, and hers of now: those of yesterday are forgotten


async def test_whoever_asks_for_somebody_s_links_all_day_keeps_them_from_none(
    post: Post, stranger: Browser
) -> None:
    """Neither in a browser that was signed in by the address before, nor in another network, as long as one asks."""
    await post.point("ana@example.org")
    page = await stranger.get(await post.sent("ana@example.org"))
    assert (await stranger.send(page, f"{LINK}/use")).status_code == 303
    await stranger.send(await stranger.get("/me"), "/sign-out")
    for _ in range(20):
        post.links.ask("ana@example.org", "/", Asker(network="mallory's"))
    await post.links.settle()
    assert await post.asked() == 1 + MOST_BY_ONE_AN_HOUR
    await post.ask(stranger, "ana@example.org")
    assert await post.asked() == 1 + MOST_BY_ONE_AN_HOUR + 1
    post.now = NOW + timedelta(hours=1)
    await flood(post, "ana@example.org")
    post.now = NOW + timedelta(hours=2)
    await flood(post, "ana@example.org")
    spent = await post.asked()
    new = opened(post.stage)
    async with new.http:
        await post.ask(new, "ana@example.org")
    assert await post.asked() == spent
    for _ in range(KEPT_A_DAY):
        await post.ask(stranger, "ana@example.org")
    assert await post.asked() == MOST_A_DAY


async def test_nobody_makes_the_mark_of_a_known_browser_up(post: Post) -> None:
    await post.point("ana@example.org")
    await post.point("ben@example.org", driver_id="driver-2")
    bens = await post.links.mark_of("ben@example.org")
    for mark in (bens, "", "0" * 64, "ü"):
        for _ in range(MOST_AN_HOUR):
            post.links.ask("ana@example.org", "/", Asker(network="one", mark=mark))
    await post.links.settle()
    assert await post.asked() == MOST_BY_ONE_AN_HOUR
    post.links.ask(
        "ANA@example.org", "/", Asker(network="one", mark=await post.links.mark_of("ana@example.org"))
    )
    await post.links.settle()
    assert await post.asked() == MOST_BY_ONE_AN_HOUR + 1


async def test_no_more_than_so_many_are_sent_to_all_in_an_hour(post: Post, stranger: Browser) -> None:
    await post.point("ana@example.org")
    async with post.stage.sessions.begin() as session:
        for number in range(MOST_IN_ALL):
            session.add(SignInLink(address_digest=f"{number}", asked_at=NOW, back_to="/"))
    assert (await post.ask(stranger, "ana@example.org")).status_code == 303
    assert await post.asked() == MOST_IN_ALL
    post.now = NOW + timedelta(hours=1)
    await post.ask(stranger, "ana@example.org")
    assert await post.asked() == MOST_IN_ALL + 1


async def test_who_floods_us_is_told_so_and_keeps_few_connections(post: Post, stranger: Browser) -> None:
    await post.point("ana@example.org")
    page = await stranger.get("/sign-in")
    async with post.stage.sessions.begin() as session:
        # Somebody reads there: nothing of it is done before they are answered.
        await one_at_a_time(session)
        for _ in range(200):
            post.links.ask("ana@example.org", "/")
        with pytest.raises(Overloaded):
            post.links.ask("ana@example.org", "/")
        answer = await stranger.send(page, LINK, address="other@example.org")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    await post.links.settle()


async def test_a_press_signs_in_as_a_driver_and_where_they_wanted_to_go(
    post: Post, stranger: Browser
) -> None:
    await post.point("ana@example.org")
    page = await stranger.get(await post.sent("ana@example.org"))
    assert "Sign in as driver-1" in page.text
    answer = await stranger.send(page, f"{LINK}/use")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sites")
    claims = await post.stage.app.state.services.desk.web_sessions.claims(stranger.http.cookies[SESSION])
    assert (claims["sub"], claims["scope"]) == ("driver-1", "driver")
    assert "by a link in a mail" in (await stranger.get("/preferences/signing-in")).text


async def test_a_program_that_follows_links_uses_nothing_up(post: Post, stranger: Browser) -> None:
    await post.point("ana@example.org")
    address = await post.sent("ana@example.org")
    for _ in range(3):
        page = await stranger.get(address)
        await stranger.http.head(address)
        assert page.status_code == 200
        assert SESSION not in stranger.http.cookies
    assert (await stranger.get(f"{LINK}/use?token={SECRET}&driver=driver-1")).status_code in (404, 405)
    assert (await stranger.send(page, f"{LINK}/use")).status_code == 303


async def test_a_link_is_good_once_also_when_it_is_pressed_twice_at_once(post: Post) -> None:
    await post.point("ana@example.org")
    address = await post.sent("ana@example.org")
    browsers = [opened(post.stage) for _ in range(5)]
    pages = [await browser.get(address) for browser in browsers]
    answers = await asyncio.gather(
        *(browser.send(page, f"{LINK}/use") for browser, page in zip(browsers, pages, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410, 410]
    assert (await browsers[0].get(address)).status_code == 410
    for browser in browsers:
        await browser.http.aclose()


async def test_a_link_is_over_when_its_time_is_or_its_address_is_gone(post: Post, stranger: Browser) -> None:
    point = await post.point("ana@example.org")
    address = await post.sent("ana@example.org")
    page = await stranger.get(address)
    post.now = NOW + LINK_LASTS
    assert (await stranger.get(address)).status_code == 410
    assert (await stranger.send(page, f"{LINK}/use")).status_code == 410
    post.now = NOW
    async with post.stage.sessions.begin() as session:
        gone = update(ContactPoint).where(ContactPoint.id == point)
        await session.execute(gone.values(removed_at=NOW, address=""))
    assert (await stranger.get(address)).status_code == 410
    assert (await stranger.send(page, f"{LINK}/use")).status_code == 410


@pytest.mark.parametrize("token", ["", "x", "s" * 42, "%00", digest_of(SECRET)])
async def test_what_was_never_sent_is_no_link(post: Post, stranger: Browser, token: str) -> None:
    await post.point("ana@example.org")
    await post.sent("ana@example.org")
    async with post.stage.sessions.begin() as session:  # one that waits to be sent has no secret yet
        digest = address_digest(Channel.MAIL, "ana@example.org")
        session.add(SignInLink(address_digest=digest, asked_at=NOW, back_to="/"))
    assert (await stranger.get(f"{LINK}?token={token}")).status_code == 410


async def test_who_shares_an_address_chooses_and_nobody_else_is_chosen(post: Post, stranger: Browser) -> None:
    await post.point("family@example.org")
    await post.point("family@example.org", driver_id="driver-2")
    await post.point("else@example.org", driver_id="driver-3")
    await post.ask(stranger, "family@example.org")
    assert len(await post.recipients()) == 1
    page = await stranger.get(await post.sent("family@example.org"))
    assert _DRIVERS.findall(page.text) == ["driver-1", "driver-2"]
    assert (await stranger.send(page, f"{LINK}/use", driver="driver-3")).status_code == 410
    assert (await stranger.send(page, f"{LINK}/use", driver="driver-2")).status_code == 303
    assert "driver-2" in (await stranger.get("/me")).text


async def test_nobody_is_sent_on_to_another_host_or_signed_in_by_another_page(
    post: Post, stranger: Browser
) -> None:
    await post.point("ana@example.org")
    await post.ask(stranger, "ana@example.org", "//evil.example")
    async with post.stage.sessions() as session:
        assert (await session.scalars(select(SignInLink.back_to))).all() == ["/"]
    await post.sent("ana@example.org")
    said = {"token": SECRET, "driver": "driver-1"}
    assert (await stranger.post(f"{LINK}/use", said)).status_code == 403
    page = await stranger.get("/sites")
    elsewhere = await stranger.http.post(
        f"{LINK}/use", data=said | {"form_token": "x"}, headers={"Origin": "https://evil.example"}
    )
    assert elsewhere.status_code == 403
    assert (await stranger.post(LINK, {"address": "ana@example.org"})).status_code == 403
    assert (await stranger.send(page, f"{LINK}/use", **said)).status_code == 303


async def test_a_session_begins_anew(post: Post) -> None:
    """No session can be planted: what was known before is good for nothing after."""
    await post.point("ana@example.org")
    ben = await signed_in(post.stage, BEN)
    async with ben.http:
        planted = ben.http.cookies[SESSION]
        page = await ben.get(await post.sent("ana@example.org"))
        assert (await ben.send(page, f"{LINK}/use")).status_code == 303
        assert await post.stage.app.state.services.desk.web_sessions.claims(planted) is None


async def test_without_a_mail_server_nobody_is_offered_one(stage: Stage) -> None:
    someone = opened(stage)
    async with someone.http:
        page = await someone.get("/sites")
        assert (await someone.send(page, LINK, address="ana@example.org")).status_code == 404
        assert (await someone.get("/sign-in")).status_code == 404
