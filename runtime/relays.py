"""The worker's relays: who hears what the payment provider says, and what debts are told."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from activities.failures import PaymentStillMoving, StripeKeyRefused, StripeUnavailable
from activities.money.dashboard_refunds import DashboardRefunds
from activities.money.debt_events import KINDS, DebtEvents
from activities.money.disputes import DISPUTE_DECIDED, Disputes
from activities.money.payment_events import PaymentEvents
from activities.money.payouts import Payouts
from activities.money.stripe_events import (
    OF_DISPUTES,
    OF_PAYOUTS,
    REFUNDS,
    STATUS_OF,
    SUBSCRIPTIONS,
    payment_event,
)
from activities.money.stripe_gateway import StripeGateway
from activities.money.subscriptions import Subscriptions
from contracts.names import MessageName
from db.engine import create_sessions
from db.tables import Target
from delivery.backlog import BacklogFigures
from delivery.debts import DebtTarget
from delivery.movements import MovementTarget
from delivery.relay import Relay
from delivery.reservations import Line, ReservationTarget
from workflows.client.debts import tell_debt

_ASK_AGAIN = (StripeUnavailable, PaymentStillMoving, StripeKeyRefused)
"""What the provider's answers may be that say nothing of what was asked."""


def payment_event_relay(
    engine: AsyncEngine,
    client: Client,
    stripe: StripeGateway,
    *,
    sweep_s: float = 0.3,
    waiting: Callable[[BacklogFigures], None] = lambda _: None,
) -> Relay:
    """`sweep_s`: how long a new event waits at most, as the api that records it cannot wake this process.

    `waiting`: called in each round, for metrics.
    """
    target = ReservationTarget(engine, payment_events(engine, stripe), lambda: client)
    return Relay(engine, target, sweep_s=sweep_s, waiting=waiting)


def payment_events(engine: AsyncEngine, stripe: StripeGateway) -> Line:
    payments = PaymentEvents(create_sessions(engine), stripe)
    return Line(
        target=Target.RESERVATION_PAYMENT,
        signal=MessageName.PAYMENT_EVENT,
        kinds=STATUS_OF.keys(),
        read=payment_event,
        is_known=payments.is_known,
        afterwards=payments.bring_up_to_date,
        later=_ASK_AGAIN,
    )


def debt_relay(
    engine: AsyncEngine, client: Client, *, waiting: Callable[[BacklogFigures], None] = lambda _: None
) -> Relay:
    """As `payment_event_relay`, for what debts hear."""
    events = DebtEvents(create_sessions(engine))
    return Relay(
        engine, DebtTarget(engine, KINDS, events.is_known, tell_debt, lambda: client), waiting=waiting
    )


def movement_relay(
    engine: AsyncEngine, stripe: StripeGateway, *, waiting: Callable[[BacklogFigures], None] = lambda _: None
) -> Relay:
    """As `payment_event_relay`, for our books of what the provider moves by itself."""
    return Relay(engine, movements(engine, stripe), waiting=waiting)


def movements(engine: AsyncEngine, stripe: StripeGateway) -> MovementTarget:
    sessions = create_sessions(engine)
    disputes = Disputes(sessions, stripe)
    hear = {
        **dict.fromkeys(OF_DISPUTES, disputes.hear),
        DISPUTE_DECIDED: disputes.hear,
        **dict.fromkeys(OF_PAYOUTS, Payouts(sessions, stripe).hear),
        **dict.fromkeys(REFUNDS, DashboardRefunds(sessions, stripe).hear),
        **dict.fromkeys(SUBSCRIPTIONS, Subscriptions(sessions, stripe).hear),
    }
    return MovementTarget(hear, away=StripeUnavailable, later=_ASK_AGAIN)
