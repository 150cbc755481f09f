"""In another namespace than that of the reservations every one of them is unknown: nothing is settled by its word."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.reconciliation.home import Home
from contracts.reconciliation import NamespaceIdentity
from db.engine import create_sessions
from delivery.relay import Relay
from tests.api.namespace import bare_namespace
from tests.delivery.outbox import Outbox, codes, heard, open_reservation
from workflows.client.namespace import NamespaceMemory

ELSEWHERE = NamespaceIdentity(id=str(uuid4()), name="elsewhere", retention=timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Namespaces:
    ours: Client
    other: Client
    home: Home


@pytest.fixture
async def namespaces(engine: AsyncEngine, temporal_env: WorkflowEnvironment) -> Namespaces:
    """Two that exist; the reconciler has put `ours` on record."""
    ours, home = temporal_env.client, Home(create_sessions(engine))
    await home.accept(await NamespaceMemory(ours).identity())
    return Namespaces(ours, await bare_namespace(temporal_env, f"other-{uuid4().hex}"), home)


def relay(outbox: Outbox, client: Client) -> Relay:
    return Relay(outbox.engine, outbox.route.target(outbox.engine, client))


async def test_what_is_said_while_the_namespace_is_another_is_heard_once_it_is_right(
    outbox: Outbox, namespaces: Namespaces
) -> None:
    (code,) = codes(1)
    await open_reservation(namespaces.ours, code)
    await outbox.say(code, "card", "start", "stop")
    misled = relay(outbox, namespaces.other)
    with capture_logs() as said:
        for _ in range(3):
            await misled.deliver_all()
    rows = await outbox.rows()
    assert [(row.outcome, row.not_before) for row in rows.values()] == [("", None)] * 3
    (line,) = said
    assert (line["event"], line["log_level"]) == ("target_away", "warning")
    assert line["reason"].startswith("another_namespace: ")
    assert namespaces.other.namespace in line["reason"]
    await relay(outbox, namespaces.ours).deliver_all()
    assert await heard(namespaces.ours, code) == ["card", "start", "stop"]
    assert set((await outbox.outcomes()).values()) == {"signalled"}


async def test_many_of_them_wait_and_are_tried_one_at_a_time(outbox: Outbox, namespaces: Namespaces) -> None:
    await outbox.say_to_each(codes(200), "event")
    misled = relay(outbox, namespaces.other)
    for _ in range(3):
        await misled.deliver_all()
    assert await outbox.undelivered() == 200
    assert sum(row.attempts for row in (await outbox.rows()).values()) < 200


async def test_in_our_namespace_an_unknown_workflow_is_final(outbox: Outbox, namespaces: Namespaces) -> None:
    never_begun, closed = codes(2)
    await (await open_reservation(namespaces.ours, closed)).terminate()
    await outbox.say(never_begun, "one")
    await outbox.say(closed, "two")
    await relay(outbox, namespaces.ours).deliver_all()
    assert await outbox.outcomes() == {"one": "no_workflow", "two": "no_workflow"}


async def test_a_namespace_of_the_same_name_that_lost_its_data_settles_nothing_until_a_person_accepts_it(
    outbox: Outbox, namespaces: Namespaces
) -> None:
    await namespaces.home.accept(ELSEWHERE)
    await outbox.say(*codes(1), "kept")
    await relay(outbox, namespaces.ours).deliver_all()
    assert await outbox.outcomes() == {"kept": ""}
    await namespaces.home.accept(await NamespaceMemory(namespaces.ours).identity())
    await relay(outbox, namespaces.ours).deliver_all()
    assert await outbox.outcomes() == {"kept": "no_workflow"}
