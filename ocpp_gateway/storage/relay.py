"""The relay of charger events: what is committed for reservations is signalled to their workflows."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from contracts.names import MessageName
from db.tables import Target
from delivery.relay import Relay
from delivery.reservations import ReservationSignal, ReservationTarget
from domain.charging.events import ChargerEventKind
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.inbox import read_event


def charger_event_relay(
    engine: AsyncEngine, client: Callable[[], Client | None], metrics: GatewayMetrics, *, sweep_s: float = 1.0
) -> Relay:
    """Of all gateways: each delivers what another one left behind. `client`: None while Temporal is not reached."""
    relay = Relay(engine, charger_events(client), sweep_s=sweep_s, delivered=metrics.delivered)
    metrics.watch("relay_undelivered", lambda: relay.backlog.undelivered)
    metrics.watch("relay_oldest_seconds", lambda: relay.backlog.oldest_s)
    metrics.watch("relay_read_age_seconds", lambda: relay.backlog.read_age_s)
    return relay


def charger_events(client: Callable[[], Client | None]) -> ReservationTarget:
    signal = ReservationSignal(client, MessageName.CHARGER_EVENT)
    return ReservationTarget(Target.RESERVATION_CHARGER, signal, read_event, frozenset(ChargerEventKind))
