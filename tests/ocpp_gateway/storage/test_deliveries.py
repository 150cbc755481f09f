"""The outbox and its relay: in order for each reservation, once at a time, and patient while Temporal is away."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from db.tables import EventDelivery
from domain.charging.events import ChargerEvent, ChargerEventKind
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.deliveries import Delivery, Settled, backlog, claim, settle
from ocpp_gateway.storage.inbox import Fact, record
from ocpp_gateway.storage.relay import Relay
from tests.ocpp_gateway.records import Records

PATIENCE = timedelta(seconds=15)
FIRST, SECOND = "AAAA-AAAA-AAAA", "BBBB-BBBB-BBBB"


async def commit(engine: AsyncEngine, *codes: str, name: str = "e", received_s_ago: float = 0) -> None:
    """One event for each code, in this order."""
    now = datetime.now(UTC) - timedelta(seconds=received_s_ago)
    async with engine.begin() as connection:
        for number, code in enumerate(codes):
            event = ChargerEvent(
                event_id=f"{name}:{code}:{number}",
                kind=ChargerEventKind.CHARGER_BOOTED,
                charger_id="NORTH-1",
                at=now,
            )
            await record(connection, Fact(event=event, recipients={code: None}), now)


async def claimed(engine: AsyncEngine, *, now: datetime | None = None, limit: int = 64) -> list[Delivery]:
    async with engine.begin() as connection:
        found = await claim(connection, now or datetime.now(UTC), patience=PATIENCE, limit=limit)
    return list(found.taken)


async def settled(engine: AsyncEngine, *items: Settled) -> None:
    async with engine.begin() as connection:
        await settle(connection, items, datetime.now(UTC))


# -- the outbox ---------------------------------------------------------------------------------------------
async def test_a_reservations_next_event_waits_until_the_one_before_is_delivered(
    engine: AsyncEngine, records: Records
) -> None:
    await commit(engine, FIRST, FIRST, SECOND)
    batch = await claimed(engine)
    assert [(item.reservation_code, item.attempts) for item in batch] == [(FIRST, 1), (SECOND, 1)]
    assert await claimed(engine) == []
    await settled(engine, Settled(id=batch[0].id, outcome="signalled"))
    (following,) = await claimed(engine)
    assert following.reservation_code == FIRST
    assert following.id > batch[0].id


async def test_a_claim_of_a_dead_gateway_runs_out(engine: AsyncEngine, records: Records) -> None:
    await commit(engine, FIRST)
    now = datetime.now(UTC)
    (first,) = await claimed(engine, now=now)
    assert await claimed(engine, now=now + PATIENCE - timedelta(seconds=1)) == []
    (again,) = await claimed(engine, now=now + PATIENCE)
    assert (again.id, again.attempts) == (first.id, 2)


async def test_two_gateways_never_claim_the_same(engine: AsyncEngine, records: Records) -> None:
    await commit(engine, *(f"CODE-{number:04}-0000" for number in range(60)))
    batches = await asyncio.gather(*(claimed(engine, limit=20) for _ in range(4)))
    ids = [item.id for batch in batches for item in batch]
    assert len(ids) == len(set(ids)) > 0


async def test_each_claim_goes_on_where_the_one_before_ended(engine: AsyncEngine, records: Records) -> None:
    codes = [f"CODE-{number:04}-0000" for number in range(5)]
    await commit(engine, *codes, *codes)
    after, turns = "", []
    for _ in range(3):
        async with engine.begin() as connection:
            found = await claim(connection, datetime.now(UTC), patience=PATIENCE, limit=2, after=after)
        turns.append([item.reservation_code for item in found.taken])
        after = found.after
    assert turns == [codes[:2], codes[2:4], codes[4:]]
    assert after == ""


async def test_one_that_is_locked_is_left_to_who_has_it(engine: AsyncEngine, records: Records) -> None:
    await commit(engine, FIRST, SECOND)
    async with engine.connect() as other, other.begin():
        statement = select(EventDelivery.id).where(EventDelivery.reservation_code == FIRST)
        await other.execute(statement.with_for_update())
        assert [item.reservation_code for item in await claimed(engine)] == [SECOND]


async def test_what_failed_waits_and_what_was_delivered_elsewhere_stays_delivered(
    engine: AsyncEngine, records: Records
) -> None:
    await commit(engine, FIRST, SECOND)
    first, second = await claimed(engine)
    now = datetime.now(UTC)
    await settled(engine, Settled(id=second.id, outcome="signalled"))
    later = now + timedelta(seconds=5)
    await settled(
        engine, Settled(id=first.id, not_before=later), Settled(id=second.id, not_before=now - PATIENCE)
    )
    assert await claimed(engine, now=later - timedelta(seconds=1)) == []
    assert [item.reservation_code for item in await claimed(engine, now=later)] == [FIRST]


async def test_the_backlog_is_counted_from_its_oldest_event(engine: AsyncEngine, records: Records) -> None:
    async with engine.connect() as connection:
        assert (await backlog(connection)).oldest_at is None
    await commit(engine, FIRST, received_s_ago=90)
    await commit(engine, SECOND, name="later")
    async with engine.connect() as connection:
        found = await backlog(connection)
    assert found.count == 2
    assert found.oldest_at is not None
    assert timedelta(seconds=89) < datetime.now(UTC) - found.oldest_at


# -- the relay ----------------------------------------------------------------------------------------------
class Temporal:
    """A client whose signals end as `answer` says; remembers for whom they were."""

    def __init__(self, answer: Callable[[str], Exception | None]) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.heard: list[str] = []
        """The ids of the events, whatever was answered."""

    def get_workflow_handle(self, name: str) -> "Temporal.Handle":
        return Temporal.Handle(self, name)

    class Handle:
        def __init__(self, temporal: "Temporal", name: str) -> None:
            self._temporal = temporal
            self._name = name

        async def signal(self, _name: str, event: ChargerEvent, **_options: Any) -> None:
            self._temporal.asked.append(self._name)
            self._temporal.heard.append(event.event_id)
            error = self._temporal.answer(self._name)
            if error is not None:
                raise error


def failing(status: RPCStatusCode) -> RPCError:
    return RPCError("as told", status, b"")


def relay(engine: AsyncEngine, temporal: Temporal, metrics: GatewayMetrics | None = None) -> Relay:
    return Relay(engine, lambda: cast(Client, temporal), metrics or GatewayMetrics(), sweep_s=0.01)


async def undelivered(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        waiting = select(func.count()).where(EventDelivery.delivered_at.is_(None))
        return int((await connection.execute(waiting)).scalar_one())


@pytest.mark.parametrize("status", [RPCStatusCode.UNAVAILABLE, RPCStatusCode.RESOURCE_EXHAUSTED])
async def test_while_temporal_is_away_one_event_at_a_time_is_tried(
    engine: AsyncEngine, records: Records, status: RPCStatusCode
) -> None:
    temporal = Temporal(lambda _name: failing(status))
    waiting = relay(engine, temporal)
    await commit(engine, *(f"CODE-{number:04}-0000" for number in range(200)))
    await waiting.deliver_all()
    after_first = len(temporal.asked)
    await waiting.deliver_all()
    await waiting.deliver_all()
    assert after_first < 200
    assert len(temporal.asked) == after_first + 2
    temporal.answer = lambda _name: None
    await waiting.deliver_all()
    assert (
        await undelivered(engine) <= after_first + 2
    )  # those may rest a moment longer; all others are through


async def test_what_is_due_is_found_behind_any_number_that_wait(
    engine: AsyncEngine, records: Records
) -> None:
    await commit(engine, *(f"CODE-{number:04}-0000" for number in range(600)))
    async with engine.begin() as connection:
        later = datetime.now(UTC) + timedelta(hours=1)
        await connection.execute(update(EventDelivery).values(not_before=later))
    await commit(engine, "ZZZZ-ZZZZ-ZZZZ", name="due")
    temporal = Temporal(lambda _name: None)
    await relay(engine, temporal).deliver_all()
    assert len(temporal.heard) == 1
    assert await undelivered(engine) == 600


async def test_every_reservation_has_its_turn_and_hears_its_events_in_order(
    engine: AsyncEngine, records: Records
) -> None:
    codes = [f"CODE-{number:04}-0000" for number in range(150)]
    for name in "abc":
        await commit(engine, *codes, name=name)
    temporal = Temporal(lambda _name: None)
    await relay(engine, temporal).deliver_all()
    assert await undelivered(engine) == 0
    names: dict[str, str] = {}
    for event_id in temporal.heard:
        name, code, _ = event_id.split(":")
        names[code] = names.get(code, "") + name
    assert names == dict.fromkeys(codes, "abc")
    assert {event_id.split(":")[1] for event_id in temporal.heard[:150]} == set(codes)


async def test_a_workflow_out_of_order_holds_up_no_other(engine: AsyncEngine, records: Records) -> None:
    temporal = Temporal(
        lambda name: failing(RPCStatusCode.INVALID_ARGUMENT) if FIRST.lower() in name.lower() else None
    )
    await commit(engine, FIRST, SECOND, SECOND, SECOND)
    await relay(engine, temporal).deliver_all()
    assert await undelivered(engine) == 1


async def test_lag_and_backlog_can_be_read(engine: AsyncEngine, records: Records) -> None:
    metrics, temporal = GatewayMetrics(), Temporal(lambda _name: None)
    await commit(engine, FIRST, received_s_ago=20)
    running = asyncio.create_task(relay(engine, temporal, metrics).run())
    await records.eventually(lambda: _all_delivered(engine))
    await records.eventually(lambda: _shows(metrics, "delivery_lag_seconds_sum"))
    running.cancel()
    lag, known = figure(metrics, "delivery_lag_seconds_sum"), figure(metrics, "relay_undelivered")
    assert lag is not None
    assert lag >= 20
    assert known == 0


async def _all_delivered(engine: AsyncEngine) -> bool:
    return await undelivered(engine) == 0


async def _shows(metrics: GatewayMetrics, name: str) -> bool:
    return bool(figure(metrics, name)) and figure(metrics, "relay_read_age_seconds") is not None


def figure(metrics: GatewayMetrics, name: str) -> float | None:
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            if sample.name == f"slotkeeper_gateway_{name}" and sample.value == sample.value:  # NaN: not known
                return float(sample.value)
    return None
