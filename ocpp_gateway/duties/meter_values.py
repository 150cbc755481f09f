"""Readings that come by themselves, 1.6 and 2.x MeterValues: to the session that they belong to."""

from sqlalchemy.ext.asyncio import AsyncConnection

from ocpp_gateway.duties import troubles
from ocpp_gateway.duties.event_times import heard_at, measured_at, read_by
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.session_ends import take_sign
from ocpp_gateway.storage import sessions
from ocpp_gateway.storage.open_sessions import open_transaction_at
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import MeterReported


async def take_meter(connection: AsyncConnection, received: ReceivedCall, report: MeterReported) -> Outcome:
    """Energy into the session row; an event only where it shows that a session goes on whose end was inferred, or
    whose charger has said that it is broken.
    """
    transaction_id, told, disproved = report.transaction_id, False, False
    if transaction_id is None and report.connector_number is not None:
        transaction_id = await open_transaction_at(connection, received.charger_id, report.connector_number)
    if transaction_id is not None and report.readings:
        session = await sessions.find(connection, received.charger_id, transaction_id)
        if session is not None:
            readings = read_by(report.readings, measured_at(received, report) - report.at)
            await sessions.read_meter(connection, session, readings, received_at=received.at)
            disproved = await troubles.session_counts(connection, received, session)
            if report.transaction_id is not None:
                at = min(heard_at(received, report), received.at)
                told = await take_sign(connection, received.charger_id, session, at, received.at)
    return Outcome(answer=Acknowledged(), events=told or disproved, statuses_doubted=disproved)
