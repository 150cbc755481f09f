"""Whose is a 2.x transaction that names nobody: of the card that was let in at its reader before the energy flowed.

Stations should tell the card by the next TransactionEvent (C02). Some only ask (Authorize), and what they deliver would
be nobody's. Only a card whose reservation opens this very connector is meant: of anybody else it would be a guess.
The connection remembers it; where the charger has come anew since, perhaps to another gateway, what was recorded does.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import AccessFacts
from domain.charging.access_reasons import AccessReason
from domain.charging.connector import ConnectorStatus
from domain.charging.session_identity import CLOCK_ERROR
from ocpp_gateway.duties.access_gate import judge_start
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.storage.welcomes import last_welcome
from ocpp_gateway.wire.reports import TransactionReported

_OPENS = frozenset({AccessReason.RESERVATION, AccessReason.LATE_ARRIVAL})


async def welcomed_for(
    connection: AsyncConnection, received: ReceivedCall, report: TransactionReported, session: Session
) -> str | None:
    """The card that may be meant, when this message is the first that shows energy; else None."""
    if report.id_tag is not None or session.id_tag or session.ended or not _draws_first(report, session):
        return None
    since = session.started_at - CLOCK_ERROR
    liveness = received.liveness
    welcome = None if liveness is None else liveness.welcome
    if welcome is None and (liveness is None or liveness.presence.connected_since > since):
        welcome = await last_welcome(connection, received.charger_id, since)
    return None if welcome is None or welcome[1] < since else welcome[0]


def _draws_first(report: TransactionReported, session: Session) -> bool:
    drew_before = session.meter_last_wh > session.meter_start_wh >= 0
    draws = report.status is ConnectorStatus.CHARGING or (report.meter_wh or 0) > session.meter_start_wh >= 0
    return draws and not drew_before


def is_opened_by(facts: AccessFacts, connector_id: int, at: datetime) -> bool:
    """Does the card's own reservation open the connector?"""
    return judge_start(facts, connector_id, at).decision.reason in _OPENS
