"""Refunds after the settlement: decided by an operator, above their limit by a second person.

Nothing moves here: what is decided is settled within a minute (`activities.money.follow_ups`), however often it fails.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.adjustment_records import NewAdjustment, add, by_key, rows_of, settled_with
from activities.money.refund_decisions import Refund, Wanted, decide_refund
from activities.money.settlement_records import Decided, settlements_of
from api.desk.audit import record
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.money_requests import ask_second_person
from api.desk.principal import Principal
from db.audit import record_audited
from db.engine import Sessions
from db.queries.money.requests import NewRequest, asked_with
from db.tables import AdjustmentRow, MoneyRequest
from domain.facts.audit_money import RefundDecided
from domain.money.amount import Money
from domain.money.authority import Authority, RequestKind
from domain.money.refunds import RefundCause, RefundSource
from domain.reservation.code import parse_reservation_code

_STEP = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """`minor` None: all there is. `position` None: of the whole bill."""

    minor: int | None
    position: int | None
    cause: RefundCause
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Either a refund, and whether its money has moved; or the request that a second person decides."""

    refund: AdjustmentRow | None = None
    settled: bool = False
    request: MoneyRequest | None = None


class Refunds:
    def __init__(self, sessions: Sessions, authority: Authority, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._authority = authority
        self._clock = clock

    async def page(self, principal: Principal, text: str) -> Sequence[Decision]:
        """All of a reservation's, oldest first. Raises ScopeMissing, InvalidReservationCode."""
        principal.require("operator")
        code = parse_reservation_code(text)
        async with self._sessions() as session:
            decided = Decided(code=code, rows=await settlements_of(session, code))
            return [
                Decision(refund=row, settled=settled_with(row, decided))
                for row in await rows_of(session, code)
            ]

    async def order(self, principal: Principal, text: str, wanted: RefundOrder, key: str) -> Decision:
        """Decide it, or ask a second person. The same key again is the same answer.

        Raises ScopeMissing, InvalidReservationCode, KeyReused, NotSettled, RefundStillOwed, LineNotRefundable,
        AmountNotMovable and RefundTooLarge.
        """
        principal.require("operator")
        code, now = parse_reservation_code(text), self._clock()
        own = step_key(_STEP, code, key)
        async with self._sessions.begin() as session:
            known = await remember(
                session,
                account=principal.subject,
                key=own,
                digest=fingerprint(wanted, _STEP, code),
                code=code,
                now=now,
            )
            if known:
                return await self._answered(session, principal, code, own)
            refund = await decide_refund(session, code, Wanted(minor=wanted.minor, position=wanted.position))
            if not self._authority.may_alone(principal.role, refund.amount, given=refund.alone):
                new = _request(principal, code, refund, wanted, own)
                return Decision(request=await ask_second_person(session, principal, new, now))
            row = await _decided(
                session, refund, _adjustment(principal.subject, code, refund, wanted, own), now
            )
            fact = RefundDecided(amount=refund.amount, cause=wanted.cause, reason=wanted.reason)
            await record(session, principal, fact, code, at=now)
            return Decision(refund=row)

    async def _answered(self, session: AsyncSession, principal: Principal, code: str, own: str) -> Decision:
        row = await by_key(session, _key(principal.subject, own))
        if row is None:
            return Decision(request=await asked_with(session, principal.subject, own))
        decided = Decided(code=code, rows=await settlements_of(session, code))
        return Decision(refund=row, settled=settled_with(row, decided))


async def carry_out_refund(session: AsyncSession, request: MoneyRequest, now: datetime) -> None:
    """What a second person has approved. Raises as `Refunds.order` where it is not possible any more."""
    details = request.details
    wanted = Wanted(minor=request.amount_minor, position=details["position"])
    refund = await decide_refund(session, request.subject, wanted)
    new = NewAdjustment(
        code=request.subject,
        key=f"request:{request.id}",
        source=RefundSource.OPERATOR,
        amount=refund.amount,
        cause=RefundCause(details["cause"]),
        reason=request.reason,
        by=request.asked_by,
        line=refund.line,
        position=wanted.position,
        request=request.id,
    )
    await _decided(session, refund, new, now)
    fact = RefundDecided(amount=refund.amount, cause=RefundCause(details["cause"]), reason=request.reason)
    actor = f"operator:{request.asked_by}"
    await record_audited(session, fact, key=new.key, actor=actor, subject=new.code, at=now)


async def _decided(session: AsyncSession, refund: Refund, new: NewAdjustment, now: datetime) -> AdjustmentRow:
    row = await add(session, new, refund.decided, now)
    if row is None:
        raise LookupError(new.key)
    return row


def _key(subject: str, own: str) -> str:
    return f"{RefundSource.OPERATOR}:{subject}:{own}"


def _adjustment(by: str, code: str, refund: Refund, wanted: RefundOrder, own: str) -> NewAdjustment:
    return NewAdjustment(
        code=code,
        key=_key(by, own),
        source=RefundSource.OPERATOR,
        amount=refund.amount,
        cause=wanted.cause,
        reason=wanted.reason,
        by=by,
        line=refund.line,
        position=wanted.position,
    )


def _request(principal: Principal, code: str, refund: Refund, wanted: RefundOrder, own: str) -> NewRequest:
    details: dict[str, Any] = {"position": wanted.position, "cause": wanted.cause.value}
    return NewRequest(
        kind=RequestKind.REFUND,
        subject=code,
        amount=Money(refund.amount.minor, refund.amount.currency),
        reason=wanted.reason,
        asked_by=principal.subject,
        key=own,
        details=details,
    )
