"""A remote start is a start: the access gate decides before it goes out, as it will when the charger reports it.

Chargers honour a remote start for any token, even on a connector they hold for somebody else, so what must not
run must not be asked for.
"""

from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.queries.charging.access import AccessFacts, access_facts
from domain.charging.access_reasons import AccessReason
from domain.charging.commands import CommandOutcome, CommandReply, RemoteStart
from ocpp_gateway.duties.access_gate import judge_presentation, judge_start

log = structlog.get_logger(__name__)

ACCESS_UNKNOWN = "access_unknown"
"""Detail of a reply: the database could not be asked, so nothing was sent."""


class RemoteStartGate:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def refusal(self, charger_id: str, command: RemoteStart, now: datetime) -> CommandReply | None:
        """None: send it. Else the reply to give instead.

        REJECTED with the AccessReason as detail when the token may not charge there now. NOT_CONNECTED with
        ACCESS_UNKNOWN when Postgres is away: nothing was sent, so trying again is safe.
        """
        try:
            async with self._engine.connect() as connection:
                facts = await access_facts(connection, charger_id=charger_id, id_tag=command.id_tag, now=now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("remote_start_not_judged", charger=charger_id, error=repr(error))
            return CommandReply(outcome=CommandOutcome.NOT_CONNECTED, detail=ACCESS_UNKNOWN)
        reason = _refused(facts, command.connector_number, now)
        return None if reason is None else CommandReply(outcome=CommandOutcome.REJECTED, detail=reason.value)


def _refused(facts: AccessFacts, number: int, now: datetime) -> AccessReason | None:
    if number == 0:  # the charger chooses
        judgement = judge_presentation(facts, now)
    elif number in facts.connectors:
        judgement = judge_start(facts, facts.connectors[number], now)
    else:
        return AccessReason.OUT_OF_SERVICE
    return None if judgement.allowed else judgement.decision.reason
