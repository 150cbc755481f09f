"""Finds the session that a transaction's report belongs to, and the id under which the inbox knows the report."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.cards_at import holder_at
from domain.charging.ids_by_evse import meant
from domain.charging.session_identity import (
    BegunSession,
    EndedSession,
    KnownSession,
    RunningSession,
    StrayEnd,
    Told,
    begun_before_its_end,
    session_ended_by,
    session_of,
)
from domain.charging.stopping import BegunBy
from ocpp_gateway.duties.event_times import moment
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage import session_signs, sessions
from ocpp_gateway.storage.chargers import booted_at, connector_id
from ocpp_gateway.storage.session_signs import EndedFirst
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.reports import Phase, TransactionReported

_STRAY_ENDS_REACH = timedelta(days=1)
"""An end that was inferred so long ago takes no stop without a number."""


async def candidates(
    connection: AsyncConnection, received: ReceivedCall, report: TransactionReported
) -> list[Session]:
    """The sessions that have, or had, the report's transaction id, newest first."""
    if report.transaction_id is None:
        return []
    return await sessions.known(connection, received.charger_id, report.transaction_id)


async def belonging(
    connection: AsyncConnection, received: ReceivedCall, report: TransactionReported, known: list[Session]
) -> Session | None:
    """Which of them it is; None: one not heard of before."""
    if report.seq_no is None:
        return known[0] if known else None  # 1.6: the number is ours
    happened, starts = moment(received, report), report.phase is Phase.STARTED
    timeless = starts and report.clock_unset and bool(known)
    place = report.connector_number if starts or len({one.connector_id for one in known}) > 1 else None
    told = Told(
        starts=starts,
        at=happened.at,
        stamp=report.at,
        seq_no=report.seq_no,
        unstamped=report.clock_unset,
        live=happened.live,
        id_tag=report.id_tag,
        booted_at=await booted_at(connection, received.charger_id) if timeless else None,
        connector_id=await connector_id(connection, received.charger_id, place) if place and known else None,
        meter_wh=report.meter_wh,
    )
    number = session_of(told, meant(told, [_known(session) for session in known]))
    return next((session for session in known if session.id == number), None)


async def meant_by_stray_end(
    connection: AsyncConnection, received: ReceivedCall, report: TransactionReported
) -> Session | None:
    """Of a 1.6 stop without a number of ours."""
    at = moment(received, report).at
    found = await session_signs.unfinished(connection, received.charger_id, at - _STRAY_ENDS_REACH)
    end = StrayEnd(
        at=at,
        id_tag=report.id_tag,
        meter_wh=report.meter_wh,
        invented=report.transaction_id is not None,
        driver_id=(await holder_at(connection, report.id_tag, at)).driver_id,
    )
    number = session_ended_by(end, [_running(session) for session in found])
    return next((session for session in found if session.id == number), None)


async def ended_already(
    connection: AsyncConnection, received: ReceivedCall, report: TransactionReported
) -> Session | None:
    """Of a 1.6 start: the session whose end came first, and was given a place by its card, driver or group."""
    at, id_tag = moment(received, report).at, report.id_tag
    if not id_tag:
        return None
    holder = await holder_at(connection, id_tag, at)
    found = await session_signs.ended_first(
        connection, received.charger_id, id_tag, holder, since=at, stamp=report.at
    )
    begun = BegunSession(
        started_at=at,
        transaction_id=None,
        id_tag=id_tag,
        driver_id=holder.driver_id,
        group_id=holder.group_id,
        meter_wh=report.meter_wh,
    )
    number = begun_before_its_end(begun, report.at, [_ended(one) for one in found])
    return next((one.session for one in found if one.session.id == number), None)


async def as_it_is(connection: AsyncConnection, charger_id: str, session: Session) -> Session:
    """After a sign of life, which may have reopened one whose end was inferred."""
    if not session.end_inferred:
        return session
    known = await sessions.known(connection, charger_id, session.transaction_id)
    return next((one for one in known if one.id == session.id), session)


async def begun_by_whom(
    connection: AsyncConnection, session: Session, id_tag: str, own_group: str | None
) -> BegunBy:
    """Whose the session is, for a further token `id_tag` of the group `own_group`."""
    group_id = own_group
    if session.id_tag != id_tag:
        group_id = (await holder_at(connection, session.id_tag, session.started_at)).group_id
    return BegunBy(id_tag=session.id_tag, driver_id=session.driver_id, group_id=group_id)


def identity_of(report: TransactionReported, session: Session | None, known: list[Session]) -> str:
    """The report's identity within the charger, told apart by which user of the transaction id it is."""
    if (
        report.seq_no is None
        and report.phase is Phase.ENDED
        and not known
        and report.transaction_id is not None
    ):
        # A number that we never gave out: stations that invent one use it again and again.
        return f"{report.identity}:{report.id_tag or ''}:{report.meter_wh}"
    following = known[0].reuse + 1 if known else 0
    reuse = following if session is None else session.reuse
    return f"{report.identity}~{reuse}" if reuse else report.identity


def _known(session: Session) -> KnownSession:
    return KnownSession(
        number=session.id,
        started_at=session.started_at,
        last_sign_at=session.last_sign_at,
        start_told_at=session.start_told_at,
        end_told_at=session.end_told_at,
        start_inferred=session.start_inferred,
        ended_at=session.ended_at,
        end_inferred=session.end_inferred,
        last_seq_no=session.last_seq_no,
        id_tag=session.id_tag,
        contradicted=session.contradicted_at is not None,
        connector_id=None if session.place_inferred else session.connector_id,
        meter_last_wh=session.meter_last_wh if session.meter_last_wh >= 0 else None,
    )


def _running(session: Session) -> RunningSession:
    return RunningSession(
        number=session.id,
        id_tag=session.id_tag,
        started_at=session.started_at,
        meter_last_wh=session.meter_last_wh,
        driver_id=session.driver_id,
    )


def _ended(found: EndedFirst) -> EndedSession:
    session = found.session
    return EndedSession(
        number=session.id,
        id_tag=session.id_tag,
        ended_at=session.ended_at or session.last_sign_at,
        start_told_at=session.start_told_at,
        driver_id=session.driver_id,
        group_id=found.group_id,
        meter_wh=session.meter_last_wh if session.meter_last_wh > 0 else None,
    )
