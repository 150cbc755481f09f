"""What news of chargers say of trouble: intervals begin and end, and reservations hear what no status tells them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.concerned import Edge, concerned
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.trouble import LOCK_FAILED, TroubleCause, trouble_of
from ocpp_gateway.duties.event_times import noticed_at
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage import troubles
from ocpp_gateway.storage.former_status import FormerStatus
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.storage.troubles import Ended, News, Word
from ocpp_gateway.wire.reports import StatusReported

Told = tuple[ReceivedCall, StatusReported, FormerStatus]


def error_told(report: StatusReported, before: FormerStatus) -> str:
    """Occupied (2.x) says nothing of a lock that has failed."""
    kept = report.merely_occupied and before.error_code == LOCK_FAILED
    return LOCK_FAILED if kept else report.error_code


def cause_before(before: FormerStatus) -> TroubleCause | None:
    return trouble_of(ConnectorStatus(before.status), before.error_code)


def cause_now(report: StatusReported, before: FormerStatus) -> TroubleCause | None:
    return trouble_of(report.status, error_told(report, before))


async def take(
    connection: AsyncConnection, told: Sequence[Told], beside: frozenset[int] = frozenset()
) -> frozenset[str]:
    """Of statuses that were written, of each charger one, and after it those of the types of plug of its EVSE.
    `beside`: those that say Unavailable only because another plug of the bay is busy, which is no trouble.

    The chargers whose trouble as a whole other evidence has ended: their reservations have to hear of it.
    """
    causes = [
        None if n in beside else cause_now(report, before) for n, (_, report, before) in enumerate(told)
    ]
    wholly = {
        before.connector_id
        for (_, _, before), cause in zip(told, causes, strict=True)
        if cause is not None and not before.plug
    }
    news = [
        News(
            charger_id=received.charger_id,
            connector_id=before.connector_id,
            plug=before.plug,
            cause=None if before.plug and before.connector_id in wholly else cause,
            detail=error_told(report, before),
            at=noticed_at(received, report.at),
            noticed_at=received.at,
        )
        for (received, report, before), cause in zip(told, causes, strict=True)
        if cause_before(before) is not None or cause is not None
    ]
    await troubles.tell(connection, news)
    return await _tell(connection, await troubles.vouch(connection, _words(told)))


def _words(told: Sequence[Told]) -> list[Word]:
    """What connectors say of a charger that is in trouble as a whole."""
    return [
        Word(
            charger_id=received.charger_id,
            connector_id=before.connector_id,
            well=_is_well(report, before),
            charging=report.status is ConnectorStatus.CHARGING,
            at=received.at,
        )
        for received, report, before in told
        if before.connector_id is not None and before.charger_in_trouble and not before.plug
    ]


async def session_runs(connection: AsyncConnection, charger_id: str, at: datetime) -> bool:
    """A transaction that was allowed has begun. Has it ended trouble of the whole charger?"""
    return bool(await _tell(connection, await troubles.session_runs(connection, charger_id, at)))


async def session_counts(connection: AsyncConnection, received: ReceivedCall, session: Session) -> bool:
    """Readings of a session have come. Have they disproved a fault that its charger has told as a whole?"""
    if not session.charger_faulted or session.ended:
        return False
    charger_id, at = received.charger_id, received.at
    return bool(
        await _tell(connection, await troubles.session_counts(connection, charger_id, session.id, at))
    )


def _is_well(report: StatusReported, before: FormerStatus) -> bool:
    return report.status is not ConnectorStatus.UNKNOWN and cause_now(report, before) is None


async def _tell(connection: AsyncConnection, ended: Sequence[Ended]) -> frozenset[str]:
    if not ended:
        return frozenset()
    now = max(one.at for one in ended)
    codes = await concerned(connection, [Edge(charger_id=one.charger_id) for one in ended], now)
    facts = [
        AddressedEvent(
            event=ChargerEvent(
                event_id=f"{one.charger_id}:trouble:{one.id}:ended",
                kind=ChargerEventKind.TROUBLE_ENDED,
                charger_id=one.charger_id,
                at=one.at,
                detail=one.by,
            ),
            recipients=dict.fromkeys(recipients),
        )
        for one, recipients in zip(ended, codes, strict=True)
    ]
    await record_all(connection, [(fact, fact.event.at) for fact in facts])
    return frozenset(one.charger_id for one in ended)
