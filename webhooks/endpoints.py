"""Tells engineers' endpoints of reservations: a loop that records what changed, and the target that delivers it."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.rounds import repeat
from db.delivery.inbox import NewEvent, Recipient, record
from db.delivery.outbox import Delivery
from db.engine import Sessions, create_sessions
from db.queries import webhook_endpoints as endpoints
from db.queries.webhook_endpoints import REPLAYED_AT
from db.tables import ReservationChange, Source, Target, WebhookEndpoint
from delivery.backlog import BacklogFigures
from delivery.relay import Relay
from delivery.target import TryAgain
from domain.telling.endpoints import GIVEN_UP_AFTER, EndpointOutcome, kind_of_state
from webhooks.outside import Inside, OutsideTransport
from webhooks.signature import key_of, signed_headers

LONGEST_PAUSE = timedelta(hours=1)
_SWEEP = timedelta(seconds=1)
_AT_ONCE = 200
_TIMEOUT_S = 8.0
"""Of one attempt; below what the relay allows it."""


async def tell_endpoints(
    engine: AsyncEngine, stop: asyncio.Event, waiting: Callable[[BacklogFigures], None] = lambda _: None
) -> None:
    """Record and deliver until `stop` is set. `waiting`: called in each round of delivery, for metrics."""
    sessions = create_sessions(engine)
    async with httpx.AsyncClient(
        transport=OutsideTransport(), timeout=_TIMEOUT_S, follow_redirects=False
    ) as http:
        relay = Relay(engine, EndpointTarget(sessions, http), longest_pause=LONGEST_PAUSE, waiting=waiting)
        recorder = ChangeRecorder(sessions, relay.wake)
        await asyncio.gather(repeat("endpoints", recorder.record_all, _SWEEP, stop), relay.run(stop))


class ChangeRecorder:
    """`wake`: called after something was recorded, for the relay."""

    def __init__(self, sessions: Sessions, wake: Callable[[], None] = lambda: None) -> None:
        self._sessions = sessions
        self._wake = wake

    async def record_all(self) -> None:
        """All that changed until now."""
        while await self._record_some():
            self._wake()

    async def _record_some(self) -> bool:
        """Were there any?"""
        now = datetime.now(UTC)
        async with self._sessions.begin() as session:
            if not await endpoints.is_mine(session):
                return False
            changes = await endpoints.changes(session, _AT_ONCE)
            if not changes:
                return False
            listening = await endpoints.listening(session)
            facts = [_fact(change, listening, now) for change in changes]
            heard = [fact for fact in facts if fact.recipients]
            await record(await session.connection(), Source.RESERVATION, heard)
            await endpoints.tick_off(session, changes)
            return True


def _fact(change: ReservationChange, listening: Sequence[WebhookEndpoint], now: datetime) -> NewEvent:
    kind = kind_of_state(change.state)
    hear = [
        Recipient(target=Target.ENDPOINTS, key=f"{endpoint.id}:{change.code}")
        for endpoint in listening
        if endpoint.fleet_id in (None, change.fleet_id) and (not endpoint.kinds or kind in endpoint.kinds)
    ]
    return NewEvent(
        event_id=f"change_{change.id}",
        kind=kind,
        subject=change.code,
        at=change.at,
        received_at=now,
        payload=json.dumps(change.told).encode(),
        recipients=hear,
    )


class EndpointTarget:
    """Outcomes: those of EndpointOutcome. `extra` of one that was replayed: since when it is to be sent.

    The key is the endpoint's id and the reservation's code: one that fails keeps its own waiting, and others' not.
    """

    def __init__(self, sessions: Sessions, http: httpx.AsyncClient) -> None:
        self._sessions = sessions
        self._http = http

    @property
    def name(self) -> Target:
        return Target.ENDPOINTS

    @property
    def ready(self) -> bool:
        return True

    async def deliver(self, delivery: Delivery) -> str:
        now = datetime.now(UTC)
        since = delivery.extra.get(REPLAYED_AT)
        asked_at = delivery.received_at if since is None else datetime.fromisoformat(since)
        if now - asked_at > GIVEN_UP_AFTER:
            return EndpointOutcome.GIVEN_UP.value
        async with self._sessions() as session:
            endpoint = await session.get(WebhookEndpoint, int(delivery.key.partition(":")[0]))
        if endpoint is None or endpoint.removed_at is not None:
            return EndpointOutcome.NO_ENDPOINT.value
        if endpoint.paused_at is not None or not endpoint.active:
            return EndpointOutcome.PAUSED.value
        answer = await self._post(endpoint, delivery)
        return await self._noted(endpoint.id, answer, datetime.now(UTC))

    async def _post(self, endpoint: WebhookEndpoint, delivery: Delivery) -> str:
        """The status, or what kept it from one. Each attempt is signed anew: receivers refuse old timestamps."""
        document = {"type": delivery.kind, "timestamp": delivery.at.isoformat(), "data": delivery.payload}
        body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        signed = signed_headers(key_of(endpoint.secret), delivery.event_id, int(time.time()), body)
        headers = {"content-type": "application/json", **signed}
        try:
            async with self._http.stream("POST", endpoint.url, content=body, headers=headers) as response:
                return str(response.status_code)
        except Inside as inside:
            return inside.code
        except httpx.HTTPError as error:
            return type(error).__name__

    async def _noted(self, endpoint_id: int, answer: str, now: datetime) -> str:
        async with self._sessions.begin() as session:
            if answer.startswith("2"):
                await endpoints.note_success(session, endpoint_id, answer, now)
                return EndpointOutcome.RECEIVED.value
            await endpoints.note_failure(session, endpoint_id, answer, now, for_good=answer == "410")
        if answer == "410":
            return EndpointOutcome.GONE.value
        raise TryAgain(f"answered {answer}")
