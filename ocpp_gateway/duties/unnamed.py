"""Transactions that name nobody: begun by a button, by configuration (2.x NoAuthorization, C02), or by a blank card.

They are judged as what the same rules say of others: who was let in at that reader, or sent there by the app, is meant
if their reservation opens this very connector (`welcomed`); else it is somebody without a card, a stranger where the
place is kept for another. A 2.x station may be set up to let everybody charge where it is free; 1.6 has no such thing.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from db.queries.charging.access import AccessFacts
from domain.charging.access_facts import PresentedToken
from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties.access_gate import Judgement, judge_start
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.reports import Phase, TransactionReported

_WELCOME_LASTS = timedelta(minutes=3)
"""From a card to its plug; chargers forget it sooner (ConnectionTimeOut, EVConnectionTimeOut)."""


def begins_unnamed(report: TransactionReported) -> bool:
    """Of a transaction not heard of before: will nobody be named?"""
    draws = report.phase is Phase.STARTED and report.status is ConnectorStatus.CHARGING
    return report.id_tag is None and report.phase is not Phase.ENDED and (report.names_nobody or draws)


def goes_on_unnamed(report: TransactionReported, session: Session) -> bool:
    """Of a session that nobody was named for: is it by this message that nobody will be?

    Energy says so where no message is missing in which somebody may have been named.
    """
    is_settled = session.id_tag or session.authorised or session.ended or session.refused_for
    if is_settled or report.id_tag is not None or report.phase is Phase.ENDED:
        return False
    complete = not session.start_inferred and report.seq_no == (session.last_seq_no or 0) + 1
    draws = report.status is ConnectorStatus.CHARGING or (report.meter_wh or 0) > session.meter_start_wh >= 0
    return report.names_nobody or (complete and draws)


def meant_at_start(received: ReceivedCall, report: TransactionReported) -> str | None:
    """The card that was let in, or sent by the app, so shortly before that it may be its transaction."""
    welcome = None if received.liveness is None else received.liveness.welcome
    if welcome is None or not begins_unnamed(report):
        return None
    id_tag, at = welcome
    return id_tag if received.at - at <= _WELCOME_LASTS else None


def judge_unnamed(
    facts: AccessFacts, connector_id: int, report: TransactionReported, at: datetime
) -> Judgement | None:
    """Of somebody without a card; None where the station may let everybody in."""
    nobody = PresentedToken(known=report.seq_no is not None)
    judgement = judge_start(replace(facts, token=nobody), connector_id, at)
    return None if judgement.allowed else judgement
