"""The second half of the webhook: stored events become signals to reservations. Run by the worker.

Several may run: each event is claimed for a while, in a transaction of its own, and no transaction is open while
Temporal is called. An event may be signalled twice (a crash before it is ticked off) and in any order; the workflow
knows events by id and asks Stripe what is true now. One that cannot be told now waits, and the others go on.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.money.payment_records import CANCELED, INTENDED, UNPAID
from activities.money.payments import DEPOSIT
from activities.money.stripe_gateway import METADATA_CODE, METADATA_STEP
from contracts.money import PaymentEvent
from db.tables import Payment, StripeEvent
from domain.reservation.code import workflow_id

STATUS_OF = {
    "payment_intent.amount_capturable_updated": "authorised",
    "payment_intent.payment_failed": "failed",
    "payment_intent.canceled": "canceled",
}
"""Events a workflow waits for. All others are recorded as `noted`."""

OURS = {"authorised": "requires_capture", "canceled": CANCELED}
"""Our row says so already: the workflow's own call did it, and a signal would only cost history, or meet its end."""

SIGNAL = "payment_event"
BATCH = 20
RPC_PATIENCE = timedelta(seconds=5)
CLAIM = timedelta(seconds=30)
"""Longer than handling one event takes; after it, a crashed relay's event is anybody's."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
LONGEST_PAUSE_AWAY = timedelta(seconds=5)
AWAY = frozenset(
    {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.RESOURCE_EXHAUSTED}
)
"""It is not the event's fault: it is tried again soon."""
RESTART_PAUSE_S = 1.0

log = structlog.get_logger()


class Unreadable(ValueError):
    """The event is about a reservation but not shaped as Stripe's API describes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What an event says about one payment of a reservation."""

    code: str
    step: str
    signal: PaymentEvent


class StripeEventRelay:
    """Delivers stored Stripe events; `poll_seconds` is how long a new one waits at most."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        temporal_client: Client,
        *,
        poll_seconds: float = 0.3,
    ) -> None:
        self._sessions = sessions
        self._temporal = temporal_client
        self._poll_seconds = poll_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: deliver what is there, then look again. Outages, and surprises, are waited out."""
        while not stop.is_set():
            pause = self._poll_seconds
            try:
                if await self.deliver_batch() == BATCH:
                    continue
            except (SQLAlchemyError, OSError) as failure:
                log.warning("stripe_events_not_delivered", error=type(failure).__name__)
            except Exception:
                log.exception("stripe_events_not_delivered")
                pause = max(pause, RESTART_PAUSE_S)
            await _stopped_within(stop, pause)

    async def deliver_batch(self) -> int:
        """Look at up to BATCH due events, longest due first; how many. Raises what the database raises."""
        for looked_at in range(BATCH):
            event = await self._claim()
            if event is None:
                return looked_at
            await self._deliver(event)
        return BATCH

    async def _claim(self) -> StripeEvent | None:
        """The next due event, for CLAIM ours alone."""
        now = datetime.now(UTC)
        due = (
            select(StripeEvent.id)
            .where(
                StripeEvent.handled_at.is_(None),
                or_(StripeEvent.not_before.is_(None), StripeEvent.not_before <= now),
            )
            .order_by(func.coalesce(StripeEvent.not_before, StripeEvent.received_at))
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        claim = (
            update(StripeEvent)
            .where(StripeEvent.id == due)
            .values(not_before=now + CLAIM, attempts=StripeEvent.attempts + 1)
            .returning(StripeEvent)
        )
        async with self._sessions.begin() as session:
            return (await session.scalars(claim)).one_or_none()

    async def _deliver(self, event: StripeEvent) -> None:
        """Tell it, then tick it off; what fails is put off, and leaves no trace in our payments."""
        try:
            outcome = await self._handle(event)
        except RPCError as failure:
            log.warning(
                "stripe_event_put_off", event_id=event.id, status=failure.status.name, attempts=event.attempts
            )
            longest = LONGEST_PAUSE_AWAY if failure.status in AWAY else LONGEST_PAUSE
            await self._put_off(event, longest)
            return
        except Exception:  # one event that nobody foresaw must not keep the others waiting
            log.exception("stripe_event_put_off", event_id=event.id, attempts=event.attempts)
            await self._put_off(event, LONGEST_PAUSE)
            return
        log.debug("stripe_event_handled", event_id=event.id, outcome=outcome)

    async def _put_off(self, event: StripeEvent, longest: timedelta) -> None:
        pause = min(FIRST_PAUSE * 2 ** min(event.attempts - 1, 20), longest)
        async with self._sessions.begin() as session:
            await session.execute(
                update(StripeEvent)
                .where(StripeEvent.id == event.id, StripeEvent.handled_at.is_(None))
                .values(not_before=datetime.now(UTC) + pause)
            )

    async def _handle(self, event: StripeEvent) -> str:
        """The outcome, which is also stored: `signalled`, `no_workflow` (unknown or closed), `noted` (nobody
        waits for it) or `unreadable`."""
        try:
            told = _read(event)
        except Unreadable as fault:
            log.error("stripe_event_unreadable", event_id=event.id, type=event.type, fault=str(fault))
            return await self._tick_off(event, "unreadable", None)
        if told is None:
            return await self._tick_off(event, "noted", None)
        ours = OURS.get(told.signal.status)
        known = ours is not None and await self._status_known(told) == ours
        if told.step != DEPOSIT or known:
            return await self._tick_off(event, "noted", told)  # our own call did it: the workflow has it
        # Signal first: were our row brought up to date before, a second try would take the event for known.
        return await self._tick_off(event, await self._signal(told.code, told.signal), told)

    async def _tick_off(self, event: StripeEvent, outcome: str, told: _Told | None) -> str:
        async with self._sessions.begin() as session:
            if told is not None:
                await _bring_up_to_date(session, event, told)
            await session.execute(
                update(StripeEvent)
                .where(StripeEvent.id == event.id)
                .values(outcome=outcome, handled_at=datetime.now(UTC))
            )
        return outcome

    async def _status_known(self, told: _Told) -> str | None:
        row = (Payment.reservation_code == told.code) & (Payment.step == told.step)
        mine = Payment.payment_intent_id == told.signal.payment_intent_id
        async with self._sessions() as session:
            return await session.scalar(select(Payment.status).where(row, mine))

    async def _signal(self, code: str, event: PaymentEvent) -> str:
        handle = self._temporal.get_workflow_handle(workflow_id(code))
        try:
            await handle.signal(SIGNAL, event, rpc_timeout=RPC_PATIENCE)
        except RPCError as failure:
            if failure.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
                return "no_workflow"
            raise
        return "signalled"


async def _bring_up_to_date(session: AsyncSession, event: StripeEvent, told: _Told) -> None:
    """Let our row know an intent whose id was lost in a crash, or that was paid in the app.

    So the reconciler finds an authorisation that outlived its workflow. Never backwards: events are unordered.
    """
    intent_id = told.signal.payment_intent_id
    row = (Payment.reservation_code == told.code) & (Payment.step == told.step)
    same_or_unknown = Payment.payment_intent_id.is_(None) | (Payment.payment_intent_id == intent_id)
    waiting: ColumnElement[bool]
    values: dict[str, str] = {}
    match STATUS_OF[event.type]:
        case "authorised":
            lost = (Payment.status == CANCELED) & Payment.payment_intent_id.is_(None)
            waiting = Payment.status.in_([INTENDED, *UNPAID]) | lost
            values["status"] = "requires_capture"
        case "canceled":
            waiting = Payment.status.in_([*UNPAID, "requires_capture"])
            values["status"] = CANCELED
        case _:
            waiting = Payment.status == INTENDED
    await session.execute(
        update(Payment)
        .where(row, same_or_unknown, waiting)
        .values(payment_intent_id=intent_id, updated_at=event.created_at, **values)
    )


def _read(event: StripeEvent) -> _Told | None:
    """None: nothing a reservation waits for. Raises Unreadable."""
    intent = _object(event.payload)
    code, step = _metadata(intent)
    status = STATUS_OF.get(event.type)
    if status is None or not code or not isinstance(intent.get("id"), str):
        return None
    failure = intent.get("last_payment_error") or {}
    if not isinstance(failure, dict):
        raise Unreadable("last_payment_error is no object")
    signal = PaymentEvent(
        event_id=event.id,
        payment_intent_id=intent["id"],
        status=status,
        at=event.created_at,
        message=str(failure.get("message") or ""),
    )
    return _Told(code=code, step=step, signal=signal)


def _object(payload: object) -> dict[str, Any]:
    """The event's `data.object`; an empty one when there is none. Raises Unreadable."""
    if not isinstance(payload, dict):
        raise Unreadable("the event is no object")
    data = payload.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _metadata(intent: dict[str, Any]) -> tuple[str, str]:
    metadata = intent.get("metadata")
    if not isinstance(metadata, dict):
        return "", ""
    return str(metadata.get(METADATA_CODE) or ""), str(metadata.get(METADATA_STEP) or "")


async def _stopped_within(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
