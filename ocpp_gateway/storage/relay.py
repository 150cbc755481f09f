"""The relay of charger events: what is committed for reservations is signalled to their workflows."""

from collections.abc import Callable

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from contracts.names import MessageName
from db.delivery.outbox import Delivery, Unreadable
from db.tables import Target
from delivery.relay import Relay
from delivery.reservations import Line, ReservationTarget
from domain.charging.events import ChargerEvent, ChargerEventKind
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.inbox import read_event


def _event(delivery: Delivery) -> ChargerEvent:
    """As this one reservation is told it."""
    try:
        return read_event({**delivery.payload, **delivery.extra})
    except ValidationError as error:
        raise Unreadable(str(error)) from error


CHARGER_EVENTS = Line(
    target=Target.RESERVATION_CHARGER,
    signal=MessageName.CHARGER_EVENT,
    kinds=frozenset(ChargerEventKind),
    read=_event,
)


def charger_event_relay(
    engine: AsyncEngine, client: Callable[[], Client | None], metrics: GatewayMetrics, *, sweep_s: float = 1.0
) -> Relay:
    """Of all gateways: each delivers what another one left behind. `client`: None while Temporal is not reached."""
    relay = Relay(
        engine,
        ReservationTarget(engine, CHARGER_EVENTS, client),
        sweep_s=sweep_s,
        delivered=metrics.delivered,
    )
    metrics.watch("relay_undelivered", lambda: relay.backlog.undelivered)
    metrics.watch("relay_oldest_seconds", lambda: relay.backlog.oldest_s)
    metrics.watch("relay_read_age_seconds", lambda: relay.backlog.read_age_s)
    return relay
