"""Endpoints hear of the reservations that are theirs to hear of, verified by somebody else's library."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select, update

from api.desk.principal import Principal
from api.desk.webhook_endpoints import WebhookEndpoints
from db.queries.webhook_endpoints import replay
from db.tables import OutboxDelivery, ReservationChange
from delivery.relay import Relay
from domain.telling.endpoints import GIVEN_UP_AFTER, PAUSED_AFTER
from tests.factories import NOON
from tests.webhooks.engineers import Receiver, Site, leads_here, running_receiver
from webhooks.endpoints import ChangeRecorder, EndpointTarget
from webhooks.outside import OutsideTransport


async def test_each_state_that_is_reached_is_told_in_order_and_verified(
    site: Site, receiver: Receiver
) -> None:
    number = await site.endpoint(receiver.url)
    await site.reaches("K7AB", "REQUESTED", "CONFIRMED", "CONFIRMED", "LOCKED")
    while "" in await site.tell() or len(receiver.taken) < 3:
        await site.be_due()
    assert [one["type"] for one in receiver.taken] == [
        "reservation.requested", "reservation.confirmed", "reservation.locked",
    ]  # fmt: skip
    told = receiver.taken[1]["data"]
    assert (told["reservation"], told["state"], told["site_id"]) == ("K7AB", "CONFIRMED", "north")
    assert datetime.fromisoformat(told["start"]) == NOON
    assert ((await site.seen(number)).last_answer, (await site.seen(number)).failing_since) == ("204", None)


async def test_a_fleet_hears_of_its_own_and_of_what_it_asked_for(site: Site, receiver: Receiver) -> None:
    await site.endpoint(receiver.url, fleet_id="vans", kinds=["reservation.cancelled"])
    await site.reaches("MINE", "CONFIRMED", "CANCELLED", fleet_id="vans")
    await site.reaches("THEIRS", "CONFIRMED", "CANCELLED", fleet_id="trucks")
    assert await site.tell() == ["received"]
    assert [one["data"]["reservation"] for one in receiver.taken] == ["MINE"]


async def test_while_nobody_listens_nothing_is_noted(site: Site, receiver: Receiver) -> None:
    await site.set(await site.endpoint(receiver.url), active=False)
    await site.endpoint(receiver.url, fleet_id="vans")
    await site.reaches("K7AB", "CONFIRMED")
    async with site.sessions() as session:
        assert (await session.scalars(select(ReservationChange))).all() == []


async def test_who_fails_is_asked_again_and_keeps_no_other_reservation_waiting(
    site: Site, receiver: Receiver
) -> None:
    number = await site.endpoint(receiver.url)
    receiver.statuses = [500]
    await site.reaches("A", "CONFIRMED")
    assert await site.tell() == [""]
    assert ((await site.seen(number)).failures, (await site.seen(number)).last_answer) == (1, "500")
    await site.be_put_off()
    await site.reaches("B", "CONFIRMED")
    assert await site.tell() == ["", "received"]
    await site.be_due()
    assert await site.tell() == ["received", "received"]
    assert receiver.attempts[0] == receiver.attempts[2]
    assert (await site.seen(number)).failures == 0


@pytest.mark.parametrize("status", [301, 302, 307])
async def test_redirects_are_not_followed(site: Site, receiver: Receiver, status: int) -> None:
    await site.endpoint(receiver.url)
    receiver.statuses = [status]
    await site.reaches("A", "CONFIRMED")
    assert await site.tell() == [""]
    assert len(receiver.attempts) == 1


async def test_a_name_that_leads_inside_is_not_called(site: Site, receiver: Receiver) -> None:
    number = await site.endpoint(receiver.url)
    await site.reaches("A", "CONFIRMED")
    assert await site.tell(outside=True) == [""]
    assert receiver.attempts == []
    assert (await site.seen(number)).last_answer == "address_inside"


async def test_who_says_that_it_is_gone_is_paused_at_once(site: Site, receiver: Receiver) -> None:
    number = await site.endpoint(receiver.url)
    receiver.statuses = [410]
    await site.reaches("A", "CONFIRMED")
    await site.reaches("B", "CONFIRMED")
    outcomes = await site.tell()
    assert "gone" in outcomes
    assert (await site.seen(number)).paused_at is not None
    told = len(receiver.attempts)
    await site.reaches("C", "CONFIRMED")
    assert await site.tell() == [*outcomes, "paused"]
    assert len(receiver.attempts) == told


@pytest.mark.parametrize("status", [410, 500, 204])
async def test_what_an_address_answers_that_was_given_up_meanwhile_says_nothing_of_the_new_one(
    status: int, site: Site, receiver: Receiver
) -> None:
    """A server that is being retired says that it is gone, just as its engineer gives another one."""
    number, new = await site.endpoint(receiver.url.replace("/in", "/old")), receiver.url
    receiver.statuses = [status]
    receiver.meanwhile = [lambda: site.set(number, url=new, failures=3)]
    await site.reaches("A", "CONFIRMED")
    assert await site.tell() == ["received" if status == 204 else ""]
    seen = await site.seen(number)
    assert (seen.paused_at, seen.failures, seen.last_answer) == (None, 3, "")
    await site.be_due()
    await site.tell()
    assert len(receiver.taken) == 1


async def test_who_says_how_long_they_are_away_is_left_alone_for_so_long(
    site: Site, receiver: Receiver
) -> None:
    number = await site.endpoint(receiver.url)
    receiver.statuses, receiver.says = [503], {"retry-after": "600"}
    await site.reaches("A", "CONFIRMED")
    began = datetime.now(UTC)
    assert await site.tell() == [""]
    until = (await site.seen(number)).rests_until
    assert until is not None
    assert round((until - began) / timedelta(minutes=1)) == 10


async def test_a_test_event_goes_also_to_who_is_paused(site: Site, receiver: Receiver) -> None:
    number = await site.endpoint(receiver.url)
    await site.set(number, paused_at=NOON)
    engineer = Principal(subject="olga", scopes=frozenset({"operator"}))
    desk = WebhookEndpoints(site.sessions, lambda: datetime.now(UTC))
    await desk.send_test(engineer, number)
    assert await site.tell() == ["received"]
    assert [one["type"] for one in receiver.taken] == ["endpoint.tested"]
    assert (await site.seen(number)).paused_at == NOON


@pytest.mark.parametrize("replayed", [True, False])
async def test_who_asks_for_a_test_or_a_replay_waits_for_no_rest(
    site: Site, receiver: Receiver, replayed: bool
) -> None:
    number = await site.endpoint(receiver.url)
    receiver.statuses, receiver.says = [503], {"retry-after": "600"}
    await site.reaches("A", "CONFIRMED")
    assert await site.tell() == [""]
    engineer = Principal(subject="olga", scopes=frozenset({"operator"}))
    desk = WebhookEndpoints(site.sessions, lambda: datetime.now(UTC))
    if replayed:
        long_ago = NOON - timedelta(days=3650)
        assert await desk.replay(engineer, number, long_ago, received=False) == 0
    else:
        await desk.send_test(engineer, number)
    assert await site.tell() == (["received"] if replayed else ["", "received"])


async def test_for_a_day_a_receiver_may_know_the_secret_of_before_still(
    site: Site, receiver: Receiver
) -> None:
    number = await site.endpoint(receiver.url)
    engineer = Principal(subject="olga", scopes=frozenset({"operator"}))
    changed = await WebhookEndpoints(site.sessions, lambda: datetime.now(UTC)).rotate_secret(engineer, number)
    async with running_receiver() as other:
        other.secret = changed.secret
        for code, knows in (("A", receiver), ("B", other)):
            await site.set(number, url=knows.url)
            await site.reaches(code, "CONFIRMED")
            assert set(await site.tell()) == {"received"}
            assert [one["data"]["reservation"] for one in knows.taken] == [code]
            assert knows.headers[0]["webhook-signature"].count("v1,") == 2
        await site.set(number, previous_secret_until=datetime.now(UTC))
        await site.reaches("C", "CONFIRMED")
        assert set(await site.tell()) == {"received"}
        assert other.headers[1]["webhook-signature"].count("v1,") == 1
    await site.set(number, url=receiver.url)
    await site.reaches("D", "CONFIRMED")
    assert await site.tell() == ["received"] * 3 + [""]
    assert len(receiver.taken) == 1, "by the secret of before it is not right any more"


async def test_who_fails_for_a_day_is_paused(site: Site, receiver: Receiver) -> None:
    number = await site.endpoint(receiver.url)
    await site.set(number, failures=19, failing_since=datetime.now(UTC) - PAUSED_AFTER)
    receiver.statuses = [503]
    await site.reaches("A", "CONFIRMED")
    assert await site.tell() == [""]
    assert (await site.seen(number)).paused_at is not None
    await site.be_due()
    assert await site.tell() == ["paused"]


async def test_what_nobody_took_for_days_is_given_up(site: Site, receiver: Receiver) -> None:
    await site.endpoint(receiver.url)
    receiver.statuses = [500]
    await site.reaches("A", "CONFIRMED")
    await site.tell()
    await site.be_due(age=GIVEN_UP_AFTER + timedelta(minutes=1))
    assert await site.tell() == ["given_up"]


async def test_an_endpoint_that_was_removed_hears_nothing_more(site: Site, receiver: Receiver) -> None:
    number = await site.endpoint(receiver.url)
    await site.reaches("A", "CONFIRMED")
    await ChangeRecorder(site.sessions).record_all()
    await site.set(number, removed_at=NOON)
    assert await site.tell() == ["no_endpoint"]
    assert receiver.attempts == []


async def test_recorders_at_once_record_each_change_once(site: Site, receiver: Receiver) -> None:
    await site.endpoint(receiver.url)
    for number in range(10):
        await site.reaches(f"R{number}", "CONFIRMED")
    await asyncio.gather(*(ChangeRecorder(site.sessions).record_all() for _ in range(4)))
    assert await site.tell() == ["received"] * 10
    assert len(set(receiver.attempts)) == 10


@asynccontextmanager
async def slow() -> AsyncIterator[int]:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_who_does_not_answer_is_noted_so(site: Site) -> None:
    async with slow() as port:
        number = await site.endpoint(f"http://hooks.example:{port}/in")
        await site.reaches("A", "CONFIRMED")
        await ChangeRecorder(site.sessions).record_all()
        transport = OutsideTransport(lambda _: True, leads_here)
        async with httpx.AsyncClient(transport=transport, timeout=0.1) as http:
            await Relay(site.engine, EndpointTarget(site.sessions, http)).deliver_all()
    assert (await site.seen(number)).last_answer == "ReadTimeout"


async def test_what_was_given_up_is_sent_when_it_is_replayed(site: Site, receiver: Receiver) -> None:
    number = await site.endpoint(receiver.url)
    receiver.statuses = [500]
    await site.reaches("A", "CONFIRMED")
    await site.tell()
    await site.be_due(age=GIVEN_UP_AFTER + timedelta(minutes=1))
    assert await site.tell() == ["given_up"]
    async with site.sessions.begin() as session:
        assert (
            await replay(session, number, NOON - timedelta(days=3650), datetime.now(UTC), received=False) == 1
        )
    assert await site.tell() == ["received"]
    assert receiver.attempts[0] == receiver.attempts[1]


async def test_what_is_not_taken_is_tried_up_to_an_hour_later(site: Site, receiver: Receiver) -> None:
    await site.endpoint(receiver.url)
    receiver.statuses = [500, 500]
    await site.reaches("A", "CONFIRMED")
    await site.tell()
    async with site.sessions.begin() as session:
        await session.execute(update(OutboxDelivery).values(attempts=20, not_before=None))
    began = datetime.now(UTC)
    assert await site.tell() == [""]
    async with site.sessions() as session:
        until = await session.scalar(select(OutboxDelivery.not_before))
    assert until is not None
    assert round((until - began) / timedelta(minutes=1)) == 60


async def test_what_is_reached_while_it_is_paused_is_sent_when_it_is_replayed(
    site: Site, receiver: Receiver
) -> None:
    number = await site.endpoint(receiver.url)
    await site.set(number, paused_at=NOON)
    await site.reaches("A", "CONFIRMED", "CANCELLED")
    while "" in await site.tell():
        await site.be_due()
    assert receiver.attempts == []
    await site.set(number, paused_at=None)
    async with site.sessions.begin() as session:
        long_ago = NOON - timedelta(days=3650)
        assert await replay(session, number, long_ago, datetime.now(UTC), received=False) == 2
    while "" in await site.tell():
        await site.be_due()
    assert [one["type"] for one in receiver.taken] == ["reservation.confirmed", "reservation.cancelled"]
