"""What an event of Stripe means: who hears of it, what becomes of our row, and that it is meant once.

That it arrives at all, in order, whatever dies, is tested for all sources in tests/delivery.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.money.stripe_events import event_of
from activities.money.stripe_gateway import VerifiedEvent
from contracts.money import PaymentEvent
from db.delivery.inbox import record
from db.engine import create_engine
from db.tables import InboxEvent, OutboxDelivery, Source
from delivery.relay import Relay
from delivery.reservations import ReservationTarget
from domain.reservation.code import WORKFLOW_ID_PREFIX, reservation_code
from runtime.relays import payment_events
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import NOW, MoneyDesk, money_desk

CAPTURABLE = "payment_intent.amount_capturable_updated"


class Reservations:
    """Temporal, as far as they hear through it, unless they are `away`."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, PaymentEvent]] = []
        self.away = False

    def get_workflow_handle(self, name: str) -> "Reservations.Handle":
        return Reservations.Handle(self, name.removeprefix(WORKFLOW_ID_PREFIX))

    class Handle:
        def __init__(self, reservations: "Reservations", code: str) -> None:
            self._reservations = reservations
            self._code = code

        async def signal(self, _name: str, event: PaymentEvent, **_options: Any) -> None:
            if self._reservations.away:
                raise RPCError("as told", RPCStatusCode.UNAVAILABLE, b"")
            self._reservations.heard.append((self._code, event))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


@pytest.fixture
def reservations() -> Reservations:
    return Reservations()


@pytest.fixture
async def relay(desk: MoneyDesk, reservations: Reservations, database_url: str) -> AsyncIterator[Relay]:
    engine = create_engine(database_url, pool_size=1)
    target = ReservationTarget(
        engine, payment_events(engine, desk.stripe), lambda: cast(Client, reservations)
    )
    yield Relay(engine, target)
    await engine.dispose()


@pytest.fixture
def code() -> str:
    return reservation_code("test", str(uuid4()))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (CAPTURABLE, "authorised"),
        ("payment_intent.payment_failed", "failed"),
        ("payment_intent.canceled", "canceled"),
    ],
)
async def test_what_a_reservation_waits_for_is_signalled(
    desk: MoneyDesk, reservations: Reservations, relay: Relay, code: str, kind: str, status: str
) -> None:
    await _store(desk, kind, code)
    await relay.deliver_all()
    ((whom, event),) = reservations.heard
    assert (whom, event.status, event.payment_intent_id, event.event_id) == (code, status, "pi_1", "evt_1")
    assert await _outcomes(desk) == {"evt_1": "signalled"}


@pytest.mark.parametrize(
    "payload",
    [
        {"data": {"object": {"id": "pi_1", "metadata": {}}}},
        {"data": {"object": {"id": "pi_1", "metadata": "none"}}},
        {"data": {"object": {"id": 7, "metadata": {"reservation_code": "X", "step": "deposit"}}}},
        {"data": {"object": []}},
        {"data": None},
        {},
    ],
)
async def test_events_of_nobody_are_recorded_for_nobody(desk: MoneyDesk, payload: dict[str, Any]) -> None:
    await _store(desk, CAPTURABLE, "", payload=payload)
    assert await _recorded(desk) == {"evt_1": None}


@pytest.mark.parametrize("stranger", ["7F3K-2QVM-X9TZ", "x" * 5000, "\n"])
async def test_a_code_that_we_never_gave_is_nobody(desk: MoneyDesk, stranger: str) -> None:
    await _store(desk, CAPTURABLE, stranger)
    assert await _recorded(desk) == {"evt_1": None}


async def test_a_kind_that_no_reservation_waits_for_is_recorded_for_nobody(
    desk: MoneyDesk, code: str
) -> None:
    await _store(desk, "charge.refunded", code)
    assert await _recorded(desk) == {"evt_1": None}


async def test_news_of_a_payment_that_no_workflow_waits_for_is_noted(
    desk: MoneyDesk, reservations: Reservations, relay: Relay, code: str
) -> None:
    await _store(desk, "payment_intent.payment_failed", code, step="settle:remainder")
    await relay.deliver_all()
    assert await _outcomes(desk) == {"evt_1": "noted"}
    assert reservations.heard == []


async def test_an_intent_without_an_id_is_unreadable(desk: MoneyDesk, relay: Relay, code: str) -> None:
    intent = {"id": 7, "metadata": {"reservation_code": code, "step": "deposit"}}
    await _store(desk, CAPTURABLE, code, payload={"data": {"object": intent}})
    await relay.deliver_all()
    assert await _outcomes(desk) == {"evt_1": "unreadable"}


async def test_an_intent_whose_id_was_lost_is_adopted_and_an_old_event_changes_nothing(
    desk: MoneyDesk, reservations: Reservations, relay: Relay, code: str
) -> None:
    payload = await _lost_intent(desk, code)
    await _store(desk, CAPTURABLE, code, payload=payload)
    await relay.deliver_all()
    row = (await desk.rows(code))["deposit"]
    assert (row.payment_intent_id, row.status) == (payload["data"]["object"]["id"], "requires_capture")
    await desk.void(code=code)
    await _store(desk, CAPTURABLE, code, payload=payload, event_id="evt_2")
    await relay.deliver_all()
    assert (await desk.rows(code))["deposit"].status == "canceled"


async def test_what_our_own_call_did_is_noted(
    desk: MoneyDesk, reservations: Reservations, relay: Relay, code: str
) -> None:
    await desk.authorise(code=code)
    (intent,) = (await desk.api.dump())["payment_intents"]
    await _store(desk, CAPTURABLE, code, payload={"data": {"object": intent}})
    await relay.deliver_all()
    assert await _outcomes(desk) == {"evt_1": "noted"}
    assert reservations.heard == []


@pytest.mark.parametrize("odd", ["declined", ["declined"], 7])
async def test_an_unreadable_event_is_put_aside_and_the_next_one_heard(
    desk: MoneyDesk, reservations: Reservations, relay: Relay, code: str, odd: object
) -> None:
    metadata = {"reservation_code": code, "step": "deposit"}
    intent = {"id": "pi_1", "metadata": metadata, "last_payment_error": odd}
    await _store(desk, "payment_intent.payment_failed", code, payload={"data": {"object": intent}})
    await _store(desk, CAPTURABLE, code, event_id="evt_2")
    await relay.deliver_all()
    assert [event.event_id for _, event in reservations.heard] == ["evt_2"]
    assert await _outcomes(desk) == {"evt_1": "unreadable", "evt_2": "signalled"}


async def test_what_waited_while_reservations_were_away_is_told_and_not_taken_for_known(
    desk: MoneyDesk, reservations: Reservations, relay: Relay, code: str
) -> None:
    await _store(desk, CAPTURABLE, code, payload=await _lost_intent(desk, code))
    reservations.away = True
    await relay.deliver_all()
    assert await _outcomes(desk) == {}
    assert (await desk.rows(code))["deposit"].payment_intent_id is None
    reservations.away = False
    await relay.deliver_all()
    assert [event.status for _, event in reservations.heard] == ["authorised"]


async def test_one_told_twice_leaves_our_row_as_it_was_after_the_first_time(
    desk: MoneyDesk, reservations: Reservations, relay: Relay, code: str
) -> None:
    await _store(desk, CAPTURABLE, code, payload=await _lost_intent(desk, code))
    await relay.deliver_all()
    first = (await desk.rows(code))["deposit"]
    async with desk.sessions.begin() as session:  # the relay died before it had ticked it off
        await session.execute(update(OutboxDelivery).values(delivered_at=None, outcome=""))
    await relay.deliver_all()
    again = (await desk.rows(code))["deposit"]
    assert (again.status, again.payment_intent_id) == (first.status, first.payment_intent_id)
    assert len(reservations.heard) == 1


async def _lost_intent(desk: MoneyDesk, code: str) -> dict[str, Any]:
    """The event of an authorisation whose answer never reached us."""
    await desk.api.fail_next(FaultKind.CUT, path="/v1/payment_intents")
    with pytest.raises(Exception, match="stripe_unavailable"):
        await desk.authorise(code=code)
    (intent,) = (await desk.api.dump())["payment_intents"]
    return {"data": {"object": intent}}


async def _store(
    desk: MoneyDesk,
    kind: str,
    code: str,
    *,
    step: str = "deposit",
    event_id: str = "evt_1",
    payload: dict[str, Any] | None = None,
) -> None:
    intent = {"id": "pi_1", "metadata": {"reservation_code": code, "step": step}}
    event = VerifiedEvent(
        id=event_id,
        type=kind,
        created=NOW,
        payload={"data": {"object": intent}} if payload is None else payload,
    )
    async with desk.sessions.begin() as session:
        await record(await session.connection(), Source.STRIPE, [event_of(event, datetime.now(UTC))])


async def _outcomes(desk: MoneyDesk) -> dict[str, str]:
    async with desk.sessions() as session:
        rows = await session.execute(
            select(InboxEvent.event_id, OutboxDelivery.outcome)
            .join(OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id)
            .where(OutboxDelivery.delivered_at.is_not(None))
        )
        return {row.event_id: row.outcome for row in rows}


async def _recorded(desk: MoneyDesk) -> dict[str, str | None]:
    """Event id → the key of its delivery; None when there is none."""
    async with desk.sessions() as session:
        rows = await session.execute(
            select(InboxEvent.event_id, OutboxDelivery.key).outerjoin(
                OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id
            )
        )
        return {row.event_id: row.key for row in rows}
