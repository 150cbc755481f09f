"""What a report of a transaction comes to: its events, the end of its session, its connector's status, its answer."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.concerned import staying
from domain.charging.clocks import InstantBasis
from domain.charging.events import ChargerEventKind
from ocpp_gateway.duties import troubles
from ocpp_gateway.duties.access_gate import Judgement, Recipients
from ocpp_gateway.duties.doubtful_energy import note_doubt
from ocpp_gateway.duties.event_times import judged_at, moment, possible
from ocpp_gateway.duties.nameless_ends import ask_whose
from ocpp_gateway.duties.received_call import KnownStatus, Outcome, ReceivedCall
from ocpp_gateway.duties.session_ends import true_end
from ocpp_gateway.duties.shared_ids import may_be_stopped
from ocpp_gateway.duties.transaction_events import StoredAnswer, transaction_event, with_answer
from ocpp_gateway.duties.transaction_status import take_status_of
from ocpp_gateway.duties.vacancies import tell_vacancy
from ocpp_gateway.duties.whose import price_in_the_end
from ocpp_gateway.storage import sessions
from ocpp_gateway.storage.inbox import record
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.answers import TokenAnswer, TransactionAnswer
from ocpp_gateway.wire.reports import Phase, TransactionReported


class Reporting:
    """One report on its way, with what was found out of it so far; whose it is, its subclasses say."""

    def __init__(
        self, connection: AsyncConnection, received: ReceivedCall, report: TransactionReported
    ) -> None:
        self._connection = connection
        self._received = received
        self._report = report
        self._event_id = received.event_id(report.identity)
        self._known: list[Session] = []
        happened = moment(received, report)
        self._judged_at = judged_at(received, happened)
        self._at, self._basis = happened.at, happened.basis
        self._possible = possible(received, report, happened)
        if self._possible is not None:
            self._basis = InstantBasis.ESTIMATED
        self._recorded = False
        self._vouched = False

    @property
    def _heard_at(self) -> datetime:
        """By our clock: now, or the time it tells of."""
        return min(self._judged_at, self._received.at)

    def _message_event_id(self) -> str:
        return f"{self._event_id}:ended" if self._report.phase is Phase.ENDED else self._event_id

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
        is_to_be_stopped = judgement is not None and judgement.is_to_be_stopped and not ended
        may_be = is_to_be_stopped and may_be_stopped(session, self._known)
        refused = session.transaction_id if may_be else None
        unpaid = judgement is not None and judgement.is_unpaid
        stored = StoredAnswer(answer, refused)
        if judgement is not None and not repeated:
            await self._record_start(session, judgement, stored)
        if ended:
            await self._end(session, judgement, stored)
        statuses = await self._take_status(session)
        if ended:
            await self._tell_vacancy(session, judgement)
        return Outcome(
            answer=answer,
            refused_transaction=refused,
            unpaid=unpaid,
            events=self._recorded,
            statuses=statuses,
            statuses_doubted=self._vouched,
        )

    async def _record_start(self, session: Session, judgement: Judgement, stored: StoredAnswer) -> None:
        allowed, liveness = judgement.allowed, self._received.liveness
        if liveness is not None and self._report.offline is None:
            liveness.begins(self._report.id_tag, str(session.id))
        kind = ChargerEventKind.TRANSACTION_STARTED if allowed else ChargerEventKind.STRANGER_STARTED
        reason = judgement.decision.reason
        over = dict.fromkeys(await staying(self._connection, session.connector_id, self._at), False)
        recipients: Recipients = {**over, **judgement.concerned_by_start()}
        await self._record(self._event_id, kind, session, recipients, stored, detail=reason.value)
        if allowed:
            runs = await troubles.session_runs(self._connection, self._received.charger_id, self._at)
            self._vouched, self._recorded = self._vouched or runs, self._recorded or runs

    async def _end(self, session: Session, judgement: Judgement | None, stored: StoredAnswer) -> None:
        code = session.reservation_code if judgement is None else judgement.decision.reservation_code
        recipients: Recipients = {}
        if not session.ended or session.end_inferred:
            self._at = await true_end(self._connection, session, self._at)
            reason, told_at = self._report.stop_reason, self._report.at
            shown_wh = await sessions.close(
                self._connection, session, self._at, reason, basis=self._basis, told_at=told_at
            )
            await price_in_the_end(
                self._connection,
                self._received.charger_id,
                session,
                shown_wh,
                self._at,
                id_tag=self._report.id_tag or "",
                refused_for=None if judgement is None else judgement.refused_for,
            )
            await note_doubt(self._connection, self._received, self._report, session, shown_wh)
            recipients = {} if code is None else {code: True}
            if judgement is None:
                await ask_whose(
                    self._connection, self._received.charger_id, session, reason, self._received.at
                )
        await self._record(
            self._message_event_id(),
            ChargerEventKind.TRANSACTION_ENDED,
            session,
            recipients,
            stored,
            detail=self._report.stop_reason,
        )

    async def _tell_vacancy(self, session: Session, judgement: Judgement | None) -> None:
        """Whoever was told that a stranger began there."""
        stranger = bool(session.refused_for) if judgement is None else not judgement.allowed
        if stranger:
            charger_id, now = self._received.charger_id, self._received.at
            told = await tell_vacancy(self._connection, charger_id, session, now)
            self._recorded = self._recorded or told

    async def _take_status(self, session: Session) -> dict[int, KnownStatus]:
        outcome = await take_status_of(
            self._connection, self._received, self._report, session, at=self._at, heard_at=self._heard_at
        )
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
        fact = await with_answer(self._connection, event, recipients, stored)
        await record(self._connection, fact, self._received.at)
        self._recorded = self._recorded or bool(recipients)
