"""Tells engineers' endpoints of reservations: a loop that records what changed, and the target that delivers it."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
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
from domain.telling.endpoints import GIVEN_UP_AFTER, EndpointOutcome, EventKind, kind_of_state
from domain.telling.local_receiver import LocalReceiver
from webhooks.event_post import post_event
from webhooks.local_receiver import CallsOut
from webhooks.outgoing import WITHIN_S, Answer, new_client
from webhooks.signature import key_of

LONGEST_PAUSE = timedelta(hours=1)
_SWEEP = timedelta(seconds=1)
_AT_ONCE = 200
_GONE = 410


async def tell_endpoints(
    engine: AsyncEngine,
    stop: asyncio.Event,
    waiting: Callable[[BacklogFigures], None] = lambda _: None,
    local: LocalReceiver | None = None,
) -> None:
    """Record and deliver until `stop` is set. `waiting`: called in each round of delivery, for metrics."""
    sessions = create_sessions(engine)
    async with new_client(CallsOut(local)) as http:
        target = EndpointTarget(sessions, http)
        relay = Relay(engine, target, longest_pause=LONGEST_PAUSE, waiting=waiting, fewer=target.fewer)
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
    Where nobody is there, all of that endpoint wait, but for one that is tried now and then.
    """

    def __init__(self, sessions: Sessions, http: httpx.AsyncClient, *, within_s: float = WITHIN_S) -> None:
        self._sessions = sessions
        self._http = http
        self._within_s = within_s

    @property
    def name(self) -> Target:
        return Target.ENDPOINTS

    @property
    def ready(self) -> bool:
        return True

    async def fewer(self) -> Mapping[str, int]:
        """How many at once go to endpoints that fail, for the relay: none while one is left alone, then one."""
        now = datetime.now(UTC)
        async with self._sessions() as session:
            rests = await endpoints.failing(session)
        return {str(number): 0 if until > now else 1 for number, until in rests.items()}

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
        is_test = delivery.kind == EventKind.TESTED
        if not is_test and (endpoint.paused_at is not None or not endpoint.active):
            return EndpointOutcome.PAUSED.value
        until = endpoint.previous_secret_until
        both = until is not None and now < until
        answer = await post_event(
            self._http,
            endpoint.url,
            key_of(endpoint.secret),
            delivery,
            before=key_of(endpoint.previous_secret) if both else None,
            whose=endpoint.fleet_id or "",
            within_s=self._within_s,
        )
        if answer.is_untried:
            raise TryAgain(f"answered {answer}")
        return await self._noted(endpoint.id, endpoint.url, answer, datetime.now(UTC))

    async def _noted(self, endpoint_id: int, url: str, answer: Answer, now: datetime) -> str:
        """An address that was given up meanwhile says nothing of the new one, which is tried instead."""
        is_gone = answer.status == _GONE
        async with self._sessions.begin() as session:
            if answer.is_taken:
                await endpoints.note_success(session, endpoint_id, url, str(answer), now)
                return EndpointOutcome.RECEIVED.value
            is_there = await endpoints.note_failure(
                session,
                endpoint_id,
                url,
                str(answer),
                now,
                is_away=answer.is_away,
                asked=answer.pause,
                for_good=is_gone,
            )
        if is_gone and is_there:
            return EndpointOutcome.GONE.value
        raise TryAgain(f"answered {answer}", pause=answer.pause if is_there else timedelta(0))
