"""POST /v1/webhooks/stripe: verified, stored once, answered."""

import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from db.tables import InboxEvent, OutboxDelivery, Source, Target
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, WEBHOOK_SECRET, Stage, assert_problem

URL = "/v1/webhooks/stripe"
CODE = reservation_code("webhooks", "1")


def event(event_id: str, kind: str = "payment_intent.succeeded", **over: Any) -> bytes:
    document = {"id": event_id, "object": "event", "type": kind, "created": 1_795_000_000, "data": {}}
    return json.dumps(document | over).encode()


def signature(payload: bytes, secret: str = WEBHOOK_SECRET, at: int | None = None) -> dict[str, str]:
    stamp = at if at is not None else int(time.time())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + payload, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={digest}"}


async def deliver(stage: Stage, payload: bytes) -> dict[str, Any]:
    response = await stage.http.post(URL, content=payload, headers=signature(payload))
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def stored(stage: Stage, event_id: str) -> InboxEvent | None:
    async with stage.sessions() as session:
        mine = (InboxEvent.source == Source.STRIPE) & (InboxEvent.event_id == event_id)
        return await session.scalar(select(InboxEvent).where(mine))


async def waiting(stage: Stage, row: InboxEvent) -> list[tuple[str, str]]:
    """Target and key of each delivery of the event that nobody has made yet."""
    async with stage.sessions() as session:
        mine = (OutboxDelivery.inbox_id == row.id) & OutboxDelivery.delivered_at.is_(None)
        rows = await session.execute(select(OutboxDelivery.target, OutboxDelivery.key).where(mine))
        return [(target, key) for target, key in rows]


async def test_a_verified_event_is_stored_once(stage: Stage) -> None:
    payload = event("evt_once")
    assert await deliver(stage, payload) == {"received": True, "duplicate": False}
    assert await deliver(stage, payload) == {"received": True, "duplicate": True}
    row = await stored(stage, "evt_once")
    assert row is not None
    assert (row.kind, row.received_at) == ("payment_intent.succeeded", NOW)
    assert await waiting(stage, row) == []
    assert row.payload == json.loads(payload)


async def test_an_unknown_type_is_recorded_too(stage: Stage) -> None:
    await deliver(stage, event("evt_unknown", "something.new"))
    assert await stored(stage, "evt_unknown") is not None


async def test_what_json_can_spell_and_postgres_cannot_hold_is_stored_without_it(stage: Stage) -> None:
    await deliver(stage, event("evt_nul", data={"text": "a\x00b", "half": "\ud83d"}))
    row = await stored(stage, "evt_nul")
    assert row is not None
    assert row.payload["data"] == {"text": "ab", "half": ""}


@pytest.mark.parametrize("code", ["", "7F3K-2QVM-X9TZ", "x" * 5000])
async def test_an_event_of_no_reservation_waits_for_nobody(stage: Stage, code: str) -> None:
    assert await waiting_for(stage, code) == []


async def test_an_event_of_a_reservation_waits_for_it(stage: Stage) -> None:
    assert await waiting_for(stage, CODE) == [(Target.RESERVATION_PAYMENT, CODE)]


async def waiting_for(stage: Stage, code: str) -> list[tuple[str, str]]:
    event_id = f"evt_{uuid4()}"
    intent = {"id": "pi_1", "metadata": {"reservation_code": code, "step": "deposit"}}
    await deliver(stage, event(event_id, "payment_intent.canceled", data={"object": intent}))
    row = await stored(stage, event_id)
    assert row is not None
    assert row.subject == "pi_1"
    return await waiting(stage, row)


async def test_a_wrong_signature_is_400_and_stores_nothing(stage: Stage) -> None:
    payload = event("evt_bad")
    before = await stage.row_counts()
    headers: list[dict[str, str]] = [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "garbage"},
        {"Stripe-Signature": "t=x,v1=y"},
        signature(payload, secret="whsec_other"),
        signature(payload, at=1),
        signature(payload + b" "),
    ]
    for wrong in headers:
        assert_problem(await stage.http.post(URL, content=payload, headers=wrong), 400, "webhook_invalid")
    assert await stage.row_counts() == before


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b"\xff", b"{not json", b'{"object":"event","id":1}', b"[" * 90_000]
)
async def test_a_signed_body_that_is_no_event_is_400(stage: Stage, payload: bytes) -> None:
    response = await stage.http.post(URL, content=payload, headers=signature(payload))
    assert_problem(response, 400, "webhook_invalid")


async def test_an_event_larger_than_other_bodies_may_be_is_welcome_up_to_a_limit(stage: Stage) -> None:
    await deliver(stage, event("evt_large", data={"text": "x" * 100_000}))
    payload = event("evt_huge", data={"text": "x" * 600_000})
    response = await stage.http.post(URL, content=payload, headers=signature(payload))
    assert_problem(response, 413, "body_too_large")
