"""Readings that come by themselves, 1.6 and 2.x MeterValues: to the session that they belong to."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from ocpp_gateway.duties import troubles
from ocpp_gateway.duties.event_times import heard_at, measured_at, read_by
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.session_ends import take_sign
from ocpp_gateway.duties.transactions import take_transaction
from ocpp_gateway.storage import sessions, unplaced
from ocpp_gateway.storage.open_sessions import open_transaction_at
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import MeterReported, Phase, TransactionReported


async def take_meter(connection: AsyncConnection, received: ReceivedCall, report: MeterReported) -> Outcome:
    """Energy into the session row; an event only where it shows that a session goes on whose end was inferred, or
    whose charger has said that it is broken; or where the session runs, that began at connector 0 (1.6).
    """
    transaction_id, told, disproved = report.transaction_id, False, False
    if transaction_id is None and report.connector_number is not None:
        transaction_id = await open_transaction_at(connection, received.charger_id, report.connector_number)
    if transaction_id is not None and report.readings:
        session = await sessions.find(connection, received.charger_id, transaction_id)
        if await _tells_where(connection, received, report, session):
            outcome = await take_transaction(connection, received, _as_update(report))
            return replace(outcome, answer=Acknowledged())
        if session is not None:
            readings = read_by(report.readings, measured_at(received, report) - report.at)
            await sessions.read_meter(connection, session, readings, received_at=received.at)
            disproved = await troubles.session_counts(connection, received, session)
            if report.transaction_id is not None:
                at = min(heard_at(received, report), received.at)
                told = await take_sign(connection, received.charger_id, session, at, received.at)
    return Outcome(answer=Acknowledged(), events=told or disproved, statuses_doubted=disproved)


async def _tells_where(
    connection: AsyncConnection, received: ReceivedCall, report: MeterReported, session: Session | None
) -> bool:
    """Of a transaction whose place was only supposed, or that waits for one."""
    number = report.transaction_id
    if not number or not report.connector_number:
        return False
    if session is not None:
        return session.place_inferred
    return await unplaced.begun(connection, received.charger_id, number, before=received.at) is not None


def _as_update(report: MeterReported) -> TransactionReported:
    return TransactionReported(
        phase=Phase.UPDATED,
        identity=f"tx:{report.transaction_id}:at:{report.connector_number}",
        at=report.at,
        transaction_id=report.transaction_id,
        connector_number=report.connector_number,
        meter_wh=report.meter_wh,
        readings=report.readings,
    )
