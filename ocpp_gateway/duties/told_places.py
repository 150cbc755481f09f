"""Transactions whose connector is told later than their card (2.x E03: the card first, then the
plug; 1.6: begun at connector 0, with readings of another one).

Where such a session is was supposed (`transaction_connector`), and judged for that place. What the charger tells
outranks it: the session goes there and is judged there as if it had begun so, with the card that it was begun with.
"""

from abc import ABC
from dataclasses import replace
from datetime import datetime

from msgspec import structs

from db.queries.charging.access import AccessFacts
from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties.access_gate import Judgement, judge_presentation
from ocpp_gateway.duties.late_parts import LateParts
from ocpp_gateway.duties.received_call import Outcome
from ocpp_gateway.duties.session_ends import tell_left_place
from ocpp_gateway.storage import session_signs, sessions, unplaced
from ocpp_gateway.storage.chargers import connector_id
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.reports import Phase


class ToldPlaces(LateParts, ABC):
    """One report on its way; what `transactions` does with every report is its subclass's."""

    async def _settle_place(self, session: Session) -> Session:
        """At the connector that is told of a session whose place was only supposed: there it is not judged yet."""
        number = self._report.connector_number
        if not number or not session.place_inferred:
            return session
        place = await connector_id(self._connection, self._received.charger_id, number)
        if place is None:
            return session
        if place == session.connector_id:
            await session_signs.is_told_where(self._connection, session, place)
            return replace(session, place_inferred=False)
        if not session.ended:
            await self._supersede(place, session.reservation_code, moves=session)
        await session_signs.is_told_where(self._connection, session, place)
        if session.id_tag or session.refused_for:
            await sessions.authorise(
                self._connection,
                session.id,
                id_tag=session.id_tag,
                driver_id=session.driver_id,
                reservation_code=None,
                authorised=False,
                refused_for="",
            )
        if session.id_tag:
            self._report = structs.replace(self._report, id_tag=session.id_tag)
        return _unjudged(replace(session, connector_id=place))

    def _may_be_elsewhere(
        self, facts: AccessFacts, judgement: Judgement, begun: unplaced.Begun | None
    ) -> bool:
        """Supposed, before any cable is told, at a bay that is another driver's, refused (2.x) or opened by their
        group, by a card that may charge at another connector: nobody is stopped, and no mate has arrived, on a guess;
        nor by what follows on a start that had no place (`begun`).
        """
        report, refused, mate = self._report, not judgement.allowed, judgement.mate(facts)
        if not refused and mate is None:
            return False
        begins = report.phase is Phase.STARTED or begun is not None
        is_told = report.status is ConnectorStatus.CHARGING
        if not begins or is_told or (refused and report.seq_no is None):
            return False
        anywhere = judge_presentation(facts, self._judged_at)
        elsewhere = anywhere.guessed or anywhere.decision.reservation_code != mate
        return anywhere.allowed and (refused or elsewhere)

    async def _judged_as_begun(
        self, id_tag: str, place: int, began: datetime
    ) -> tuple[AccessFacts, Judgement]:
        """At a place that is told late, as of its beginning. What still runs is judged as of now, too: nobody is let in
        where it is another's by now, nor stopped where it is nobody's any more.
        """
        facts = await self._facts(id_tag, began)
        judgement = await self._judged(facts, place, began)
        if self._report.phase is Phase.ENDED:
            return facts, judgement
        facts_now = await self._facts(id_tag)
        judged_now = await self._judged(facts_now, place)
        both = judgement.allowed and judged_now.allowed
        return (facts, judgement) if both else (facts_now, judged_now)

    async def _take_moved(self, session: Session, former: Session, id_tag: str) -> Outcome:
        """Judged anew; the reservation that it was supposed to be of hears that it is not."""
        facts, judgement = await self._judged_as_begun(id_tag, session.connector_id, session.started_at)
        outcome = await self._take_late_judgement(_unjudged(session), facts, judgement)
        is_now = await sessions.as_stored(self._connection, session)
        if former.reservation_code in (None, is_now.reservation_code) or former.ended:
            return outcome
        charger_id, now = self._received.charger_id, self._received.at
        await tell_left_place(self._connection, charger_id, former, self._at, now)
        return replace(outcome, events=True)


def _unjudged(session: Session) -> Session:
    return replace(
        session,
        id_tag="",
        driver_id=None,
        reservation_code=None,
        authorised=False,
        refused_for="",
        place_inferred=False,
    )
