"""Endpoints of engineers: made, changed and tried by whose they are; operators see and change everybody's."""

import base64
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record as audit
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.delivery.inbox import NewEvent, Recipient, record
from db.engine import Sessions
from db.notifications import record_notice
from db.queries import webhook_endpoints as queries
from db.queries.newest_first import RowPosition
from db.queries.webhook_endpoints import EventSent
from db.tables import Source, Target, WebhookEndpoint
from domain.errors import TooManyWebhookEndpoints, UnknownWebhookEndpoint
from domain.facts.audit_telling import (
    WebhookEndpointRemoved,
    WebhookEndpointSet,
    WebhookEventsReplayed,
    WebhookSecretChanged,
)
from domain.facts.refused_telling import NoMoreEndpoints, NoSuchEndpoint
from domain.facts.signing_in_notices import EndpointAdded, EndpointChanged, EndpointSecretChanged
from domain.telling.endpoints import (
    MOST_ENDPOINTS,
    SECRET_LIVES_ON,
    TRIES_WITHIN,
    EventKind,
    check_replay,
    check_tries,
)
from domain.telling.local_receiver import LocalReceiver
from domain.telling.outside import check_url, digest_of_url, origin_of

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointOrder:
    """`kinds` empty: all. `fleet_id` None: the operator's; a fleet's own is always the fleet's."""

    url: str
    kinds: tuple[EventKind, ...]
    active: bool
    fleet_id: str | None = None


class WebhookEndpoints:
    """`local`: of a stack to try, the one receiver on its own machine."""

    def __init__(
        self, sessions: Sessions, clock: Callable[[], datetime], local: LocalReceiver | None = None
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._local = local

    async def all(self, principal: Principal) -> Sequence[WebhookEndpoint]:
        """A fleet's own; everybody's for operators. Raises ScopeMissing."""
        fleet_id = _fleet_of(principal)
        async with self._sessions() as session:
            return await queries.endpoints_of(session, fleet_id, of_all=fleet_id is None)

    async def one(self, principal: Principal, number: int) -> WebhookEndpoint:
        """Raises ScopeMissing, UnknownWebhookEndpoint."""
        async with self._sessions() as session:
            return await _found(session, principal, number)

    async def make(
        self, principal: Principal, order: EndpointOrder, seen: Seen = WHATEVER
    ) -> WebhookEndpoint:
        """Its secret is shown this once. Asked for again it is another one, unless who asks has `seen` which there are.

        Raises ScopeMissing, ChangedMeanwhile, EndpointInvalid, TooManyWebhookEndpoints.
        """
        theirs, now = _fleet_of(principal), self._clock()
        fleet_id, url = order.fleet_id if theirs is None else theirs, self._checked(order.url)
        async with self._sessions.begin() as session:
            await _lock(session, fleet_id)
            there = await queries.endpoints_of(session, theirs, of_all=theirs is None)
            seen.check(edition_of_endpoints(there))
            if sum(row.fleet_id == fleet_id for row in there) >= MOST_ENDPOINTS:
                raise TooManyWebhookEndpoints(NoMoreEndpoints(most=MOST_ENDPOINTS))
            row = WebhookEndpoint(
                fleet_id=fleet_id,
                url=url,
                secret=_new_secret(),
                kinds=[kind.value for kind in order.kinds],
                active=order.active,
                made_at=now,
                made_by=principal.subject,
                failures=0,
                last_answer="",
            )
            session.add(row)
            await session.flush()
            number = await _note_set(session, principal, row, now)
            await _tell(session, row, EndpointAdded(origin=origin_of(row.url)), number, now)
            return row

    async def put(
        self, principal: Principal, number: int, order: EndpointOrder, seen: Seen = WHATEVER
    ) -> WebhookEndpoint:
        """Whose it is stays. One that was paused is told again, if it is active.

        Raises ScopeMissing, UnknownWebhookEndpoint, ChangedMeanwhile, EndpointInvalid.
        """
        url, now = self._checked(order.url), self._clock()
        async with self._sessions.begin() as session:
            row = await _found(session, principal, number, locked=True)
            seen.check(edition_of_endpoint(row))
            before = edition_of_endpoint(row), row.active and row.paused_at is None
            row.url, row.active, row.kinds = url, order.active, [kind.value for kind in order.kinds]
            if row.active:
                row.paused_at, row.failing_since, row.failures, row.rests_until = None, None, 0, None
            number = await _note_set(session, principal, row, now)
            if before != (edition_of_endpoint(row), row.active):
                await _tell(session, row, EndpointChanged(origin=origin_of(row.url)), number, now)
            return row

    async def rotate_secret(
        self, principal: Principal, number: int, seen: Seen = WHATEVER
    ) -> WebhookEndpoint:
        """The new secret is shown this once; the one before signs beside it for SECRET_LIVES_ON, any older no more.
        Asked for again it is another one, unless who asks has `seen` which there was.

        Raises ScopeMissing, UnknownWebhookEndpoint, ChangedMeanwhile.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _found(session, principal, number, locked=True)
            seen.check(edition_of_endpoint(row))
            row.previous_secret, row.previous_secret_until = row.secret, now + SECRET_LIVES_ON
            row.secret = _new_secret()
            entry = await _note(session, principal, WebhookSecretChanged(number=number), row, now)
            await _tell(session, row, EndpointSecretChanged(origin=origin_of(row.url)), entry, now)
            return row

    async def remove(self, principal: Principal, number: int, seen: Seen = WHATEVER) -> None:
        """Nothing is sent there any more. Raises ScopeMissing, UnknownWebhookEndpoint, ChangedMeanwhile."""
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _found(session, principal, number, locked=True)
            seen.check(edition_of_endpoint(row))
            row.removed_at, row.secret, row.previous_secret = now, "", ""
            await _note(session, principal, WebhookEndpointRemoved(number=number), row, now)

    async def send_test(self, principal: Principal, number: int) -> str:
        """An event of its own kind, whatever the endpoint hears of, also where it is paused; its id.

        Raises ScopeMissing, UnknownWebhookEndpoint, EndpointTriedOften.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _found(session, principal, number, locked=True)
            check_tries(await queries.tried_since(session, row.id, now - TRIES_WITHIN))
            queries.be_tried(row, now)
            event = NewEvent(
                event_id=f"test_{row.id}_{secrets.token_hex(8)}",
                kind=EventKind.TESTED,
                subject="",
                at=now,
                received_at=now,
                payload=json.dumps({"endpoint": row.id}).encode(),
                recipients=[Recipient(target=Target.ENDPOINTS, key=queries.of_no_reservation(row.id))],
            )
            await record(await session.connection(), Source.RESERVATION, [event])
            return event.event_id

    async def replay(self, principal: Principal, number: int, since: datetime, *, received: bool) -> int:
        """Send again what was recorded from `since` on and was not received, or all; how many events.

        Raises ScopeMissing, UnknownWebhookEndpoint, EndpointNotListening, EndpointTriedOften.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _found(session, principal, number, locked=True)
            check_replay(active=row.active, paused=row.paused_at is not None)
            check_tries(await queries.tried_since(session, row.id, now - TRIES_WITHIN))
            queries.be_tried(row, now)
            events = await queries.replay(session, row.id, since, now, received=received)
            await _note(session, principal, WebhookEventsReplayed(number=number, events=events), row, now)
            return events

    def _checked(self, url: str) -> str:
        """Raises EndpointInvalid."""
        if self._local is not None and self._local.is_at(url):
            return url
        return check_url(url)

    async def events(
        self, principal: Principal, number: int, after: RowPosition | None, limit: int
    ) -> Sequence[EventSent]:
        """Up to `limit` + 1, the latest first. Raises ScopeMissing, UnknownWebhookEndpoint."""
        async with self._sessions() as session:
            row = await _found(session, principal, number)
            return await queries.events_of(session, row.id, after, limit)


def edition_of_endpoint(row: WebhookEndpoint) -> str:
    return edition_of(row.url, row.kinds, row.active, row.secret)


def edition_of_endpoints(rows: Sequence[WebhookEndpoint]) -> str:
    """Of which there are, as one sees them."""
    return edition_of([row.id for row in rows])


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def _fleet_of(principal: Principal) -> str | None:
    """None: an operator of the whole installation, to whom everybody's are open. Raises ScopeMissing."""
    return None if principal.is_operator else principal.require_fleet()


async def _found(
    session: AsyncSession, principal: Principal, number: int, *, locked: bool = False
) -> WebhookEndpoint:
    fleet_id = _fleet_of(principal)
    row = await session.get(WebhookEndpoint, number, with_for_update=locked)
    if row is None or row.removed_at is not None or (fleet_id is not None and row.fleet_id != fleet_id):
        raise UnknownWebhookEndpoint(NoSuchEndpoint(number=number))
    return row


async def _lock(session: AsyncSession, fleet_id: str | None) -> None:
    """Who makes one counts those before it."""
    key = func.hashtextextended(f"webhook_endpoints:{fleet_id or ''}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def _tell(
    session: AsyncSession,
    row: WebhookEndpoint,
    notice: EndpointAdded | EndpointChanged | EndpointSecretChanged,
    entry: int,
    now: datetime,
) -> None:
    """The fleet, whose reservations it hears of; an operator's own is nobody else's. `entry`: the audit trail's, of
    this change. One that hears of nothing is told of when it is switched on.
    """
    if row.fleet_id is None or not row.active:
        return
    await record_notice(
        session,
        notice,
        key=f"webhook_endpoint:{row.id}:{entry}",
        fleet_id=row.fleet_id,
        reservation_code="",
        at=now,
    )


async def _note_set(session: AsyncSession, principal: Principal, row: WebhookEndpoint, now: datetime) -> int:
    """The entry's number."""
    fact = WebhookEndpointSet(
        number=row.id, origin=origin_of(row.url), digest=digest_of_url(row.url), active=row.active
    )
    return await _note(session, principal, fact, row, now)


async def _note(
    session: AsyncSession,
    principal: Principal,
    fact: WebhookEndpointSet | WebhookEndpointRemoved | WebhookEventsReplayed | WebhookSecretChanged,
    row: WebhookEndpoint,
    now: datetime,
) -> int:
    by = "operator" if principal.is_operator else "fleet"
    _, number = await audit(session, principal, fact, queries.subject_of(row.id), at=now, by=by)
    return number
