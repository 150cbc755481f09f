"""While versions change: an older process leaves what it does not know yet to a newer one."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from db.delivery import inbox
from db.delivery.inbox import Recipient
from db.tables import TO_RESERVATIONS, Target
from delivery.relay import Relay
from delivery.reservations import Line, ReservationTarget
from tests.delivery.outbox import Outbox, codes
from tests.delivery.routes import ROUTES
from tests.delivery.test_relay import Temporal

NEWER = "sang"
ROOT = Path(__file__).parents[2]
TRIED_ELSEWHERE = {
    Target.WALK_INS: "tests/webhooks",
    Target.DEBTS: "tests/workflows/debts",
    Target.MOVEMENTS: "tests/activities/money",
    Target.MAIL: "tests/telling",
    Target.PUSH: "tests/telling",
    Target.SMS: "tests/telling",
    Target.VOICE: "tests/telling",
    Target.ENDPOINTS: "tests/webhooks",
}
"""No reservation hears of these: their guarantees are tried with the receiver that they have."""


async def test_a_kind_that_only_a_newer_version_knows_waits_for_it(outbox: Outbox) -> None:
    engine, line = outbox.engine, outbox.route.line(outbox.engine)
    code, another = codes(2)
    await say_newer(outbox, line.target, code)
    await outbox.say(code, "after")
    await outbox.say(another, "elsewhere")
    temporal = Temporal()
    client = cast(Client, temporal)
    older = Relay(engine, ReservationTarget(engine, line, lambda: client))
    await older.deliver_all()
    assert await outbox.outcomes() == {"newer": "", "after": "", "elsewhere": "signalled"}

    await outbox.put_off(None)
    newer = Relay(engine, ReservationTarget(engine, newer_line(line), lambda: client))
    await newer.deliver_all()
    assert set((await outbox.outcomes()).values()) == {"signalled"}
    assert temporal.heard == [(another, "elsewhere"), (code, "newer"), (code, "after")]


def test_every_target_has_its_route_here(engine: AsyncEngine) -> None:
    lines = [route.line(engine) for route in ROUTES.values()]
    assert {line.target for line in lines} | TRIED_ELSEWHERE.keys() == set(Target)
    assert all((ROOT / folder).is_dir() for folder in TRIED_ELSEWHERE.values())
    assert {line.target for line in lines} == set(TO_RESERVATIONS)


def newer_line(line: Line) -> Line:
    """As a newer version has it: one kind more."""
    return Line(
        target=line.target,
        signal=line.signal,
        kinds={*line.kinds, NEWER},
        read=lambda delivery: SimpleNamespace(event_id=delivery.event_id),
    )


async def say_newer(outbox: Outbox, target: Target, code: str) -> None:
    now = datetime.now(UTC)
    fact = inbox.NewEvent(
        event_id="newer",
        kind=NEWER,
        subject="NORTH-1",
        at=now,
        received_at=now,
        payload=b"{}",
        recipients=[Recipient(target=target, key=code)],
    )
    async with outbox.engine.begin() as connection:
        await inbox.record(connection, outbox.route.source, [fact])
