"""Endpoints of engineers: who hears of what, what is still to be recorded for them, and how they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import AuditEntry, InboxEvent, OutboxDelivery, ReservationChange, Target, WebhookEndpoint
from domain.facts.audit_telling import WebhookEventsReplayed
from domain.facts.fact import code_of
from domain.telling.endpoints import EndpointOutcome, is_left_alone, rest_of

_WELL: Mapping[str, Any] = {"failing_since": None, "failures": 0, "rests_until": None}
REPLAYED_AT = "replayed_at"
"""Member of what only one recipient is told: ISO 8601."""

_REPLAY = text("""
    UPDATE outbox AS delivery
    SET delivered_at = NULL, outcome = '', not_before = NULL, attempts = 0,
        extra = delivery.extra || jsonb_build_object('replayed_at', CAST(:now AS text))
    FROM inbox AS fact
    WHERE delivery.target = 'endpoints' AND delivery.key COLLATE "C" >= :from AND delivery.key COLLATE "C" < :to
      AND fact.id = delivery.inbox_id AND fact.received_at >= :since AND delivery.delivered_at IS NOT NULL
      AND (:received OR delivery.outcome <> 'received')
""")

_NO_LONGER_PUT_OFF = text("""
    UPDATE outbox AS delivery SET not_before = NULL
    FROM inbox AS fact
    WHERE delivery.target = 'endpoints' AND delivery.key COLLATE "C" >= :from AND delivery.key COLLATE "C" < :to
      AND fact.id = delivery.inbox_id AND fact.received_at >= :since AND delivery.delivered_at IS NULL
      AND delivery.not_before > :in_hand_until
""")
_IN_HAND = timedelta(minutes=1)
"""Longer than any relay's claim: what waits beyond that was put off, and nobody has it in hand."""


async def is_mine(session: AsyncSession) -> bool:
    """Only one transaction at a time records changes, so that they stay in order."""
    mine = func.pg_try_advisory_xact_lock(func.hashtextextended("webhook_endpoints:recording", 0))
    return bool(await session.scalar(select(mine)))


async def listening(session: AsyncSession) -> Sequence[WebhookEndpoint]:
    """Those for which anything is recorded, also where they are paused: it may be replayed."""
    row = WebhookEndpoint
    statement = select(row).where(row.active, row.removed_at.is_(None))
    return (await session.scalars(statement.order_by(row.id))).all()


async def failing(session: AsyncSession) -> Mapping[int, datetime]:
    """Of those that are told anything now and have not taken the last: until when each is left alone."""
    row = WebhookEndpoint
    statement = select(row.id, row.rests_until).where(row.active, row.paused_at.is_(None))
    found = await session.execute(statement.where(row.removed_at.is_(None), row.rests_until.is_not(None)))
    return {number: until for number, until in found if until is not None}


async def changes(session: AsyncSession, limit: int) -> Sequence[ReservationChange]:
    return (
        await session.scalars(select(ReservationChange).order_by(ReservationChange.id).limit(limit))
    ).all()


async def tick_off(session: AsyncSession, recorded: Sequence[ReservationChange]) -> None:
    ids = [change.id for change in recorded]
    await session.execute(delete(ReservationChange).where(ReservationChange.id.in_(ids)))


async def note_success(session: AsyncSession, endpoint_id: int, url: str, answer: str, now: datetime) -> None:
    """`url`: which answered; of one that the endpoint has no more nothing is noted."""
    called = (WebhookEndpoint.id == endpoint_id, WebhookEndpoint.url == url)
    row = update(WebhookEndpoint).where(*called)
    await session.execute(row.values(last_answer=answer, last_at=now, **_WELL))


async def note_failure(
    session: AsyncSession,
    endpoint_id: int,
    url: str,
    answer: str,
    now: datetime,
    *,
    is_away: bool,
    asked: timedelta,
    for_good: bool,
) -> bool:
    """False: the endpoint has another address by now than `url`, which answered, and nothing is noted of it.

    `is_away`: it is nothing about the event, so all of them wait, and as long as it `asked` for; `for_good`: it has
    said that it wants no more.

    Also pauses one that fails for too long.
    """
    row = await session.get(WebhookEndpoint, endpoint_id, with_for_update=True)
    if row is None or row.url != url:
        return False
    row.failing_since = row.failing_since or now
    row.failures += 1
    rest = max(rest_of(row.failing_since, now), asked)
    row.rests_until = now + rest if is_away else row.rests_until or now
    row.last_answer, row.last_at = answer, now
    if for_good or is_left_alone(row.failing_since, row.failures, now):
        row.paused_at = row.paused_at or now
    return True


# --- what their owners see and do ------------------------------------------------------------------------


async def endpoints_of(
    session: AsyncSession, fleet_id: str | None, *, of_all: bool
) -> Sequence[WebhookEndpoint]:
    """Those of a fleet, or the operator's (None); `of_all`: everybody's. In the order in which they were made."""
    row = WebhookEndpoint
    statement = select(row).where(row.removed_at.is_(None))
    if not of_all:
        statement = statement.where(row.fleet_id.is_not_distinct_from(fleet_id))
    return (await session.scalars(statement.order_by(row.id))).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSent:
    """One event on its way to an endpoint. `outcome` None: of a newer version."""

    event_id: str
    kind: str
    reservation: str
    at: datetime
    delivery_id: int
    recorded_at: datetime
    outcome: EndpointOutcome | None
    attempts: int
    delivered_at: datetime | None
    next_attempt_at: datetime | None


async def events_of(
    session: AsyncSession, endpoint_id: int, after: RowPosition | None, limit: int
) -> Sequence[EventSent]:
    """Up to `limit` + 1, the latest first."""
    low, high = _keys(endpoint_id)
    statement = (
        select(InboxEvent, OutboxDelivery)
        .join(OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id)
        .where(
            OutboxDelivery.target == Target.ENDPOINTS.value,
            OutboxDelivery.key.collate("C") >= low,
            OutboxDelivery.key.collate("C") < high,
        )
    )
    page = newest_first(statement, InboxEvent.received_at, OutboxDelivery.id, after, limit)
    return [_sent(fact, delivery) for fact, delivery in await session.execute(page)]


async def tried_since(session: AsyncSession, endpoint_id: int, since: datetime) -> int:
    """How many test events were sent there after `since`, and replays."""
    delivery, fact = OutboxDelivery, InboxEvent
    tests = select(func.count()).select_from(delivery).join(fact, fact.id == delivery.inbox_id)
    tests = tests.where(delivery.target == Target.ENDPOINTS.value, fact.received_at > since)
    sent = await session.scalar(tests.where(delivery.key.collate("C") == of_no_reservation(endpoint_id)))
    replays = select(func.count()).where(
        AuditEntry.subject == subject_of(endpoint_id),
        AuditEntry.code == code_of(WebhookEventsReplayed),
        AuditEntry.at > since,
    )
    return (sent or 0) + (await session.scalar(replays) or 0)


def of_no_reservation(endpoint_id: int) -> str:
    """The key of test events."""
    return f"{endpoint_id}:"


def subject_of(endpoint_id: int) -> str:
    """In the audit trail."""
    return f"webhook_endpoint:{endpoint_id}"


def be_tried(row: WebhookEndpoint, now: datetime) -> None:
    """Whoever asks for it has mended it: it is not left alone any longer, and one at a time goes there."""
    if row.rests_until is not None:
        row.rests_until = min(row.rests_until, now)


async def replay(
    session: AsyncSession, endpoint_id: int, since: datetime, now: datetime, *, received: bool
) -> int:
    """Send again what was recorded from `since` on and not received, or also what was; how many there are. What still
    waits since then is due now.
    """
    low, high = _keys(endpoint_id)
    whose = {"from": low, "to": high, "since": since}
    await session.execute(_NO_LONGER_PUT_OFF, whose | {"in_hand_until": now + _IN_HAND})
    replayed = await session.execute(_REPLAY, whose | {"now": now.isoformat(), "received": received})
    return int(replayed.rowcount)  # type: ignore[attr-defined] # of an UPDATE


def _keys(endpoint_id: int) -> tuple[str, str]:
    """Its keys are from the first on, and before the second, by their bytes: `;` follows `:`.

    Other orders of letters pass over what is no letter, so whoever compares says COLLATE "C", as the index does.
    """
    return f"{endpoint_id}:", f"{endpoint_id};"


def _sent(fact: InboxEvent, delivery: OutboxDelivery) -> EventSent:
    known = {outcome.value: outcome for outcome in EndpointOutcome} | {"": EndpointOutcome.WAITING}
    return EventSent(
        event_id=fact.event_id,
        kind=fact.kind,
        reservation=fact.subject,
        at=fact.at,
        delivery_id=delivery.id,
        recorded_at=fact.received_at,
        outcome=known.get(delivery.outcome),
        attempts=delivery.attempts,
        delivered_at=delivery.delivered_at,
        next_attempt_at=delivery.not_before if delivery.delivered_at is None else None,
    )
