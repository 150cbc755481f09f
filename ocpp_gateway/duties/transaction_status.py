"""What a message about a transaction says of its connector."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging.connector import ConnectorStatus
from domain.charging.events import LEFT
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.statuses import is_broken, take_each
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.storage.statuses import shows_cable
from ocpp_gateway.wire.answers import Acknowledged
from ocpp_gateway.wire.reports import Phase, StatusReported, TransactionReported

_NOTHING = Outcome(answer=Acknowledged())


async def take_status_of(
    connection: AsyncConnection,
    received: ReceivedCall,
    report: TransactionReported,
    session: Session,
    *,
    at: datetime,
    heard_at: datetime,
) -> Outcome:
    """`at`: when it was so. `heard_at`: by our clock, when the charger said it.

    The answer is nobody's: the transaction has its own.
    """
    number, status = report.connector_number, report.status
    stale = session.ended or (report.seq_no is not None and report.seq_no <= (session.last_seq_no or -1))
    if number is None or stale:
        return _NOTHING
    if status is None:
        if report.phase is Phase.ENDED and await _is_left_in(connection, received.charger_id, report):
            status = ConnectorStatus.OCCUPIED
        else:
            # Its next status says something new, whatever it was before the transaction began, or ended.
            goes_on = report.phase is Phase.UPDATED
            return (
                _NOTHING if goes_on else replace(_NOTHING, statuses={number: (ConnectorStatus.UNKNOWN, "")})
            )
    if report.phase is Phase.ENDED and await is_broken(connection, received.charger_id, number):
        return (
            _NOTHING  # an end tells of the vehicle, and takes back nothing that the connector says of itself
        )
    at_connector = StatusReported(
        connector_number=number,
        status=status,
        at=at,
        merely_occupied=status is ConnectorStatus.OCCUPIED,
    )
    queued = None if heard_at >= received.at else heard_at
    return await take_each(connection, received, [at_connector], queued_at=queued)


async def _is_left_in(connection: AsyncConnection, charger_id: str, report: TransactionReported) -> bool:
    """After an end that says nothing of the cable: a station that has said Occupied (2.x) does not say it again."""
    number = report.connector_number
    return (
        number is not None
        and report.stop_reason != LEFT
        and await shows_cable(connection, charger_id, number)
    )
