"""Browsers, texts and calls by the API: added, used from then on, and of whoever sits there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from activities.telling.gatherer import Gatherer
from db.notifications import record_notice
from db.tables import ContactPoint, InboxEvent, OutboxDelivery
from domain.causes import Cause
from domain.facts.notices import Rerouted
from domain.telling.channels import Channel
from domain.telling.confirming import KEPT_FOR_OWNERS, MOST_SENT_TO
from tests.api.stage import NOW, Stage, assert_problem
from tests.api.telling import PUSH_KEY, everything_offered
from tests.telling.browsers import Browser

POINTS, WISHES, CHANNELS = "/v1/contact-points", "/v1/telling-preferences", "/v1/telling-channels"


@pytest.fixture
async def offering(stage: Stage) -> AsyncIterator[Stage]:
    async with everything_offered(stage) as with_all:
        yield with_all


def body_of(browser: Browser) -> dict[str, Any]:
    said = browser.wanted()
    keys = {"p256dh": said.push_key, "auth": said.push_secret}
    return {"channel": "push", "address": said.address, "keys": keys}


async def add(stage: Stage, who: dict[str, str], body: dict[str, Any]) -> httpx.Response:
    return await stage.http.post(POINTS, json=body, headers=who)


async def wishes(stage: Stage, who: dict[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = (await stage.http.get(WISHES, headers=who)).json()["channels"]
    return found


async def test_what_there_is_is_told_and_what_goes_there(stage: Stage, offering: Stage) -> None:
    who = stage.driver("channels-1")
    (only,) = (await stage.http.get(CHANNELS, headers=who)).json()["items"]
    assert (only["channel"], only["application_server_key"]) == ("mail", None)
    found = (await offering.http.get(CHANNELS, headers=who)).json()["items"]
    by_channel = {one["channel"]: one for one in found}
    assert set(by_channel) == {"mail", "push", "sms", "voice"}
    assert by_channel["push"]["application_server_key"] == PUSH_KEY
    assert by_channel["voice"]["carries"] == ["now"]


async def test_a_browser_counts_at_once_and_is_used_from_then_on(offering: Stage) -> None:
    who, browser = offering.driver("channels-2"), Browser("https://push.example.com/2")
    added = await add(offering, who, body_of(browser))
    assert added.status_code == 200, added.text
    assert added.json()["confirmed_at"] is not None
    assert await wishes(offering, who) == {
        "now": ["mail", "push"],
        "soon": ["mail", "push"],
        "record": ["mail"],
    }
    assert (await add(offering, who, body_of(browser))).json() == added.json()
    async with offering.sessions.begin() as session:
        notice = Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT)
        await record_notice(
            session,
            notice,
            key="channels-2",
            driver_id="channels-2",
            reservation_code="7F3K-2QVM-X9TA",
            at=NOW,
        )
    await Gatherer(offering.sessions, frozenset(Channel)).gather_all(NOW)
    async with offering.sessions() as session:
        told = select(OutboxDelivery.target).where(OutboxDelivery.key == str(added.json()["id"]))
        assert list(await session.scalars(told)) == ["push"]
    operators = offering.operators()
    sent = await offering.http.get(
        "/v1/operations/messages", params={"channel": "push", "driver_id": "channels-2"}, headers=operators
    )
    assert [one["address"] for one in sent.json()["items"]] == ["https://push.example.com"]


async def test_a_browser_tells_whom_it_was_turned_on_by_last(offering: Stage) -> None:
    ana, ben = offering.driver("channels-3"), offering.driver("channels-4")
    browser = Browser("https://push.example.com/3")
    await add(offering, ana, body_of(browser))
    stolen = Browser(browser.endpoint)
    await add(offering, ben, body_of(stolen))
    assert len((await offering.http.get(POINTS, headers=ana)).json()["items"]) == 1
    await add(offering, ben, body_of(browser))
    assert (await offering.http.get(POINTS, headers=ana)).json()["items"] == []
    assert len((await offering.http.get(POINTS, headers=ben)).json()["items"]) == 1


async def test_a_browser_tells_one_alone_however_many_turn_it_on_at_once(offering: Stage) -> None:
    who = [offering.driver(f"channels-at-once-{number}") for number in range(6)]
    body = body_of(Browser("https://push.example.com/at-once"))
    answers = await asyncio.gather(*(add(offering, one, body) for one in who))
    assert {answer.status_code for answer in answers} == {200}
    found = [(await offering.http.get(POINTS, headers=one)).json()["items"] for one in who]
    assert sum(map(len, found)) == 1


async def test_what_is_removed_leaves_no_keys(offering: Stage) -> None:
    who = offering.driver("channels-5")
    number = (await add(offering, who, body_of(Browser("https://push.example.com/5")))).json()["id"]
    assert (await offering.http.delete(f"{POINTS}/{number}", headers=who)).status_code == 204
    async with offering.sessions() as session:
        row = await session.get_one(ContactPoint, number)
    assert (row.address, row.push_key, row.push_secret) == ("", "", "")


async def test_who_is_erased_leaves_no_keys(offering: Stage) -> None:
    who = offering.driver("channels-erased")
    number = (await add(offering, who, body_of(Browser("https://push.example.com/erased")))).json()["id"]
    assert (await offering.http.post("/v1/personal-data/erasure", headers=who)).status_code == 200
    async with offering.sessions() as session:
        row = await session.get_one(ContactPoint, number)
    assert (row.address, row.push_key, row.push_secret) == ("", "", "")


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"address": "https://127.0.0.1/x"}, "contact_point_invalid"),
        ({"address": "http://push.example.com/x"}, "contact_point_invalid"),
        ({"keys": {"p256dh": "A" * 87, "auth": "A" * 22}}, "contact_point_invalid"),
        ({"keys": {"p256dh": "<script>" * 5, "auth": "A" * 22}}, "invalid_request"),
        ({"keys": None}, "invalid_request"),
        ({"channel": "mail"}, "invalid_request"),
    ],
)
async def test_what_is_no_browser_is_refused(offering: Stage, over: dict[str, Any], code: str) -> None:
    said = body_of(Browser("https://push.example.com/6")) | over
    assert_problem(await add(offering, offering.driver("channels-6"), said), 422, code)


@pytest.mark.parametrize("channel", ["sms", "voice"])
async def test_a_number_is_confirmed_by_the_channel_that_it_is_for(offering: Stage, channel: str) -> None:
    who = offering.driver(f"channels-7-{channel}")
    added = (await add(offering, who, {"channel": channel, "address": "0049 (30) 12 34-56"})).json()
    assert (added["address"], added["confirmed_at"]) == ("+49 30 123456".replace(" ", ""), None)
    assert (await wishes(offering, who))["now"] == sorted(["mail", channel])
    async with offering.sessions() as session:
        asked = (
            select(InboxEvent.kind, OutboxDelivery.target)
            .join(OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id)
            .where(InboxEvent.source == "telling", InboxEvent.subject == str(added["id"]))
        )
        assert (await session.execute(asked)).one() == ("code", channel)


async def test_what_was_chosen_before_stays_so_when_another_number_is_added(offering: Stage) -> None:
    who = offering.driver("channels-8")
    chosen = {"now": ["mail"], "soon": ["sms"], "record": []}
    await offering.http.put(WISHES, json={"channels": chosen}, headers=who)
    await add(offering, who, {"channel": "sms", "address": "+4930123457"})
    assert await wishes(offering, who) == chosen


async def test_nobody_is_called_for_what_can_wait(offering: Stage) -> None:
    who = offering.driver("channels-9")
    answer = await offering.http.put(WISHES, json={"channels": {"soon": ["voice"]}}, headers=who)
    assert_problem(answer, 422, "invalid_request")


async def test_no_number_is_called_on_by_many_who_ask_for_codes(offering: Stage) -> None:
    body = {"channel": "voice", "address": "+4930999999"}
    for number in range(MOST_SENT_TO - KEPT_FOR_OWNERS):
        assert (await add(offering, offering.driver(f"channels-{number}-x"), body)).status_code == 200
    assert_problem(await add(offering, offering.driver("channels-x-x"), body), 429, "too_many_attempts")


async def test_no_number_is_called_on_by_many_who_ask_at_once(offering: Stage) -> None:
    body, who = {"channel": "voice", "address": "+4930999998"}, range(MOST_SENT_TO + 3)
    asked = (add(offering, offering.driver(f"channels-{number}-y"), body) for number in who)
    answers = await asyncio.gather(*asked)
    assert [answer.status_code for answer in answers].count(200) == MOST_SENT_TO - KEPT_FOR_OWNERS
