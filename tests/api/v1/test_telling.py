"""Where and how one is told: own addresses, confirmed by who reads them; own wishes; and messages for operators."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from activities.telling.gatherer import Gatherer
from db.notifications import record_notice
from db.queries.messages import keep_code
from db.tables import ContactPoint, InboxEvent, Notification, OutboxDelivery
from domain.causes import Cause
from domain.facts.money_notices import Receipt
from domain.facts.notices import Rerouted
from domain.money.amount import Money
from domain.telling.channels import Channel
from domain.telling.confirming import (
    CODE_LASTS,
    KEPT_FOR_OWNERS,
    MOST_ADDED,
    MOST_SENT_BY_ONE,
    MOST_SENT_TO,
    MOST_TRIES,
)
from domain.terms.invitations import digest_of
from tests.api.stage import NOW, Stage, assert_problem

POINTS, WISHES, SENT = "/v1/contact-points", "/v1/telling-preferences", "/v1/operations/messages"
CODE = "ABCD-EFGH"


async def add(stage: Stage, who: dict[str, str], address: str) -> httpx.Response:
    return await stage.http.post(POINTS, json={"channel": "mail", "address": address}, headers=who)


async def confirm(stage: Stage, who: dict[str, str], number: int, code: str = CODE) -> httpx.Response:
    return await stage.http.post(f"{POINTS}/{number}/confirm", json={"code": code}, headers=who)


async def code_is_sent(stage: Stage, number: int) -> None:
    """As the worker sends it."""
    async with stage.sessions.begin() as session:
        await keep_code(session, number, digest_of(CODE), NOW + CODE_LASTS)


async def points(stage: Stage, who: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await stage.http.get(POINTS, headers=who)).json()["items"]
    return found


async def test_an_address_counts_once_its_code_was_read_there(stage: Stage) -> None:
    who = stage.driver("told-1")
    added = await add(stage, who, "told-1@Drivers.Example")
    assert added.status_code == 200, added.text
    assert (added.json()["address"], added.json()["confirmed_at"]) == ("told-1@drivers.example", None)
    number = added.json()["id"]
    async with stage.sessions() as session:
        (kind, key) = (
            await session.execute(
                select(InboxEvent.kind, OutboxDelivery.key)
                .join(OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id)
                .where(InboxEvent.source == "telling", InboxEvent.subject == str(number))
            )
        ).one()
    assert (kind, key) == ("code", str(number))
    assert_problem(await confirm(stage, who, number), 409, "contact_code_invalid")
    await code_is_sent(stage, number)
    confirmed = await confirm(stage, who, number, "abcd efgh")
    assert confirmed.json()["confirmed_at"] is not None
    assert (await confirm(stage, who, number, "again")).json() == confirmed.json()
    assert (await add(stage, who, "told-1@drivers.example")).json() == confirmed.json()
    assert await points(stage, who) == [confirmed.json()]


async def test_a_code_is_guessed_five_times_and_then_it_is_over(stage: Stage) -> None:
    who = stage.driver("told-2")
    number = (await add(stage, who, "told-2@drivers.example")).json()["id"]
    await code_is_sent(stage, number)
    for _ in range(MOST_TRIES):
        assert_problem(await confirm(stage, who, number, "0000-0000"), 409, "contact_code_invalid")
    assert_problem(await confirm(stage, who, number), 409, "contact_code_invalid")


async def test_a_code_is_over_after_its_time(stage: Stage) -> None:
    who = stage.driver("told-3")
    number = (await add(stage, who, "told-3@drivers.example")).json()["id"]
    async with stage.sessions.begin() as session:
        await keep_code(session, number, digest_of(CODE), NOW)
    assert_problem(await confirm(stage, who, number), 409, "contact_code_invalid")


async def test_an_address_that_the_token_proves_counts_at_once_and_no_other(stage: Stage) -> None:
    who = stage.driver("told-4", email="Told-4@drivers.example")
    assert (await add(stage, who, "Told-4@drivers.example")).json()["confirmed_at"] is not None
    assert (await add(stage, who, "other@drivers.example")).json()["confirmed_at"] is None


async def test_nobody_sees_confirms_or_removes_what_is_another_ones(stage: Stage) -> None:
    number = (await add(stage, stage.driver("told-5"), "told-5@drivers.example")).json()["id"]
    await code_is_sent(stage, number)
    for stranger in (stage.driver("told-6"), stage.fleet()):
        assert_problem(await confirm(stage, stranger, number), 404, "contact_point_unknown")
        gone = await stage.http.delete(f"{POINTS}/{number}", headers=stranger)
        assert_problem(gone, 404, "contact_point_unknown")
        assert number not in [one["id"] for one in await points(stage, stranger)]


async def test_what_is_removed_is_forgotten_and_may_be_added_again(stage: Stage) -> None:
    who = stage.driver("told-7")
    number = (await add(stage, who, "told-7@drivers.example")).json()["id"]
    assert (await stage.http.delete(f"{POINTS}/{number}", headers=who)).status_code == 204
    assert_problem(await stage.http.delete(f"{POINTS}/{number}", headers=who), 404, "contact_point_unknown")
    async with stage.sessions() as session:
        assert (await session.get_one(ContactPoint, number)).address == ""
    assert (await add(stage, who, "told-7@drivers.example")).json()["id"] != number


async def test_who_is_erased_leaves_nothing_that_says_where_they_were(stage: Stage) -> None:
    who = stage.driver("told-8")
    number = (await add(stage, who, "told-8@drivers.example")).json()["id"]
    assert (await stage.http.post("/v1/personal-data/erasure", headers=who)).status_code == 200
    async with stage.sessions() as session:
        row = await session.get_one(ContactPoint, number)
    assert (row.address, row.address_digest, row.code_digest) == ("", "", "")
    assert await points(stage, who) == []


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "a@b",
        "a b@drivers.example",
        "a@drivers.example, b@drivers.example",
        "a@drivers.example\r\nBcc: all@evil.example",
        "<a@drivers.example>",
        f"{'a' * 65}@drivers.example",
        "ä@drivers.example",
    ],
)
async def test_what_no_mail_goes_to_is_refused(stage: Stage, address: str) -> None:
    answer = await add(stage, stage.driver("told-9"), address)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("contact_point_invalid", "invalid_request")


async def test_a_channel_that_nobody_serves_is_refused(stage: Stage) -> None:
    body = {"channel": "sms", "address": "+4930123456"}
    answer = await stage.http.post(POINTS, json=body, headers=stage.driver("told-9"))
    assert_problem(answer, 422, "contact_point_invalid")


async def test_nobody_has_codes_sent_around_for_ever(stage: Stage) -> None:
    who = stage.driver("told-10")
    for number in range(MOST_ADDED):
        assert (await add(stage, who, f"guess-{number}@drivers.example")).status_code == 200
    refused = await add(stage, who, "guess-x@drivers.example")
    assert_problem(refused, 429, "too_many_attempts")
    for number in [one["id"] for one in await points(stage, who)]:
        await stage.http.delete(f"{POINTS}/{number}", headers=who)
    assert_problem(await add(stage, who, "guess-x@drivers.example"), 429, "too_many_attempts")


async def test_one_address_is_not_written_to_by_many_who_ask_for_codes(stage: Stage) -> None:
    for number in range(MOST_SENT_TO - KEPT_FOR_OWNERS):
        who = stage.driver(f"told-many-{number}")
        assert (await add(stage, who, "victim@drivers.example")).status_code == 200
    answer = await add(stage, stage.driver("told-many-x"), "VICTIM@drivers.example")
    assert_problem(answer, 429, "too_many_attempts")


async def test_who_had_the_address_before_gets_a_code_however_many_strangers_ask(stage: Stage) -> None:
    owner, address = stage.driver("told-owner"), "owner@drivers.example"
    number = (await add(stage, owner, address)).json()["id"]
    await code_is_sent(stage, number)
    assert (await confirm(stage, owner, number)).status_code == 200
    await stage.http.delete(f"{POINTS}/{number}", headers=owner)
    mallory = stage.driver("told-mallory")
    for _ in range(MOST_SENT_BY_ONE):
        assert (await add(stage, mallory, address)).status_code == 200
    assert_problem(await add(stage, mallory, address), 429, "too_many_attempts")
    assert_problem(await add(stage, stage.driver("told-eve"), address), 429, "too_many_attempts")
    assert (await add(stage, owner, address)).status_code == 200
    assert_problem(await add(stage, owner, address), 429, "too_many_attempts")


async def test_who_has_said_nothing_is_told_everything_and_changes_it_as_they_saw_it(stage: Stage) -> None:
    who = stage.driver("told-11")
    before = await stage.http.get(WISHES, headers=who)
    everything = {"now": ["mail"], "soon": ["mail"], "record": ["mail"]}
    assert before.json() == {
        "language": None, "quiet_hours": None, "woken": True, "channels": everything,
    }  # fmt: skip
    wanted = {
        "language": "de",
        "quiet_hours": {"start": "22:00:00", "end": "07:00:00", "zone": "Europe/Berlin"},
        "woken": False,
        "channels": everything | {"record": []},
    }
    seen = {**who, "If-Match": before.headers["ETag"]}
    put = await stage.http.put(WISHES, json=wanted, headers=seen)
    assert put.json() == wanted
    assert (await stage.http.get(WISHES, headers=who)).json() == wanted
    assert_problem(await stage.http.put(WISHES, json={}, headers=seen), 412, "changed_meanwhile")
    known = {**who, "If-None-Match": put.headers["ETag"]}
    assert (await stage.http.get(WISHES, headers=known)).status_code == 304


async def test_quiet_hours_of_no_place_are_refused(stage: Stage) -> None:
    quiet = {"start": "22:00", "end": "07:00", "zone": "Europe/Nowhere"}
    answer = await stage.http.put(WISHES, json={"quiet_hours": quiet}, headers=stage.driver("told-12"))
    assert_problem(answer, 422, "quiet_hours_invalid")


async def told(stage: Stage, driver: str, key: str, *, now: bool = True) -> None:
    receipt = Receipt(charged=Money(100, "EUR"), credit=Money(0, "EUR"))
    notice = Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT) if now else receipt
    async with stage.sessions.begin() as session:
        await record_notice(
            session, notice, key=key, driver_id=driver, reservation_code="7F3K-2QVM-X9TA", at=NOW
        )
    await Gatherer(stage.sessions, frozenset({Channel.MAIL})).gather_all(NOW)


async def test_new_quiet_hours_count_for_what_waits(stage: Stage) -> None:
    who = stage.driver("told-13", email="told-13@drivers.example")
    await add(stage, who, "told-13@drivers.example")
    await told(stage, "told-13", "t13", now=False)
    await stage.http.put(WISHES, json={"channels": {"record": []}}, headers=who)
    async with stage.sessions() as session:
        due = select(Notification.tell_at).where(Notification.key == "t13")
        assert (await session.scalars(due)).one() == NOW


async def test_operators_see_what_became_of_a_message_and_send_it_again(stage: Stage) -> None:
    who = stage.driver("told-14", email="told-14@drivers.example")
    await add(stage, who, "told-14@drivers.example")
    await told(stage, "told-14", "t14")
    operators, mine = stage.operators(), {"driver_id": "told-14"}
    (message,) = (await stage.http.get(SENT, params=mine, headers=operators)).json()["items"]
    assert (message["state"], message["address"]) == ("waiting", "told-14@drivers.example")
    again = f"{SENT}/{message['id']}/send-again"
    assert_problem(await stage.http.post(again, headers=operators), 409, "message_under_way")
    async with stage.sessions.begin() as session:
        event = select(InboxEvent.id).where(InboxEvent.event_id == f"message_{message['id']}_1")
        delivered = update(OutboxDelivery).where(OutboxDelivery.inbox_id == event.scalar_subquery())
        await session.execute(delivered.values(outcome="bounced", delivered_at=NOW + timedelta(seconds=1)))
    found = await stage.http.get(SENT, params={**mine, "state": "bounced"}, headers=operators)
    assert [one["id"] for one in found.json()["items"]] == [message["id"]]
    sent = (await stage.http.post(again, headers=operators)).json()
    assert (sent["state"], sent["sendings"]) == ("waiting", 2)
    (carried,) = sent["notices"]
    assert carried["text"] == "You have been moved to Bay 2. Reason: a charger fault"
    assert (await stage.http.get(f"{SENT}/{message['id']}", headers=operators)).json() == sent
    assert_problem(await stage.http.get(f"{SENT}/999999", headers=operators), 404, "message_unknown")


async def test_messages_are_listed_page_by_page(stage: Stage) -> None:
    who = stage.driver("told-15", email="told-15@drivers.example")
    await add(stage, who, "told-15@drivers.example")
    for number in range(3):
        await told(stage, "told-15", f"t15-{number}")
    ids: list[int] = []
    cursor: str | None = None
    for _ in range(3):
        params = {"driver_id": "told-15", "limit": "1"} | ({} if cursor is None else {"cursor": cursor})
        answer = (await stage.http.get(SENT, params=params, headers=stage.operators())).json()
        ids += [one["id"] for one in answer["items"]]
        cursor = answer["next_cursor"]
    assert ids == sorted(ids, reverse=True)
    assert (len(set(ids)), cursor) == (3, None)


async def notices_of(stage: Stage, driver_id: str) -> list[str]:
    async with stage.sessions() as session:
        found = select(Notification.template).where(Notification.driver_id == driver_id)
        return list(await session.scalars(found.order_by(Notification.id)))


async def test_a_driver_is_told_elsewhere_of_an_address_that_lets_somebody_in(stage: Stage) -> None:
    """Whoever reads it can be sent a link that signs in. Of their first one nobody is to be told."""
    who = stage.driver("told-twice")
    for address, told in (("first@drivers.example", []), ("second@drivers.example", ["address_added"])):
        number = (await add(stage, who, address)).json()["id"]
        await code_is_sent(stage, number)
        for _ in range(2):
            assert (await confirm(stage, who, number)).status_code == 200
        assert await notices_of(stage, "told-twice") == told
    proven = stage.driver("told-twice", email="third@drivers.example")
    await add(stage, proven, "third@drivers.example")
    assert await notices_of(stage, "told-twice") == ["address_added"] * 2
    fleet = stage.fleet("told-fleet")
    for address in ("a@fleet.example", "b@fleet.example"):
        number = (await add(stage, fleet, address)).json()["id"]
        await code_is_sent(stage, number)
        await confirm(stage, fleet, number)
    assert await notices_of(stage, "") == ["address_added"]
