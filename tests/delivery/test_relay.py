"""What every route keeps: recorded once, in order for each reservation, an outcome for each, none held up by others."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from delivery.relay import Relay
from domain.reservation.code import WORKFLOW_ID_PREFIX
from tests.delivery.outbox import Outbox, codes, eventually, heard, open_reservation
from tests.delivery.routes import ROUTES, Route


class Temporal:
    """A client whose signals end as `answer` says for the reservation; remembers what they were about."""

    def __init__(self, answer: Callable[[str], Exception | None] = lambda _code: None) -> None:
        self.answer = answer
        self.heard: list[tuple[str, str]] = []
        """Code and event id, whatever was answered."""
        self.silent_for = ""
        """Signals to this reservation never end."""
        self.called_off = asyncio.Event()
        """One of those was."""
        self.waits: dict[str, asyncio.Event] = {}
        """Signals to these end once it is set."""

    def get_workflow_handle(self, name: str) -> "Temporal.Handle":
        return Temporal.Handle(self, name.removeprefix(WORKFLOW_ID_PREFIX))

    class Handle:
        def __init__(self, temporal: "Temporal", code: str) -> None:
            self._temporal = temporal
            self._code = code

        async def signal(self, _name: str, event: Any, **_options: Any) -> None:
            self._temporal.heard.append((self._code, event.event_id))
            if self._temporal.silent_for == self._code:
                try:
                    await asyncio.Event().wait()
                finally:
                    self._temporal.called_off.set()
            if self._code in self._temporal.waits:
                await self._temporal.waits[self._code].wait()
            error = self._temporal.answer(self._code)
            if error is not None:
                raise error


def failing(status: RPCStatusCode) -> RPCError:
    return RPCError("as told", status, b"")


def only(code: str, error: Exception) -> Callable[[str], Exception | None]:
    return lambda whom: error if whom == code else None


def relay(outbox: Outbox, temporal: Temporal | Client, **options: Any) -> Relay:
    client = cast(Client, temporal)
    return Relay(outbox.engine, outbox.route.target(outbox.engine, client), **({"sweep_s": 0.01} | options))


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(each.run(stop)) for each in relays]
    yield
    stop.set()
    for each in relays:
        each.wake()
    await asyncio.gather(*tasks)


# -- committed first, once ----------------------------------------------------------------------------------
async def test_what_is_rolled_back_was_never_said(outbox: Outbox, route: Route) -> None:
    (code,) = codes(1)
    async with outbox.engine.connect() as connection:
        await route.say(connection, code, "undone", datetime.now(UTC))
        await connection.rollback()
    temporal = Temporal()
    await relay(outbox, temporal).deliver_all()
    assert temporal.heard == []


async def test_a_fact_said_again_is_delivered_once(outbox: Outbox, route: Route) -> None:
    (code,) = codes(1)
    temporal = Temporal()
    for new in (frozenset({"same"}), frozenset[str]()):
        async with outbox.engine.begin() as connection:
            assert await route.say(connection, code, "same", datetime.now(UTC)) == new
        await relay(outbox, temporal).deliver_all()
    assert temporal.heard == [(code, "same")]


async def test_the_same_fact_over_several_connections_at_once_is_recorded_once(outbox: Outbox) -> None:
    (code,) = codes(1)
    await asyncio.gather(*(outbox.say(code, "same") for _ in range(6)))
    assert list(await outbox.rows()) == ["same"]


# -- in order, by whoever -----------------------------------------------------------------------------------
async def test_each_reservation_hears_its_events_in_order_from_several_relays_at_once(
    outbox: Outbox, temporal_env: WorkflowEnvironment
) -> None:
    client, all_codes = temporal_env.client, codes(6)
    for code in all_codes:
        await open_reservation(client, code)
    names = [f"{number:02}" for number in range(10)]
    async with running(*(relay(outbox, client) for _ in range(3))):
        for name in names:
            await outbox.say_to_each(all_codes, name)
        await eventually(outbox.is_empty)
    for code in all_codes:
        assert await heard(client, code) == [f"{name}:{code}" for name in names]
    assert set((await outbox.outcomes()).values()) == {"signalled"}


async def test_every_reservation_has_its_turn(outbox: Outbox) -> None:
    all_codes = codes(150)
    for name in "abc":
        await outbox.say_to_each(all_codes, name)
    temporal = Temporal()
    await relay(outbox, temporal).deliver_all()
    assert await outbox.is_empty()
    assert {code for code, _ in temporal.heard[:150]} == set(all_codes)
    for code in all_codes:
        assert [event_id for whom, event_id in temporal.heard if whom == code] == [
            f"{n}:{code}" for n in "abc"
        ]


async def test_a_woken_relay_delivers_at_once(outbox: Outbox) -> None:
    temporal = Temporal()
    eager = relay(outbox, temporal, sweep_s=3600)
    async with running(eager):
        await outbox.say(*codes(1), "now")
        eager.wake()
        await eventually(outbox.is_empty, timeout_s=5)


async def test_what_is_due_is_found_behind_any_number_that_wait(outbox: Outbox) -> None:
    *waiting, last = codes(401)
    await outbox.say_to_each(waiting, "later")
    await outbox.put_off(datetime.now(UTC) + timedelta(hours=1))
    await outbox.say(last, "due")
    temporal = Temporal()
    await relay(outbox, temporal).deliver_all()
    assert temporal.heard == [(last, "due")]


# -- outcomes -----------------------------------------------------------------------------------------------
async def test_a_workflow_that_is_closed_or_was_never_begun_is_final(
    outbox: Outbox, temporal_env: WorkflowEnvironment
) -> None:
    never_begun, closed = codes(2)
    await (await open_reservation(temporal_env.client, closed)).terminate()
    await outbox.say(never_begun, "one")
    await outbox.say(closed, "two")
    await relay(outbox, temporal_env.client).deliver_all()
    assert await outbox.outcomes() == {"one": "no_workflow", "two": "no_workflow"}


async def test_without_its_namespace_nothing_is_final(
    outbox: Outbox, temporal_env: WorkflowEnvironment
) -> None:
    address = temporal_env.client.service_client.config.target_host
    nowhere = await Client.connect(address, namespace="no-such-namespace")
    await outbox.say(*codes(1), "kept")
    await relay(outbox, nowhere).deliver_all()
    assert await outbox.outcomes() == {"kept": ""}


async def test_what_nobody_can_read_is_put_aside_and_the_next_one_has_its_turn(outbox: Outbox) -> None:
    (code,) = codes(1)
    await outbox.say_nonsense(code, "nonsense")
    await outbox.say(code, "sense")
    temporal = Temporal()
    await relay(outbox, temporal).deliver_all()
    assert await outbox.outcomes() == {"nonsense": "unreadable", "sense": "signalled"}


# -- what fails ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "error",
    [
        failing(RPCStatusCode.INVALID_ARGUMENT),
        failing(RPCStatusCode.UNAVAILABLE),
        AttributeError("a surprise"),
    ],
    ids=["refused", "away", "surprise"],
)
async def test_one_that_fails_holds_up_its_own_reservation_only(outbox: Outbox, error: Exception) -> None:
    poisoned, sound = codes(2)
    temporal = Temporal(only(poisoned, error))
    await outbox.say(poisoned, "first", "behind it")
    await outbox.say(sound, "a", "b", "c")
    before = datetime.now(UTC)
    await relay(outbox, temporal).deliver_all()
    rows = await outbox.rows()
    assert {name for name, row in rows.items() if row.outcome} == {"a", "b", "c"}
    assert rows["first"].not_before > before
    assert rows["behind it"].attempts == 0
    temporal.answer = lambda _code: None
    await outbox.put_off(None)
    await relay(outbox, temporal).deliver_all()
    assert await outbox.is_empty()


async def test_one_that_never_ends_is_put_off_and_holds_up_no_other_for_long(outbox: Outbox) -> None:
    hanging, sound = codes(2)
    temporal = Temporal()
    temporal.silent_for = hanging
    await outbox.say(hanging, "hangs")
    await outbox.say(sound, "a", "b")
    await relay(outbox, temporal, patience=timedelta(seconds=1)).deliver_all()
    assert await outbox.outcomes() == {"hangs": "", "a": "signalled", "b": "signalled"}


async def test_who_is_slow_keeps_nobody_elses_later_events_waiting(outbox: Outbox) -> None:
    hanging, sound = codes(2)
    temporal = Temporal()
    temporal.silent_for = hanging
    await outbox.say(hanging, "hangs")

    async def is_begun() -> bool:
        return bool(temporal.heard)

    async def is_heard() -> bool:
        return (await outbox.outcomes())["later"] == "signalled"

    waking = relay(outbox, temporal)
    work = asyncio.create_task(waking.run())
    await eventually(is_begun)
    await outbox.say(sound, "later")
    waking.wake()
    await eventually(is_heard, timeout_s=5)  # an attempt lasts ten
    assert temporal.heard == [(hanging, "hangs"), (sound, "later")]
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await temporal.called_off.wait()


async def test_one_that_is_slow_to_meet_nobody_is_put_off_alone(outbox: Outbox) -> None:
    """The others have met somebody since it began."""
    slow, sound = codes(2)
    temporal = Temporal(only(slow, failing(RPCStatusCode.UNAVAILABLE)))
    temporal.waits[slow] = over = asyncio.Event()
    await outbox.say(slow, "slow")
    await outbox.say(sound, "a")
    waking = relay(outbox, temporal)
    work = asyncio.create_task(waking.deliver_all())

    async def is_heard() -> bool:
        return (await outbox.outcomes())["a"] == "signalled"

    await eventually(is_heard)
    over.set()
    await work
    rows = await outbox.rows()
    assert rows["slow"].outcome == ""
    assert rows["slow"].not_before > datetime.now(UTC)


async def test_each_try_that_fails_makes_the_next_one_wait_longer_up_to_ten_seconds(outbox: Outbox) -> None:
    (code,) = codes(1)
    await outbox.say(code, "again")
    failing_relay = relay(outbox, Temporal(only(code, failing(RPCStatusCode.INVALID_ARGUMENT))))
    pauses = []
    for _ in range(6):
        await outbox.put_off(None)
        began = datetime.now(UTC)
        await failing_relay.deliver_all()
        row = (await outbox.rows())["again"]
        pauses.append(round((row.not_before - began).total_seconds()))
    assert pauses == [1, 2, 4, 8, 10, 10]
    assert row.attempts == 6


@pytest.mark.parametrize("status", [RPCStatusCode.UNAVAILABLE, RPCStatusCode.RESOURCE_EXHAUSTED])
async def test_while_nobody_is_there_one_at_a_time_is_tried_and_none_has_to_wait_for_it(
    outbox: Outbox, status: RPCStatusCode
) -> None:
    temporal = Temporal(lambda _code: failing(status))
    waiting = relay(outbox, temporal)
    await outbox.say_to_each(codes(200), "event")
    await waiting.deliver_all()
    after_first = len(temporal.heard)
    await waiting.deliver_all()
    await waiting.deliver_all()
    assert after_first < 200
    assert len(temporal.heard) == after_first + 2
    assert {row.not_before for row in (await outbox.rows()).values()} == {None}
    temporal.answer = lambda _code: None
    await waiting.deliver_all()
    assert await outbox.is_empty()


# -- figures ------------------------------------------------------------------------------------------------
async def test_lag_and_backlog_are_shown(outbox: Outbox) -> None:
    (code,) = codes(1)
    await outbox.say(code, "late", received_at=datetime.now(UTC) - timedelta(seconds=20))
    told: list[tuple[str, float]] = []
    shown = relay(outbox, Temporal(), delivered=lambda outcome, lag_s: told.append((outcome, lag_s)))
    assert shown.backlog.read_age_s != shown.backlog.read_age_s  # NaN: not read yet
    await shown.backlog.read()
    assert (shown.backlog.undelivered, shown.backlog.oldest_s >= 20) == (1, True)
    await shown.deliver_all()
    ((outcome, lag_s),) = told
    assert outcome == "signalled"
    assert 20 <= lag_s < 60


async def test_a_relay_has_only_its_own_target(engine: AsyncEngine, outbox: Outbox, route: Route) -> None:
    """What waits for another target is neither taken nor counted."""
    (code,) = codes(1)
    await outbox.say(code, "mine")
    (other,) = [each for each in ROUTES.values() if each is not route]
    temporal = Temporal()
    theirs = relay(Outbox(engine, other), temporal)
    await theirs.deliver_all()
    await theirs.backlog.read()
    assert (temporal.heard, theirs.backlog.undelivered) == ([], 0)
    assert await outbox.undelivered() == 1
