"""Transactions of all versions: rows, energy, and the edges that reservations live by.

A 1.6 start and stop and a 2.x TransactionEvent are the same kind of report here. The same report again, under
whatever message id, finds its answer in the inbox and changes nothing.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import AccessFacts, access_facts
from domain.charging.clocks import InstantBasis
from domain.charging.events import ChargerEventKind
from domain.charging.stopping import BegunBy
from ocpp_gateway.duties import troubles
from ocpp_gateway.duties.access_gate import (
    Judgement,
    Recipients,
    judge_further_token,
    judge_presentation,
    judge_start,
)
from ocpp_gateway.duties.event_times import judged_at, measured_at, moment, read_by
from ocpp_gateway.duties.received_call import KnownStatus, Outcome, ReceivedCall
from ocpp_gateway.duties.statuses import take_each
from ocpp_gateway.duties.transaction_connector import place_of
from ocpp_gateway.duties.transaction_events import StoredAnswer, dump_answer, load_answer, transaction_event
from ocpp_gateway.duties.whose import judgement_of_session
from ocpp_gateway.storage import sessions
from ocpp_gateway.storage.inbox import AddressedEvent, earlier_answer, record
from ocpp_gateway.storage.sessions import NewSession, Session
from ocpp_gateway.wire.answers import Acknowledged, TokenAnswer, TransactionAnswer, Verdict
from ocpp_gateway.wire.reports import MeterReported, Phase, StatusReported, TransactionReported

SUPERSEDED = "superseded"
"""Stop reason of a session that a later one on the same connector replaced: its stop was never told."""


async def take_meter(connection: AsyncConnection, received: ReceivedCall, report: MeterReported) -> Outcome:
    """Energy into the session row; never an event."""
    transaction_id = report.transaction_id
    if transaction_id is None:
        transaction_id = await sessions.open_transaction_at(
            connection, received.charger_id, report.connector_number
        )
    if transaction_id is not None and report.readings:
        session = await sessions.find(connection, received.charger_id, transaction_id)
        if session is not None:
            readings = read_by(report.readings, measured_at(received, report) - report.at)
            await sessions.read_meter(connection, session, readings, received_at=received.at)
    return Outcome(answer=Acknowledged())


async def take_transaction(
    connection: AsyncConnection, received: ReceivedCall, report: TransactionReported
) -> Outcome:
    """Raises AlreadyRecorded when another connection of the charger was faster with the same report."""
    return await _Transaction(connection, received, report).take()


class _Transaction:
    """One report on its way into the database, inside the caller's transaction."""

    def __init__(
        self, connection: AsyncConnection, received: ReceivedCall, report: TransactionReported
    ) -> None:
        self._connection = connection
        self._received = received
        self._report = report
        self._event_id = received.event_id(report.identity)
        happened = moment(received, report)
        self._judged_at = judged_at(received, happened)
        self._at, self._basis = happened.at, happened.basis
        self._recorded = False
        self._vouched = False

    async def take(self) -> Outcome:
        before = await self._answered_before()
        if before is not None:
            await self._take_correction()
            return Outcome(answer=before.answer, refused_transaction=before.refused_transaction)
        session = await self._find()
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

    async def _take_correction(self) -> None:
        """An end that is told again may show another register."""
        if self._report.phase is Phase.ENDED and self._report.transaction_id is not None:
            session = await self._find()
            if session is not None:
                await self._read_meter(session)

    async def _read_meter(self, session: Session, seq_no: int | None = None) -> None:
        readings = read_by(self._report.readings, self._at - self._report.at)
        await sessions.read_meter(
            self._connection, session, readings, received_at=self._received.at, seq_no=seq_no
        )

    async def _has_ended(self, number: int) -> bool:
        session = await sessions.find(self._connection, self._received.charger_id, str(number))
        return session is not None and session.ended

    def _message_event_id(self) -> str:
        return f"{self._event_id}:ended" if self._report.phase is Phase.ENDED else self._event_id

    async def _find(self) -> Session | None:
        report = self._report
        if report.transaction_id is None and report.phase is Phase.STARTED:
            return None
        if report.transaction_id is None:
            return await sessions.find_only_open(self._connection, self._received.charger_id, report.id_tag)
        return await sessions.find(self._connection, self._received.charger_id, report.transaction_id)

    # -- a transaction not heard of before ----------------------------------------------------------------
    async def _take_new(self) -> Outcome:
        report = self._report
        facts = await self._facts(report.id_tag) if report.id_tag is not None else None
        place = await place_of(self._connection, self._received.charger_id, report, facts, self._judged_at)
        if place is None:
            return await self._take_homeless(facts)
        judgement = None if facts is None else await self._judged(facts, place)
        await self._supersede(place, judgement)
        session = await sessions.open_session(
            self._connection,
            NewSession(
                charger_id=self._received.charger_id,
                connector_id=place,
                transaction_id=report.transaction_id,
                id_tag=report.id_tag or "",
                driver_id=None if facts is None else facts.token.driver_id,
                reservation_code=None if judgement is None else judgement.decision.reservation_code,
                authorised=judgement is not None and judgement.allowed,
                refused_for="" if judgement is None else judgement.refused_for,
                started_at=self._at,
                started_basis=self._basis,
            ),
        )
        await self._read_meter(session)
        return await self._conclude(session, judgement)

    async def _facts(self, id_tag: str) -> AccessFacts:
        return await access_facts(
            self._connection, charger_id=self._received.charger_id, id_tag=id_tag, now=self._judged_at
        )

    async def _judged(self, facts: AccessFacts, place: int) -> Judgement:
        """The gate's judgement, and whose session it is by that."""
        return await judgement_of_session(
            self._connection,
            judge_start(facts, place, self._judged_at),
            facts,
            charger_id=self._received.charger_id,
            connector_id=place,
            started_at=self._judged_at,
            ended_at=self._at if self._report.phase is Phase.ENDED else None,
        )

    async def _take_homeless(self, facts: AccessFacts | None) -> Outcome:
        """Nothing of ours to attach it to: recorded as it came, acknowledged, without consequence."""
        report = self._report
        token = None
        if facts is not None:
            token = judge_presentation(facts, frozenset(), self._judged_at).answer
            if report.phase is Phase.STARTED:
                token = TokenAnswer(verdict=Verdict.UNKNOWN)
        answer = TransactionAnswer(token=token)
        if report.phase is not Phase.UPDATED:
            started = report.phase is Phase.STARTED
            kind = ChargerEventKind.STRANGER_STARTED if started else ChargerEventKind.TRANSACTION_ENDED
            await self._record(self._message_event_id(), kind, None, {}, StoredAnswer(answer, None))
        return Outcome(answer=answer)

    async def _supersede(self, place: int, judgement: Judgement | None) -> None:
        """A connector has one transaction: an older open one has ended without our being told."""
        successor = None if judgement is None else judgement.decision.reservation_code
        for old in await sessions.open_on_connector(self._connection, place):
            await sessions.close(self._connection, old, self._at, SUPERSEDED, basis=InstantBasis.ESTIMATED)
            if old.reservation_code is not None and old.reservation_code != successor:
                await self._record(
                    f"{self._received.charger_id}:tx:{old.transaction_id}:superseded",
                    ChargerEventKind.TRANSACTION_ENDED,
                    old,
                    {old.reservation_code: True},
                    None,
                    detail=SUPERSEDED,
                )

    # -- a transaction that has its row -------------------------------------------------------------------
    async def _take_known(self, session: Session) -> Outcome:
        report = self._report
        if self._at < session.started_at:
            self._at = self._received.at  # the clock that was wrong at the start still is
            self._basis = InstantBasis.ESTIMATED
        await self._read_meter(session, seq_no=report.seq_no)
        if report.id_tag is None:
            return await self._conclude(session, None)
        facts = await self._facts(report.id_tag)
        if session.authorised or session.ended:
            begun_by = await self._begun_by(session, report.id_tag, facts)
            return await self._conclude(session, None, judge_further_token(facts, report.id_tag, begun_by))
        judgement = await self._judged(facts, session.connector_id)
        if session.id_tag == report.id_tag and not judgement.allowed:
            return await self._conclude(session, judgement, repeated=True)
        await sessions.authorise(
            self._connection,
            session.id,
            id_tag=report.id_tag,
            driver_id=facts.token.driver_id,
            reservation_code=judgement.decision.reservation_code,
            authorised=judgement.allowed,
            refused_for=judgement.refused_for,
        )
        return await self._conclude(session, judgement)

    async def _begun_by(self, session: Session, id_tag: str, facts: AccessFacts) -> BegunBy:
        if session.id_tag == id_tag:
            group_id = facts.token.group_id
        else:
            group_id = await sessions.group_of(self._connection, session.id_tag)
        return BegunBy(id_tag=session.id_tag, driver_id=session.driver_id, group_id=group_id)

    # -- both ---------------------------------------------------------------------------------------------
    async def _conclude(
        self,
        session: Session,
        judgement: Judgement | None,
        further: TokenAnswer | None = None,
        *,
        repeated: bool = False,
    ) -> Outcome:
        """Events, end and status of the message, and its answer.

        `repeated`: this refusal was told before; some stations name the token in each message.
        """
        report = self._report
        token = further if judgement is None else judgement.answer
        answer = TransactionAnswer(number=session.id, token=token)
        ended = report.phase is Phase.ENDED
        refused = None
        if judgement is not None and judgement.is_to_be_stopped and not ended:
            refused = session.transaction_id
        unpaid = judgement is not None and judgement.is_unpaid
        stored = StoredAnswer(answer, refused)
        if judgement is not None and not repeated:
            await self._record_start(session, judgement, stored)
        if ended:
            await self._end(session, judgement, stored)
        statuses = await self._take_status(session)
        return Outcome(
            answer=answer,
            refused_transaction=refused,
            unpaid=unpaid,
            events=self._recorded,
            statuses=statuses,
            statuses_doubted=self._vouched,
        )

    async def _record_start(self, session: Session, judgement: Judgement, stored: StoredAnswer) -> None:
        allowed = judgement.allowed
        kind = ChargerEventKind.TRANSACTION_STARTED if allowed else ChargerEventKind.STRANGER_STARTED
        recipients, reason = judgement.concerned_by_start(), judgement.decision.reason
        await self._record(self._event_id, kind, session, recipients, stored, detail=reason.value)
        if allowed:
            self._vouched = await troubles.session_runs(self._connection, self._received.charger_id, self._at)
            self._recorded = self._recorded or self._vouched

    async def _end(self, session: Session, judgement: Judgement | None, stored: StoredAnswer) -> None:
        code = session.reservation_code if judgement is None else judgement.decision.reservation_code
        recipients: Recipients = {}
        if not session.ended:
            await sessions.close(
                self._connection, session, self._at, self._report.stop_reason, basis=self._basis
            )
            recipients = {} if code is None else {code: True}
        await self._record(
            self._message_event_id(),
            ChargerEventKind.TRANSACTION_ENDED,
            session,
            recipients,
            stored,
            detail=self._report.stop_reason,
        )

    async def _take_status(self, session: Session) -> dict[int, KnownStatus]:
        report = self._report
        stale = session.ended or (report.seq_no is not None and report.seq_no <= (session.last_seq_no or -1))
        if report.status is None or report.connector_number is None or stale:
            return {}
        status = StatusReported(connector_number=report.connector_number, status=report.status, at=self._at)
        outcome = await take_each(self._connection, self._received, [status])
        self._recorded = self._recorded or outcome.events
        return outcome.statuses

    async def _record(
        self,
        event_id: str,
        kind: ChargerEventKind,
        session: Session | None,
        recipients: Recipients,
        stored: StoredAnswer | None,
        *,
        detail: str = "",
    ) -> None:
        event = transaction_event(
            event_id, kind, self._received.charger_id, self._report, session, at=self._at, detail=detail
        )
        answer = None if stored is None else dump_answer(stored)
        fact = AddressedEvent(event=event, recipients=recipients, answer=answer)
        await record(self._connection, fact, self._received.at)
        self._recorded = self._recorded or bool(recipients)
