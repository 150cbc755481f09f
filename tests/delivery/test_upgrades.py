"""While versions change: an older process leaves what it does not know yet to a newer one."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from contracts.names import MessageName
from db.delivery import inbox
from db.delivery.inbox import Recipient
from db.tables import Source, Target
from delivery.relay import Relay
from delivery.reservations import ReservationSignal, ReservationTarget
from ocpp_gateway.storage.relay import charger_events
from tests.delivery.outbox import Outbox, codes
from tests.delivery.routes import ROUTES
from tests.delivery.test_relay import Temporal

NEWER = "charger_sang"


async def say_newer(engine: AsyncEngine, code: str) -> None:
    now = datetime.now(UTC)
    fact = inbox.NewEvent(
        event_id="newer",
        kind=NEWER,
        subject="NORTH-1",
        at=now,
        received_at=now,
        payload=b'{"event_id": "newer", "kind": "charger_sang"}',
        recipients=[Recipient(target=Target.RESERVATION_CHARGER, key=code)],
    )
    async with engine.begin() as connection:
        await inbox.record(connection, Source.CHARGER, [fact])


async def test_a_kind_that_only_a_newer_version_knows_waits_for_it(engine: AsyncEngine) -> None:
    outbox = Outbox(engine, ROUTES["charger"])
    code, another = codes(2)
    await say_newer(engine, code)
    await outbox.say(code, "after")
    await outbox.say(another, "elsewhere")
    temporal = Temporal()
    client = cast(Client, temporal)
    older = Relay(engine, charger_events(lambda: client))
    await older.deliver_all()
    assert await outbox.outcomes() == {"newer": "", "after": "", "elsewhere": "signalled"}

    await outbox.put_off(None)
    signal = ReservationSignal(lambda: client, MessageName.CHARGER_EVENT)
    newer = Relay(
        engine,
        ReservationTarget(
            Target.RESERVATION_CHARGER,
            signal,
            lambda payload: SimpleNamespace(event_id=payload["event_id"]),
            {NEWER, "charger_booted"},
        ),
    )
    await newer.deliver_all()
    assert set((await outbox.outcomes()).values()) == {"signalled"}
    assert temporal.heard == [(another, "elsewhere"), (code, "newer"), (code, "after")]
