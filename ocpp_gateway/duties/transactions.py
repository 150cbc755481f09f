"""Transactions of all versions: rows, energy, and the edges that reservations live by.

A 1.6 start and stop and a 2.x TransactionEvent are the same kind of report here. The same report again, under
whatever message id, finds its answer in the inbox and changes nothing.
"""

from dataclasses import replace
from datetime import datetime

from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import AccessFacts, access_facts
from domain.charging.clocks import InstantBasis
from domain.charging.events import ChargerEventKind
from ocpp_gateway.duties import troubles
from ocpp_gateway.duties.access_gate import (
    Judgement,
    judge_further_token,
    judge_presentation,
    judge_start,
)
from ocpp_gateway.duties.late_parts import register_of_begin
from ocpp_gateway.duties.received_call import Outcome, ReceivedCall
from ocpp_gateway.duties.resets import ended_by_reset
from ocpp_gateway.duties.session_ends import take_sign
from ocpp_gateway.duties.session_lookup import (
    as_it_is,
    begun_by_whom,
    belonging,
    candidates,
    ended_already,
    identity_of,
    meant_by_stray_end,
)
from ocpp_gateway.duties.told_places import ToldPlaces
from ocpp_gateway.duties.transaction_connector import Place, place_of
from ocpp_gateway.duties.transaction_events import StoredAnswer, load_answer
from ocpp_gateway.duties.unnamed import begins_unnamed, goes_on_unnamed, judge_unnamed, meant_at_start
from ocpp_gateway.duties.welcomed import is_opened_by, welcomed_for
from ocpp_gateway.duties.whose import judgement_of_session
from ocpp_gateway.storage import sessions, unplaced
from ocpp_gateway.storage.inbox import earlier_answer
from ocpp_gateway.storage.sessions import NewSession, Session
from ocpp_gateway.storage.unplaced import Begun
from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer, Verdict
from ocpp_gateway.wire.reports import Phase, TransactionReported


async def take_transaction(
    connection: AsyncConnection, received: ReceivedCall, report: TransactionReported
) -> Outcome:
    """Raises AlreadyRecorded when another connection of the charger was faster with the same report."""
    return await _Transaction(connection, received, ended_by_reset(received, report)).take()


class _Transaction(ToldPlaces):
    """One report on its way into the database, inside the caller's transaction."""

    async def take(self) -> Outcome:
        if self._received.liveness is not None:
            self._received.liveness.named(self._report.id_tag)
        self._known = await candidates(self._connection, self._received, self._report)
        session = await belonging(self._connection, self._received, self._report, self._known)
        identity = identity_of(self._report, session, self._known)
        self._event_id = self._received.event_id(identity)
        before = await self._answered_before()
        if before is not None:
            await self._take_correction(session)
            return Outcome(answer=before.answer, refused_transaction=before.refused_transaction)
        if session is None and self._report.seq_no is None:
            find = meant_by_stray_end if self._report.phase is Phase.ENDED else ended_already
            session = await find(self._connection, self._received, self._report)
        if session is None:
            return await self._take_new()
        return await self._take_known(session)

    async def _answered_before(self) -> StoredAnswer | None:
        if self._report.phase is Phase.UPDATED and self._report.id_tag is None:
            return None  # repeating it changes nothing and its answer is empty
        found = await earlier_answer(self._connection, self._message_event_id())
        while found is not None:
            answer = load_answer(found)
            number = answer.answer.number
            if not self._report.clock_unset or not number or not await self._has_ended(number):
                return answer
            # A clock that stands still gives every start the same identity: this one is new.
            self._event_id = f"{self._received.event_id(self._report.identity)}:after:{number}"
            found = await earlier_answer(self._connection, self._message_event_id())
        return None

    async def _has_ended(self, number: int) -> bool:
        session = await sessions.find(self._connection, self._received.charger_id, str(number))
        return session is not None and session.ended

    # -- a transaction not heard of before ----------------------------------------------------------------
    async def _take_new(self) -> Outcome:
        begun = await self._begun_unplaced()
        card = self._report.id_tag or (None if begun is None else begun.id_tag)
        id_tag = card or meant_at_start(self._received, self._report)
        facts = None if id_tag is None else await self._facts_of_start(id_tag)
        charger_id = self._received.charger_id
        where = await place_of(self._connection, charger_id, self._report, facts, self._judged_at)
        if where is None:
            return await self._take_homeless(facts if self._report.id_tag else None)
        place = where.connector_id
        if facts is not None and card is None:
            is_theirs = is_opened_by(facts, place, self._judged_at)
            facts, id_tag = (facts, id_tag) if is_theirs else (None, None)
        self._report = report = structs.replace(self._report, id_tag=id_tag)
        judgement = await self._unnamed(place) if facts is None else await self._judged(facts, place)
        if begun is not None and id_tag is not None and not where.inferred:
            facts, judgement = await self._judged_as_begun(id_tag, place, begun.at)
        if facts and judgement and where.inferred and self._may_be_elsewhere(facts, judgement, begun):
            return await self._take_homeless(facts)
        is_past = await self._supersede(place, _code_of(judgement))
        session = await self._open(where, judgement, facts, begun)
        await self._take_readings(session, register_of_begin(begun))
        await self._read_meter(session, seq_no=report.seq_no)
        outcome = await self._conclude(session, judgement)
        if report.phase is not Phase.ENDED:
            await self._end_if_known(session, judgement, is_past=is_past)
        return replace(outcome, events=self._recorded)

    async def _open(
        self, where: Place, judgement: Judgement | None, facts: AccessFacts | None, begun: Begun | None
    ) -> Session:
        report, begun_at = self._report, None if begun is None else begun.at
        return await sessions.open_session(
            self._connection,
            NewSession(
                charger_id=self._received.charger_id,
                connector_id=where.connector_id,
                # A number that we never gave to the charger may be another session's some day.
                transaction_id=None if report.seq_no is None and begun is None else report.transaction_id,
                id_tag=report.id_tag or "",
                driver_id=None if facts is None else facts.token.driver_id,
                reservation_code=_code_of(judgement),
                authorised=judgement is not None and judgement.allowed,
                refused_for="" if judgement is None else judgement.refused_for,
                started_at=begun_at or self._at,
                started_basis=self._basis,
                heard_at=self._heard_at,
                heard_live=self._heard_at >= self._received.at,
                start_told_at=report.at if report.phase is Phase.STARTED else begun_at,
                reuse=self._known[0].reuse + 1 if self._known else 0,
                place_inferred=where.inferred,
                plugged_in=report.plugged_in,
            ),
        )

    async def _facts(self, id_tag: str, at: datetime | None = None) -> AccessFacts:
        at = at or self._judged_at
        return await access_facts(
            self._connection, charger_id=self._received.charger_id, id_tag=id_tag, now=at
        )

    async def _judged(self, facts: AccessFacts, place: int, at: datetime | None = None) -> Judgement:
        """The gate's judgement, and whose session it is by that. `at`: another moment than that of the report."""
        at = at or self._judged_at
        return await judgement_of_session(
            self._connection,
            judge_start(facts, place, at),
            facts,
            charger_id=self._received.charger_id,
            connector_id=place,
            started_at=at,
            ended_at=self._at if self._report.phase is Phase.ENDED else None,
        )

    async def _take_homeless(self, facts: AccessFacts | None) -> Outcome:
        """Nothing of ours to attach it to: recorded as it came, and let in where the card could be somewhere here.

        What it named as its place is none of ours: nobody is let in there.
        """
        report = self._report
        token, number, refused = None, 0, False
        started = report.phase is Phase.STARTED
        if facts is None and report.names_nobody and report.seq_no is None:
            token = TokenAnswer(verdict=Verdict.UNKNOWN)
        if facts is not None:
            judgement = judge_presentation(facts, self._judged_at)
            token, refused = judgement.answer, not judgement.allowed
            if started and report.connector_number:
                token = TokenAnswer(verdict=Verdict.UNKNOWN)
        if started and report.seq_no is None:
            number = await sessions.next_number(self._connection)  # by which its end is known
            self._report = report = structs.replace(report, transaction_id=str(number))
        answer = TransactionAnswer(number=number, token=token)
        to_stop = report.transaction_id if started and refused else None
        if report.phase is Phase.ENDED:
            await self._keep_unplaced()
        if report.phase is not Phase.UPDATED:
            kind = ChargerEventKind.STRANGER_STARTED if started else ChargerEventKind.TRANSACTION_ENDED
            await self._record(
                self._message_event_id(), kind, None, {}, StoredAnswer(answer, to_stop, report.id_tag)
            )
        return Outcome(answer=answer, refused_transaction=to_stop)

    # -- a transaction that has its row -------------------------------------------------------------------
    async def _take_known(self, former: Session) -> Outcome:
        session = await self._settle_place(former)
        report = self._report
        if self._at < session.started_at and not session.start_inferred:
            self._at = self._received.at  # the clock that was wrong at the start still is
            self._basis = InstantBasis.ESTIMATED
        elif session.start_inferred and report.phase is Phase.STARTED:
            self._at = min(self._at, session.started_at)  # no later than what came before it
        if report.phase is Phase.ENDED:
            session = await self._stretch(session)
        await self._read_meter(session, seq_no=report.seq_no)
        if report.phase is not Phase.ENDED:
            charger_id, now = self._received.charger_id, self._received.at
            told = await take_sign(
                self._connection, charger_id, session, self._heard_at, now, plugged_in=report.plugged_in
            )
            self._recorded = self._recorded or told
            session = await as_it_is(self._connection, charger_id, session)
            self._vouched = await troubles.session_counts(self._connection, self._received, session)
            self._recorded = self._recorded or self._vouched
        if report.phase is Phase.STARTED and session.start_inferred:
            return await self._take_late_start(session)
        await self._take_welcome(session)
        report = self._report
        if report.id_tag is None:
            return await self._take_unnamed(session)
        if former.id_tag and session.connector_id != former.connector_id:
            return await self._take_moved(session, former, report.id_tag)
        if self._names_late(session):
            return await self._take_late_token(session, report.id_tag)
        facts = await self._facts(report.id_tag)
        if session.authorised or session.ended:
            return await self._conclude(session, None, await self._further(session))
        judgement = await self._judged(facts, session.connector_id)
        return await self._take_first_token(session, facts, judgement)

    async def _take_welcome(self, session: Session) -> None:
        """Read the message as if it named the card that was let in for it, where it names none."""
        id_tag = await welcomed_for(self._connection, self._received, self._report, session)
        if id_tag is not None and is_opened_by(
            await self._facts(id_tag), session.connector_id, self._received.at
        ):
            self._report = structs.replace(self._report, id_tag=id_tag)

    async def _unnamed(self, place: int) -> Judgement | None:
        """Of somebody without a card, where it is known that none will come and they are not let in."""
        if not begins_unnamed(self._report):
            return None
        return judge_unnamed(await self._facts(""), place, self._report, self._judged_at)

    async def _take_unnamed(self, session: Session) -> Outcome:
        judgement = None
        if goes_on_unnamed(self._report, session):
            facts = await self._facts("")
            judgement = judge_unnamed(facts, session.connector_id, self._report, self._judged_at)
        if judgement is None:
            return await self._conclude(session, None)
        await sessions.authorise(
            self._connection,
            session.id,
            id_tag="",
            driver_id=None,
            reservation_code=None,
            authorised=False,
            refused_for=judgement.refused_for,
        )
        return await self._conclude(session, judgement)

    async def _further(self, session: Session) -> TokenAnswer | None:
        if self._report.id_tag is None:
            return None
        facts = await self._facts(self._report.id_tag)
        own_group = facts.token.group_id
        begun_by = await begun_by_whom(self._connection, session, self._report.id_tag, own_group)
        return judge_further_token(facts, self._report.id_tag, begun_by)

    async def _take_first_token(self, session: Session, facts: AccessFacts, judgement: Judgement) -> Outcome:
        report = self._report
        if session.id_tag == report.id_tag and not judgement.allowed:
            return await self._conclude(session, judgement, repeated=True)
        if await unplaced.named(self._connection, self._received.charger_id, session.id, self._received.at):
            await self._tell_waiting(session)
        await sessions.authorise(
            self._connection,
            session.id,
            id_tag=report.id_tag or "",
            driver_id=facts.token.driver_id,
            reservation_code=judgement.decision.reservation_code,
            authorised=judgement.allowed,
            refused_for=judgement.refused_for,
        )
        return await self._conclude(session, judgement)


def _code_of(judgement: Judgement | None) -> str | None:
    return None if judgement is None else judgement.decision.reservation_code
