"""The second half of the webhook: stored events become signals to reservations. Run by the worker.

Several may run: rows are taken with SKIP LOCKED. An event may be signalled twice (a crash before the commit) and
in any order; the workflow knows events by id and asks Stripe what is true now.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import PaymentEvent
from activities.payment_records import CANCELED, INTENDED, UNPAID
from activities.payments import DEPOSIT
from activities.stripe_gateway import METADATA_CODE, METADATA_STEP
from db.tables import Payment, StripeEvent
from domain.reservation_code import workflow_id

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

log = structlog.get_logger()


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
        """Until `stop`: deliver what is there, then look again. Outages are waited out."""
        while not stop.is_set():
            try:
                busy = await self.deliver_batch() == BATCH
            except (RPCError, SQLAlchemyError) as failure:
                log.warning("stripe_events_not_delivered", error=type(failure).__name__)
                busy = False
            if not busy:
                await _stopped_within(stop, self._poll_seconds)

    async def deliver_batch(self) -> int:
        """Handle up to BATCH waiting events, oldest first; how many. Raises RPCError when Temporal is away."""
        handled = 0
        async with self._sessions() as session:
            events = await session.scalars(
                select(StripeEvent)
                .where(StripeEvent.handled_at.is_(None))
                .order_by(StripeEvent.received_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            try:
                for event in events:
                    async with session.begin_nested():  # an event that could not be told leaves no trace
                        event.outcome = await self._handle(session, event)
                        event.handled_at = datetime.now(UTC)
                    handled += 1
            except RPCError:
                await session.commit()  # what was delivered before Temporal went away stays delivered
                raise
            await session.commit()
        return handled

    async def _handle(self, session: AsyncSession, event: StripeEvent) -> str:
        """The outcome: `signalled`, `no_workflow` (unknown or closed) or `noted` (nobody waits for it)."""
        intent = _object(event.payload)
        code, step = _metadata(intent)
        status = STATUS_OF.get(event.type)
        if status is None or not code or not isinstance(intent.get("id"), str):
            return "noted"
        ours = OURS.get(status)
        known = ours is not None and await _known(session, intent, code, step) == ours
        await _bring_up_to_date(session, event, intent, code, step)
        if step != DEPOSIT or known:
            return "noted"  # our own call did it: the workflow has it from there
        failure = intent.get("last_payment_error") or {}
        signal = PaymentEvent(
            event_id=event.id,
            payment_intent_id=intent["id"],
            status=status,
            at=event.created_at,
            message=str(failure.get("message") or ""),
        )
        return await self._signal(code, signal)

    async def _signal(self, code: str, event: PaymentEvent) -> str:
        handle = self._temporal.get_workflow_handle(workflow_id(code))
        try:
            await handle.signal(SIGNAL, event, rpc_timeout=RPC_PATIENCE)
        except RPCError as failure:
            if failure.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
                return "no_workflow"
            raise
        return "signalled"


async def _known(session: AsyncSession, intent: dict[str, Any], code: str, step: str) -> str | None:
    row = (Payment.reservation_code == code) & (Payment.step == step)
    return await session.scalar(select(Payment.status).where(row, Payment.payment_intent_id == intent["id"]))


async def _bring_up_to_date(
    session: AsyncSession, event: StripeEvent, intent: dict[str, Any], code: str, step: str
) -> None:
    """Let our row know an intent whose id was lost in a crash, or that was paid in the app.

    So the reconciler finds an authorisation that outlived its workflow. Never backwards: events are unordered.
    """
    row = (Payment.reservation_code == code) & (Payment.step == step)
    same_or_unknown = Payment.payment_intent_id.is_(None) | (Payment.payment_intent_id == intent["id"])
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
        .values(payment_intent_id=intent["id"], updated_at=event.created_at, **values)
    )


def _object(payload: dict[str, Any]) -> dict[str, Any]:
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
