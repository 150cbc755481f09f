"""Statuses of connectors and chargers: only a change is an edge, and only telling edges reach reservations."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.concerned import Edge, concerned
from domain.charging.connector import ConnectorStatus, concerns_reservations
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.presence import DENIES, SHOWS_NOBODY
from domain.charging.trouble import LOCK_FAILED, trouble_of
from ocpp_gateway.duties import troubles
from ocpp_gateway.duties.beside import Told, blocked_beside, vacated_beside
from ocpp_gateway.duties.contradictions import Shown, take_contradictions
from ocpp_gateway.duties.event_times import noticed_at, stamped_at
from ocpp_gateway.duties.event_times import queued_at as when_queued
from ocpp_gateway.duties.only_connectors import AS_A_WHOLE, meant_of_the_only_one
from ocpp_gateway.duties.received_call import KnownStatus, Outcome, ReceivedCall
from ocpp_gateway.duties.status_edges import Reported, changes_trouble, edges_of, of_evse, of_plugs
from ocpp_gateway.storage.former_status import FormerStatus
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.statuses import NewStatus, shown_by, shown_since, write_statuses
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import LockReported, StatusReported

log = structlog.get_logger(__name__)


async def take_statuses(
    connection: AsyncConnection,
    reported: Sequence[Reported],
    queued_at: datetime | None = None,
    *,
    shown_now: bool = True,
) -> list[Outcome]:
    """Write the statuses; edges go to every reservation that watches. At most one report a connector.

    What a charger says as a whole of its only connector is taken as that connector's: Available of both.
    """
    meant = await meant_of_the_only_one(connection, reported)
    both = [n for n in meant if reported[n][1].status is ConnectorStatus.AVAILABLE]
    first = [
        (received, report if n in both else meant.get(n, report))
        for n, (received, report) in enumerate(reported)
    ]
    outcomes = await _take(connection, first, queued_at, shown_now=shown_now)
    second = [(reported[n][0], meant[n]) for n in both]
    more = await _take(connection, second, queued_at, shown_now=shown_now) if second else []
    for n, outcome in zip(both, more, strict=True):
        outcomes[n] = replace(outcomes[n], events=outcomes[n].events or outcome.events)
    for n in meant:  # which of both is meant the next time is not remembered here
        outcomes[n] = replace(outcomes[n], statuses={AS_A_WHOLE: (ConnectorStatus.UNKNOWN, "")})
    return outcomes


async def _take(
    connection: AsyncConnection, reported: Sequence[Reported], queued_at: datetime | None, *, shown_now: bool
) -> list[Outcome]:
    """Four round trips, however many chargers: statuses, recipients, events with their deliveries, commit; and
    two more where there is trouble. `shown_now` False: the connectors have not said it anew, and it contradicts nobody.
    """
    news = [
        _new(received, report, queued_at or when_queued(received, report.at), shown_now=shown_now)
        for received, report in reported
    ]
    before = await write_statuses(connection, news)
    await take_contradictions(connection, _shown_anew(reported, news, before) if shown_now else [])
    reported = [
        (received, of_evse(report, known)) for (received, report), known in zip(reported, before, strict=True)
    ]
    delivered_for = await _record(connection, edges_of(reported, before))
    told = [
        (received, report, known)
        for (received, report), known in zip(reported, before, strict=True)
        if known is not None and known.written
    ]
    told += of_plugs(reported, before)
    beside = await blocked_beside(connection, told)
    ended = await troubles.take(connection, told, beside)
    return [
        Outcome(
            answer=_ACKNOWLEDGED,
            events=received.charger_id in ended
            or (received.charger_id, report.connector_number) in delivered_for,
            statuses=_now_known(received, report, known),
            statuses_doubted=received.charger_id in ended or _is_trouble_of_all(report),
            sessions_doubted=known is not None and known.stale,
        )
        for (received, report), known in zip(reported, before, strict=True)
    ]


def _shown_anew(
    reported: Sequence[Reported], news: Sequence[NewStatus], before: Sequence[FormerStatus | None]
) -> list[Shown]:
    return [
        Shown(known.connector_id, report.status, new.heard_at, ConnectorStatus(known.status), known.heard_at)
        for (_, report), new, known in zip(reported, news, before, strict=True)
        if known is not None
        and known.written
        and known.connector_id is not None
        # Of the connectors of one EVSE, only the one that says so tells that nobody is there.
        and known.together in (None, report.status)
    ]


async def take_each(
    connection: AsyncConnection,
    received: ReceivedCall,
    reports: Sequence[StatusReported],
    locks: Sequence[LockReported] = (),
    *,
    queued_at: datetime | None = None,
) -> Outcome:
    """Several of one charger, in their order (2.x NotifyEvent). A lock changes no status, only what is wrong.

    `queued_at`: they tell of a time without connection. A message that is sent again tells nothing,
    if its clock is about right.
    """
    statuses: dict[int, KnownStatus] = {}
    events = doubted = stale = False
    again = await _told_before(connection, received, reports)
    for part, report in enumerate(reports):
        if report.connector_number in again:
            continue
        told = replace(received, part=part)
        (outcome,) = await take_statuses(connection, [(told, report)], queued_at)
        statuses |= outcome.statuses
        events, doubted = events or outcome.events, doubted or outcome.statuses_doubted
        stale = stale or outcome.sessions_doubted
    for part, lock in enumerate(locks, start=len(reports)):
        shown = await shown_by(connection, received.charger_id, lock.connector_number)
        if shown is not None and (lock.failed or shown[1] == LOCK_FAILED):
            anew = [(replace(received, part=part), _with_lock(shown[0], lock))]
            (outcome,) = await take_statuses(connection, anew, queued_at, shown_now=False)
            statuses |= outcome.statuses
            events = events or outcome.events
    return Outcome(
        answer=_ACKNOWLEDGED,
        events=events,
        statuses=statuses,
        statuses_doubted=doubted,
        sessions_doubted=stale,
    )


async def _told_before(
    connection: AsyncConnection, received: ReceivedCall, reports: Sequence[StatusReported]
) -> frozenset[int]:
    """Connectors that show already, since that very moment, what the message says of them last, after other things."""
    words = Counter((report.connector_number, report.plug) for report in reports)
    last = {report.connector_number: report for report in reports}
    several = {number for (number, _), count in words.items() if number and count > 1}
    shown = await shown_since(connection, received.charger_id) if several else {}
    return frozenset(
        number
        for number in several & shown.keys()
        if shown[number] == (last[number].status, noticed_at(received, last[number].at))
    )


async def is_broken(connection: AsyncConnection, charger_id: str, number: int) -> bool:
    """Does the connector show trouble of its own?"""
    shown = await shown_by(connection, charger_id, number)
    return shown is not None and trouble_of(*shown) is not None


def _with_lock(shown: ConnectorStatus, lock: LockReported) -> StatusReported:
    return StatusReported(
        connector_number=lock.connector_number,
        status=shown,
        at=lock.at,
        error_code=LOCK_FAILED if lock.failed else "",
    )


def _new(
    received: ReceivedCall, report: StatusReported, queued_at: datetime | None, *, shown_now: bool
) -> NewStatus:
    denies = shown_now and report.status in DENIES
    return NewStatus(
        charger_id=received.charger_id,
        epoch=received.epoch,
        number=report.connector_number,
        status=report.status,
        at=noticed_at(received, report.at),
        error_code=report.error_code,
        merely_occupied=report.merely_occupied,
        heard_at=queued_at or received.at,
        queued=queued_at is not None,
        plug=report.plug,
        stamped_at=stamped_at(received, report) if denies else None,
        denies=denies,
    )


def _now_known(
    received: ReceivedCall, report: StatusReported, known: FormerStatus | None
) -> dict[int, KnownStatus]:
    if known is None:
        log.warning(
            "status_of_unknown_connector", charger=received.charger_id, connector=report.connector_number
        )
        return {}
    if known.together is not None:  # which of its connectors says it again is not remembered here
        return {report.connector_number: (ConnectorStatus.UNKNOWN, "")}
    error_code = troubles.error_told(report, known)
    return {report.connector_number: (report.status, error_code)} if known.written else {}


def _is_trouble_of_all(report: StatusReported) -> bool:
    return not report.connector_number and not report.status.is_usable


async def _record(connection: AsyncConnection, edges: Sequence[Told]) -> frozenset[tuple[str, int]]:
    """Record the edges; charger and connector number of those that reservations are told."""
    blocked = await blocked_beside(connection, edges)
    vacated = await vacated_beside(connection, edges)
    telling = [
        (n, _edge(received, known, whole_berth=n in vacated))
        for n, (received, report, known) in enumerate(edges)
        if n not in blocked
        and (
            concerns_reservations(ConnectorStatus(known.status), report.status)
            or known.taken_back
            or changes_trouble(report, known)
        )
    ]
    recipients: dict[int, list[str]] = {}
    if telling:
        now = max(received.at for received, _, _ in edges)
        codes = await concerned(connection, [edge for _, edge in telling], now)
        recipients = dict(zip((n for n, _ in telling), codes, strict=True))
    await record_all(
        connection,
        [
            (_fact(received, report, known, recipients.get(n, []), busy_beside=vacated.get(n)), received.at)
            for n, (received, report, known) in enumerate(edges)
        ],
    )
    return frozenset(
        (edges[n][0].charger_id, edges[n][1].connector_number) for n in recipients if recipients[n]
    )


def _edge(received: ReceivedCall, known: FormerStatus, *, whole_berth: bool) -> Edge:
    return Edge(
        charger_id=received.charger_id,
        connector_id=known.connector_id,
        whole_berth=whole_berth,
        plug=known.plug or None,
        besides=tuple(one.plug for one in known.apart),
    )


def _fact(
    received: ReceivedCall,
    report: StatusReported,
    known: FormerStatus,
    recipients: list[str],
    *,
    busy_beside: bool | None,
) -> AddressedEvent:
    """`busy_beside` None: it says nothing of who may use the other plugs of its bay."""
    error_code = known.plug or troubles.error_told(report, known)
    place = f"{report.connector_number}:{known.plug}" if known.plug else f"{report.connector_number}"
    identity = (
        f"status:{place}:{report.status}:{received.at.isoformat()}:{received.message_id}:{received.part}"
    )
    event = ChargerEvent(
        # Gated by the change itself, so our moment and the message tell edges apart better than a charger's clock.
        event_id=received.event_id(identity),
        kind=ChargerEventKind.CONNECTOR_STATUS,
        charger_id=received.charger_id,
        at=noticed_at(received, report.at),
        connector_id=known.connector_id,
        status=report.status,
        detail=error_code,
        beside=() if busy_beside is None else known.beside,
        busy_beside=bool(busy_beside),
        there_until=_there_until(received, report, known),
    )
    return AddressedEvent(event=event, recipients=dict.fromkeys(recipients))


def _there_until(received: ReceivedCall, report: StatusReported, known: FormerStatus) -> datetime | None:
    """A charger that says only when asked that nobody is there has not told since when."""
    liveness, was_there = received.liveness, ConnectorStatus(known.status).is_in_use
    if liveness is None or report.status not in SHOWS_NOBODY or not was_there:
        return None
    return known.heard_at if liveness.was_asked(report.connector_number, received.at) else None


_ACKNOWLEDGED = Acknowledged()
