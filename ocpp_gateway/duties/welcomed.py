"""Whose is a 2.x transaction that names nobody: of the card that was let in at its reader before the energy flowed.

Stations should tell the card by the next TransactionEvent (C02). Some only ask (Authorize), and what they deliver would
be nobody's. Only a card whose reservation opens this very connector is meant: of anybody else it would be a guess.
"""

from db.queries.charging.access import AccessFacts
from domain.charging.access import AccessReason
from domain.charging.connector import ConnectorStatus
from domain.charging.session_identity import CLOCK_ERROR
from ocpp_gateway.duties.access_gate import judge_start
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.reports import TransactionReported

_OPENS = frozenset({AccessReason.RESERVATION, AccessReason.LATE_ARRIVAL})


def welcomed_for(received: ReceivedCall, report: TransactionReported, session: Session) -> str | None:
    """The card that may be meant, when this message is the first that shows energy; else None."""
    welcome = None if received.liveness is None else received.liveness.welcome
    if welcome is None or report.id_tag is not None or session.id_tag or session.ended:
        return None
    id_tag, at = welcome
    drew_before = session.meter_last_wh > session.meter_start_wh >= 0
    draws = report.status is ConnectorStatus.CHARGING or (report.meter_wh or 0) > session.meter_start_wh >= 0
    return id_tag if draws and not drew_before and at >= session.started_at - CLOCK_ERROR else None


def opens(received: ReceivedCall, facts: AccessFacts, session: Session) -> bool:
    """Does the card's own reservation open the connector of the session now?"""
    return judge_start(facts, session.connector_id, received.at).decision.reason in _OPENS
