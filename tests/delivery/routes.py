"""Every way from a source to a target. What is added here has to keep all guarantees in this folder."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from temporalio.client import Client

from activities.money.stripe_events import event_of
from activities.money.stripe_gateway import StripeGateway, VerifiedEvent
from db.delivery import inbox
from db.delivery.inbox import Recipient
from db.tables import Source, Target
from delivery.reservations import Line, ReservationTarget
from domain.charging.events import ChargerEvent, ChargerEventKind
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.relay import CHARGER_EVENTS
from runtime.relays import payment_events

Say = Callable[[AsyncConnection, str, str, datetime], Awaitable[frozenset[str]]]
"""Records one fact for a reservation: code, event id, when it was received. The ids of those that are new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    source: Source
    say: Say
    say_nonsense: Say
    """As `say`, but nobody could read it."""
    line: Callable[[AsyncEngine], Line]

    def target(self, engine: AsyncEngine, client: Client) -> ReservationTarget:
        return ReservationTarget(engine, self.line(engine), lambda: client)


async def _charger_says(
    connection: AsyncConnection, code: str, event_id: str, at: datetime
) -> frozenset[str]:
    event = ChargerEvent(event_id=event_id, kind=ChargerEventKind.CHARGER_BOOTED, charger_id="NORTH-1", at=at)
    return await record_all(connection, [(AddressedEvent(event=event, recipients={code: None}), at)])


async def _charger_talks_nonsense(
    connection: AsyncConnection, code: str, event_id: str, at: datetime
) -> frozenset[str]:
    fact = inbox.NewEvent(
        event_id=event_id,
        kind="charger_booted",
        subject="NORTH-1",
        at=at,
        received_at=at,
        payload=b'{"kind": "no such kind"}',
        recipients=[Recipient(target=Target.RESERVATION_CHARGER, key=code)],
    )
    return await inbox.record(connection, Source.CHARGER, [fact])


async def _stripe_says(connection: AsyncConnection, code: str, event_id: str, at: datetime) -> frozenset[str]:
    return await inbox.record(connection, Source.STRIPE, [_failed_payment(code, event_id, at)])


async def _stripe_talks_nonsense(
    connection: AsyncConnection, code: str, event_id: str, at: datetime
) -> frozenset[str]:
    fact = _failed_payment(code, event_id, at, last_payment_error="no object")
    return await inbox.record(connection, Source.STRIPE, [fact])


def _failed_payment(code: str, event_id: str, at: datetime, **over: Any) -> inbox.NewEvent:
    intent = {"id": "pi_1", "metadata": {"reservation_code": code, "step": "deposit"}, **over}
    kind, payload = "payment_intent.payment_failed", {"data": {"object": intent}}
    return event_of(VerifiedEvent(id=event_id, type=kind, created=at, payload=payload), at)


ROUTES = {
    "charger": Route(
        source=Source.CHARGER,
        say=_charger_says,
        say_nonsense=_charger_talks_nonsense,
        line=lambda _engine: CHARGER_EVENTS,
    ),
    "stripe": Route(
        source=Source.STRIPE,
        say=_stripe_says,
        say_nonsense=_stripe_talks_nonsense,
        line=lambda engine: payment_events(engine, StripeGateway("sk_test_nobody")),
    ),
}
