"""Disputes, for operators: what payers' banks took back or asked about, and until when it can be answered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.disputes import DISPUTE_DECIDED
from activities.money.ledger import lock_ledger
from api.desk.audit import record
from api.desk.principal import Principal
from db.delivery import inbox
from db.delivery.inbox import NewEvent, Recipient
from db.engine import Sessions
from db.queries import disputes
from db.queries.disputes import DisputeFilter
from db.queries.newest_first import RowPosition
from db.tables import Dispute, Source, Target
from domain.errors import DisputeAnswered, DisputeNotAnswerable, DisputeNotLifted, UnknownDispute
from domain.facts.audit import AuditFact, DisputeAccepted, DisputeLifted, DisputeSubmitted
from domain.facts.refusals import AnsweredAlready, DisputeBarsNobody, NoSuchDispute, TooLateToAnswer
from domain.money.dispute_evidence import Decision
from domain.money.movements import CaseState


class Disputes:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(
        self, principal: Principal, wanted: DisputeFilter, after: RowPosition | None, limit: int
    ) -> Sequence[Dispute]:
        """Up to `limit` + 1, the latest first. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await disputes.page(session, wanted, after, limit)

    async def one(self, principal: Principal, dispute_id: str) -> Dispute:
        """Raises ScopeMissing and UnknownDispute."""
        principal.require("operator")
        async with self._sessions() as session:
            found = await disputes.dispute_of(session, dispute_id)
        if found is None:
            raise UnknownDispute(NoSuchDispute(dispute=dispute_id))
        return found

    async def submit(self, principal: Principal, dispute_id: str, text: str) -> Dispute:
        """Its evidence goes to the bank, with `text`, once; again where the provider did not take it.

        Raises ScopeMissing, UnknownDispute, DisputeNotAnswerable and DisputeAnswered.
        """
        fact = DisputeSubmitted(dispute=dispute_id)
        return await self._decide(principal, dispute_id, Decision.SUBMIT, fact, text)

    async def accept(self, principal: Principal, dispute_id: str, reason: str) -> Dispute:
        """Nothing is submitted, and the money is lost. Raises as `submit`."""
        fact = DisputeAccepted(dispute=dispute_id, reason=reason)
        return await self._decide(principal, dispute_id, Decision.ACCEPT, fact, "")

    async def _decide(
        self, principal: Principal, dispute_id: str, decision: Decision, fact: AuditFact, text: str
    ) -> Dispute:
        """Committed with the fact that tells the worker, which asks the provider."""
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _locked(session, dispute_id)
            if row.decision or row.submitted_at is not None:
                raise DisputeAnswered(AnsweredAlready(dispute=dispute_id))
            if row.state != CaseState.OPEN or row.due_by is None or row.due_by <= now:
                raise DisputeNotAnswerable(TooLateToAnswer(dispute=dispute_id))
            row.decision, row.decided_by, row.added_text = decision, principal.subject, text
            row.decisions, row.changes = row.decisions + 1, row.changes + 1
            await record(session, principal, fact, row.reservation_code or dispute_id, at=now)
            await inbox.record(await session.connection(), Source.DISPUTE, [_told(row, now)])
        return row

    async def lift(self, principal: Principal, dispute_id: str, reason: str) -> Dispute:
        """Its driver may book again. Raises ScopeMissing, UnknownDispute and DisputeNotLifted."""
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _locked(session, dispute_id)
            if row.state != CaseState.LOST or row.lifted_at is not None:
                raise DisputeNotLifted(DisputeBarsNobody(dispute=dispute_id))
            row.lifted_at, row.lifted_by, row.changes = now, principal.subject, row.changes + 1
            fact = DisputeLifted(dispute=dispute_id, reason=reason)
            await record(session, principal, fact, row.reservation_code or dispute_id, at=now)
        return row


def _told(row: Dispute, now: datetime) -> NewEvent:
    return NewEvent(
        event_id=f"{row.dispute_id}:{row.decision}:{row.decisions}",
        kind=DISPUTE_DECIDED,
        subject=row.dispute_id,
        at=now,
        received_at=now,
        payload=b"{}",
        recipients=[Recipient(target=Target.MOVEMENTS, key=row.dispute_id)],
    )


async def _locked(session: AsyncSession, dispute_id: str) -> Dispute:
    """Raises UnknownDispute."""
    await lock_ledger(session, dispute_id)
    found = await disputes.dispute_of(session, dispute_id)
    if found is None:
        raise UnknownDispute(NoSuchDispute(dispute=dispute_id))
    return found
