"""Disputes, for operators: what payers' banks took back or asked about, and until when it can be answered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.dispute_claims import claim, require_claimable
from activities.money.disputes import DISPUTE_DECIDED
from activities.money.ledger import lock_ledger
from api.desk.audit import record
from api.desk.money_requests import ask_second_person
from api.desk.principal import Principal
from db.audit import record_audited
from db.delivery import inbox
from db.delivery.inbox import NewEvent, Recipient
from db.engine import Sessions
from db.queries import disputes
from db.queries.disputes import DisputeFilter
from db.queries.money.requests import NewRequest, key_not_refused
from db.queries.newest_first import RowPosition
from db.tables import Dispute, MoneyRequest, Source, Target
from domain.errors import DisputeAnswered, DisputeNotAnswerable, DisputeNotLifted, UnknownDispute
from domain.facts.audit_money import DisputeAccepted, DisputeClaimed, DisputeLifted, DisputeSubmitted
from domain.facts.refused_money import AnsweredAlready, DisputeBarsNobody, NoSuchDispute, TooLateToAnswer
from domain.money.amount import Money, zero
from domain.money.authority import Authority, RequestKind
from domain.money.dispute_evidence import Decision
from domain.money.movements import CaseState


class Disputes:
    def __init__(self, sessions: Sessions, authority: Authority, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._authority = authority
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
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _answerable(session, dispute_id, now)
            row.added_text = text
            await _decide(session, row, Decision.SUBMIT, principal.subject, now)
            fact = DisputeSubmitted(dispute=dispute_id)
            await record(session, principal, fact, row.reservation_code or dispute_id, at=now)
        return row

    async def accept(self, principal: Principal, dispute_id: str, reason: str) -> Dispute | MoneyRequest:
        """Nothing is submitted, and the money is lost; beyond the limit of the role a second person is asked.

        Raises as `submit`.
        """
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _answerable(session, dispute_id, now)
            amount = Money(row.amount_minor, row.currency)
            if not self._authority.may_alone(principal.role, amount, given=zero(row.currency)):
                asked = f"{dispute_id}:{Decision.ACCEPT}:{row.decisions}"
                key = await key_not_refused(session, principal.subject, asked)
                new = _request(row, principal, reason, RequestKind.DISPUTE_LOSS, key)
                return await ask_second_person(session, principal, new, now)
            row.added_text = ""
            await _decide(session, row, Decision.ACCEPT, principal.subject, now)
            fact = DisputeAccepted(dispute=dispute_id, reason=reason)
            await record(session, principal, fact, row.reservation_code or dispute_id, at=now)
        return row

    async def claim(self, principal: Principal, dispute_id: str, reason: str) -> Dispute | MoneyRequest:
        """What it took is owed by the driver again; repeated, it stays. Beyond the limit a second person is asked.

        Raises ScopeMissing, UnknownDispute, DisputeNotClaimable and PaymentStillMoving.
        """
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _locked_with_its_money(session, dispute_id)
            if row.claimed_at is not None:
                return row
            if not self._authority.may_alone(
                principal.role, Money(row.taken_minor, row.currency), given=zero(row.currency)
            ):
                require_claimable(row)
                key = await key_not_refused(session, principal.subject, f"{dispute_id}:claim")
                new = _request(row, principal, reason, RequestKind.DISPUTE_CLAIM, key)
                return await ask_second_person(session, principal, new, now)
            amount = await claim(session, row, by=principal.subject, now=now)
            fact = DisputeClaimed(dispute=dispute_id, amount=amount, reason=reason)
            await record(session, principal, fact, row.reservation_code, at=now)
        return row

    async def lift(self, principal: Principal, dispute_id: str, reason: str) -> Dispute:
        """Its driver may book again. Raises ScopeMissing, UnknownDispute and DisputeNotLifted."""
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await _locked(session, dispute_id)
            if row.state != CaseState.LOST or row.taken_minor <= 0 or row.lifted_at is not None:
                raise DisputeNotLifted(DisputeBarsNobody(dispute=dispute_id))
            row.lifted_at, row.lifted_by, row.changes = now, principal.subject, row.changes + 1
            fact = DisputeLifted(dispute=dispute_id, reason=reason)
            await record(session, principal, fact, row.reservation_code or dispute_id, at=now)
        return row


async def accept_approved(session: AsyncSession, request: MoneyRequest, now: datetime) -> None:
    """The effect of a request that was approved. Raises as `Disputes.accept`."""
    row = await _answerable(session, request.subject, now)
    row.added_text = ""
    await _decide(session, row, Decision.ACCEPT, request.asked_by, now)
    await record_audited(
        session,
        DisputeAccepted(dispute=row.dispute_id, reason=request.reason),
        key=f"request:{request.id}",
        actor=f"operator:{request.asked_by}",
        subject=row.reservation_code or row.dispute_id,
        at=now,
    )


async def claim_approved(session: AsyncSession, request: MoneyRequest, now: datetime) -> None:
    """As `accept_approved`, of a claim. Raises as `Disputes.claim`."""
    row = await _locked_with_its_money(session, request.subject)
    if row.claimed_at is not None:
        return
    amount = await claim(session, row, by=request.asked_by, now=now)
    await record_audited(
        session,
        DisputeClaimed(dispute=row.dispute_id, amount=amount, reason=request.reason),
        key=f"request:{request.id}",
        actor=f"operator:{request.asked_by}",
        subject=row.reservation_code,
        at=now,
    )


def _request(row: Dispute, principal: Principal, reason: str, kind: RequestKind, key: str) -> NewRequest:
    return NewRequest(
        kind=kind,
        subject=row.dispute_id,
        amount=Money(
            row.taken_minor if kind is RequestKind.DISPUTE_CLAIM else row.amount_minor, row.currency
        ),
        reason=reason,
        asked_by=principal.subject,
        key=key,
        details={},
    )


async def _answerable(session: AsyncSession, dispute_id: str, now: datetime) -> Dispute:
    """Raises UnknownDispute, DisputeNotAnswerable and DisputeAnswered."""
    row = await _locked(session, dispute_id)
    if row.decision or row.submitted_at is not None:
        raise DisputeAnswered(AnsweredAlready(dispute=dispute_id))
    if row.state != CaseState.OPEN or row.due_by is None or row.due_by <= now:
        raise DisputeNotAnswerable(TooLateToAnswer(dispute=dispute_id))
    return row


async def _decide(session: AsyncSession, row: Dispute, decision: Decision, by: str, now: datetime) -> None:
    """Committed with the fact that tells the worker, which asks the provider."""
    row.decision, row.decided_by, row.reminded_at, row.changed_at = decision, by, None, now
    row.decisions, row.changes = row.decisions + 1, row.changes + 1
    await inbox.record(await session.connection(), Source.DISPUTE, [_told(row, now)])


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


async def _locked_with_its_money(session: AsyncSession, dispute_id: str) -> Dispute:
    """The lock of the reservation's money goes before that of the dispute. Raises UnknownDispute."""
    found = await disputes.dispute_of(session, dispute_id)
    if found is not None and found.reservation_code:
        await lock_ledger(session, found.reservation_code)
    return await _locked(session, dispute_id)


async def _locked(session: AsyncSession, dispute_id: str) -> Dispute:
    """Raises UnknownDispute."""
    await lock_ledger(session, dispute_id)
    found = await disputes.dispute_of(session, dispute_id)
    if found is None:
        raise UnknownDispute(NoSuchDispute(dispute=dispute_id))
    return found
