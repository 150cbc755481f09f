"""Texts and calls: one signed document that a gateway understands, and what is made of its answers."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from standardwebhooks.webhooks import Webhook as StandardWebhook

from db.engine import Sessions
from domain.causes import Cause
from domain.facts.notices import Confirmed, Rerouted, SlotEndingSoon
from domain.telling.channels import Channel
from domain.telling.contact import Wanted
from domain.terms.invitations import digest_of
from telling.gateway import Gateway, GatewayTarget
from telling.post import letter_relay
from tests.activities.telling.people import People
from tests.factories import NOON
from tests.telling.conftest import PAGES
from tests.telling.receiver import Came, Receiver, Says, running_receiver
from tests.telling.told import Told
from webhooks.outgoing import new_client
from webhooks.signature import key_of

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
MOVED = Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT)
NUMBER = "+4930123456"
PHONE = Wanted(channel=Channel.SMS, address=NUMBER)
UNUSABLE = Says(422, b'{"code": "number_unusable", "detail": "+4930123456 is a landline"}')


@pytest.fixture
async def gateway() -> AsyncIterator[Receiver]:
    async with running_receiver() as receiver:
        yield receiver


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with new_client() as client:
        yield client


@pytest.fixture
def told(engine: AsyncEngine, sessions: Sessions, people: People) -> Told:
    return Told(engine, sessions, people)


def target_of(
    sessions: Sessions, http: httpx.AsyncClient, url: str, channel: Channel = Channel.SMS, **how: Any
) -> GatewayTarget:
    there = Gateway(channel=channel, url=url, key=key_of(SECRET), http=http, **how)
    return GatewayTarget(sessions, PAGES, there)


@pytest.fixture
def target(sessions: Sessions, http: httpx.AsyncClient, gateway: Receiver) -> GatewayTarget:
    return target_of(sessions, http, f"http://127.0.0.1:{gateway.port}/sms")


def verified(came: Came) -> dict[str, Any]:
    document: dict[str, Any] = StandardWebhook(SECRET).verify(came.body.decode(), dict(came.headers))
    assert document["id"] == came.headers["webhook-id"]
    return document


async def test_a_text_is_signed_short_and_ends_with_its_page(
    told: Told, target: GatewayTarget, gateway: Receiver
) -> None:
    await told.reached(PHONE)
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == ["sent"]
    (came,) = gateway.came
    document = verified(came)
    assert document.pop("id").startswith("message_")
    assert document == {
        "channel": "sms",
        "to": NUMBER,
        "language": "en",
        "text": "You have been moved to Bay 2. Reason: a charger fault https://charging.example/r/K7AB",
    }


async def test_what_can_wait_is_not_sent_to_a_phone_unless_somebody_says_so(
    told: Told, target: GatewayTarget, gateway: Receiver
) -> None:
    await told.reached(PHONE)
    await told.write(Confirmed(bay="Bay 1"), target=target)
    assert await told.deliver(target) == []


async def test_the_same_text_has_the_same_id_at_each_attempt(
    told: Told, target: GatewayTarget, gateway: Receiver
) -> None:
    await told.reached(PHONE)
    gateway.answers = [Says(500)]
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == [""]
    await told.be_due()
    assert await told.deliver(target) == ["sent"]
    first, second = (verified(came) for came in gateway.came)
    assert first == second


async def test_what_was_decided_while_a_gateway_was_away_is_one_text_and_none_is_lost(
    told: Told, target: GatewayTarget, gateway: Receiver
) -> None:
    """Who took the first of them, and whose answer was lost, drops what has the same id."""
    point = await told.reached(PHONE)
    gateway.answers = [Says(503)]
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == [""]
    await told.decided(point, Confirmed(bay="Bay 1"), code="K8CD")
    await told.decided(point, SlotEndingSoon(ends=NOON + timedelta(hours=1)), code="L8CD")
    await told.decided(point, MOVED, code="M9EF")
    assert await told.deliver(target) == ["sent", "unwanted", "sent", "sent"]
    first, second = (verified(came) for came in gateway.came)
    assert first["id"] != second["id"]
    assert "(and 2 more)" in second["text"]


async def test_what_waits_for_a_channel_that_was_switched_off_is_not_sent_there(
    told: Told, target: GatewayTarget, gateway: Receiver
) -> None:
    await told.reached(PHONE)
    gateway.answers = [Says(503)]
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == [""]
    await told.wants({"now": ["mail"]})
    assert await told.deliver(target) == ["unwanted"]
    assert len(gateway.came) == 1


async def test_no_code_comes_after_it_was_confirmed_or_hours_after_it_was_asked_for(
    told: Told, target: GatewayTarget, gateway: Receiver
) -> None:
    point = await told.reached(PHONE, confirmed=False)
    await told.ask_for_code(point)
    await told.be_due(age=timedelta(hours=2))
    assert await told.deliver(target) == ["given_up"]
    confirmed = await told.reached(Wanted(channel=Channel.SMS, address="+4930123457"))
    await told.ask_for_code(confirmed)
    assert await told.deliver(target) == ["given_up", "sent"]
    assert gateway.came == []
    assert (await told.point(confirmed)).code_digest == ""


async def test_a_code_has_another_id_each_time_so_that_the_last_one_is_sent(
    told: Told, target: GatewayTarget, gateway: Receiver
) -> None:
    point = await told.reached(PHONE, confirmed=False)
    gateway.answers = [Says(500)]
    await told.ask_for_code(point)
    assert await told.deliver(target) == [""]
    await told.be_due()
    assert await told.deliver(target) == ["sent"]
    first, second = (verified(came) for came in gateway.came)
    assert first["id"] != second["id"]
    code = second["text"].split()[0]
    assert (await told.point(point)).code_digest == digest_of(code)
    assert len(second["text"]) <= 480


async def test_a_call_says_a_code_letter_by_letter_and_no_address(
    told: Told, sessions: Sessions, http: httpx.AsyncClient, gateway: Receiver
) -> None:
    calls = target_of(sessions, http, f"http://127.0.0.1:{gateway.port}/calls", Channel.VOICE)
    point = await told.reached(Wanted(channel=Channel.VOICE, address=NUMBER), confirmed=False)
    await told.ask_for_code(point)
    assert await told.deliver(calls) == ["sent"]
    text = verified(gateway.came[0])["text"]
    spelled, _, rest = text.partition(". ")
    assert len(spelled.split(", ")) == 8
    assert (await told.point(point)).code_digest == digest_of(spelled.replace(", ", ""))
    assert "http" not in text
    assert rest


async def test_nobody_is_called_half_an_hour_later(
    told: Told, sessions: Sessions, http: httpx.AsyncClient, gateway: Receiver
) -> None:
    calls = target_of(sessions, http, f"http://127.0.0.1:{gateway.port}/calls", Channel.VOICE)
    await told.reached(Wanted(channel=Channel.VOICE, address=NUMBER))
    await told.write(MOVED, target=calls)
    await told.be_due(age=timedelta(minutes=31))
    assert await told.deliver(calls) == ["given_up"]
    assert gateway.came == []


async def test_a_number_that_takes_nothing_is_left_alone(
    told: Told, target: GatewayTarget, gateway: Receiver
) -> None:
    point = await told.reached(PHONE)
    gateway.otherwise = UNUSABLE
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == ["bounced"]
    row = await told.point(point)
    assert (row.bounced_at is None, row.bounced_why) == (False, "422 number_unusable")
    await told.write(SlotEndingSoon(ends=NOON + timedelta(hours=1)), target=target)
    assert await told.deliver(target) == ["bounced"]


@pytest.mark.parametrize(
    "says",
    [
        Says(422),
        Says(422, b"number_unusable"),
        Says(422, b'["number_unusable"]'),
        Says(422, b'{"code": ["number_unusable"]}'),
        Says(422, b"[" * 4_000),
        Says(422, json.dumps({"text": "x" * 10_000, "code": "number_unusable"}).encode()),
        Says(400, b'{"code": "number_unusable"}'),
        Says(307, headers={"location": "/elsewhere"}),
        Says(500),
    ],
    ids=range(9),
)
async def test_no_other_answer_marks_a_number(
    told: Told, target: GatewayTarget, gateway: Receiver, says: Says
) -> None:
    point = await told.reached(PHONE)
    gateway.answers = [says]
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == [""]
    assert (await told.point(point)).bounced_at is None
    assert {came.path for came in gateway.came} == {"/sms"}
    (waiting,) = await told.deliveries()
    assert waiting.not_before is not None
    await told.be_due()
    assert await told.deliver(target) == ["sent"]


@pytest.mark.parametrize("status", [401, 404, 429, 503])
async def test_a_gateway_that_is_away_or_knows_us_not_is_an_outage_for_all(
    told: Told, target: GatewayTarget, gateway: Receiver, status: int
) -> None:
    await told.reached(PHONE)
    gateway.answers = [Says(status)]
    await told.write(MOVED, target=target)
    assert await told.deliver(target) == [""]
    (waiting,) = await told.deliveries()
    assert waiting.not_before is None
    assert await told.deliver(target) == ["sent"]


async def test_a_gateway_that_says_for_how_long_it_is_away_is_left_alone_for_so_long(
    told: Told, engine: AsyncEngine, target: GatewayTarget, gateway: Receiver
) -> None:
    await told.reached(PHONE)
    gateway.answers = [Says(429, headers={"retry-after": "600"})]
    await told.write(MOVED, target=target)
    relay = letter_relay(engine, target)
    await relay.deliver_all()
    await relay.deliver_all()
    assert len(gateway.came) == 1
    (waiting,) = await told.deliveries()
    assert (waiting.delivered_at, waiting.not_before) == (None, None)


async def test_who_does_not_answer_is_away(
    told: Told, sessions: Sessions, http: httpx.AsyncClient, gateway: Receiver
) -> None:
    await told.reached(PHONE)
    gateway.lets_go.clear()
    slow = target_of(sessions, http, f"http://127.0.0.1:{gateway.port}/sms", within_s=0.2)
    await told.write(MOVED, target=slow)
    assert await told.deliver(slow) == [""]
    (waiting,) = await told.deliveries()
    assert waiting.not_before is None


def test_no_secret_and_no_address_is_shown(http: httpx.AsyncClient) -> None:
    gateway = Gateway(
        channel=Channel.SMS, url="https://user:hush@gateway.example/", key=key_of(SECRET), http=http
    )
    assert "hush" not in repr(gateway)
    assert "0123456789" not in repr(gateway)
