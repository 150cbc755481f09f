"""What is owed to drivers as refunds failed, given another way: by bank transfer, or as a credit for their next bill.

Beyond the limit of a role a second person has to agree: money leaves here to an account that no card vouches for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.owed_returns import (
    NewReturn,
    amount_of,
    give_another_way,
    known_return,
    owed_to_driver,
    require_same_sum,
)
from api.desk.audit import record
from api.desk.money_requests import ask_second_person
from api.desk.principal import Principal
from db.audit import record_audited
from db.engine import Sessions
from db.queries.money.requests import NewRequest, asked_with, key_not_refused
from db.queries.money.returns import returns_of
from db.tables import MoneyRequest, Return
from domain.facts.audit import AuditFact
from domain.facts.audit_money import RefundCredited, RefundTransferred
from domain.money.amount import Money, total
from domain.money.authority import Authority, RequestKind
from domain.money.returns import ReturnWay
from domain.reservation.code import parse_reservation_code


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOrder:
    """`minor` None: all that is owed. `reference`: the bank's of the transfer, or the operator's own; used once."""

    way: ReturnWay
    reference: str
    minor: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """`owed`: what is still to be given."""

    owed: Money
    rows: Sequence[Return]


class Returns:
    def __init__(self, sessions: Sessions, authority: Authority, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._authority = authority
        self._clock = clock

    async def of(self, principal: Principal, text: str) -> Returned:
        """What is owed, and what was given, oldest first.

        Raises ScopeMissing, InvalidReservationCode, NotSettled, RefundDisputed.
        """
        principal.require("operator")
        code = parse_reservation_code(text)
        async with self._sessions.begin() as session:
            owed = await owed_to_driver(session, code)
            return Returned(owed=owed.amount, rows=await returns_of(session, code))

    async def give(self, principal: Principal, text: str, wanted: ReturnOrder) -> Return | MoneyRequest:
        """What was given, or now waits for a second person. The same reference again is the same answer; what was
        refused may be asked for again.

        Raises ScopeMissing, InvalidReservationCode, NotSettled, RefundDisputed, MoreThanOwed, ReturnBookedOtherwise.
        """
        principal.require("operator")
        code, now = parse_reservation_code(text), self._clock()
        new = NewReturn(
            code=code,
            way=wanted.way,
            reference=wanted.reference,
            minor=wanted.minor,
            reason=wanted.reason,
            by=principal.subject,
        )
        async with self._sessions.begin() as session:
            known = await known_return(session, new)
            if known is not None:
                return known
            key, waits = await _waiting(session, new)
            if waits is not None:
                return waits
            owed = await owed_to_driver(session, code)
            amount = amount_of(new, owed)
            alone = [one.amount_minor for one in await returns_of(session, code) if one.request_id is None]
            given = total([Money(minor, amount.currency) for minor in alone], amount.currency)
            if not self._authority.may_alone(principal.role, amount, given=given):
                return await ask_second_person(session, principal, _request(new, amount, key), now)
            row = await give_another_way(session, new, owed, now)
            await record(session, principal, _fact(row), code, at=now)
            return row


async def carry_out_return(session: AsyncSession, request: MoneyRequest, now: datetime) -> None:
    """What a second person has approved. Raises as `Returns.give` where it is not possible any more."""
    new = NewReturn(
        code=request.subject,
        way=ReturnWay(request.details["way"]),
        reference=request.details["reference"],
        minor=request.amount_minor,
        reason=request.reason,
        by=request.asked_by,
        request=request.id,
    )
    row = await known_return(session, new)
    if row is None:
        row = await give_another_way(session, new, await owed_to_driver(session, new.code), now)
    actor, key = f"operator:{request.asked_by}", f"request:{request.id}"
    await record_audited(session, _fact(row), key=key, actor=actor, subject=new.code, at=now)


async def _waiting(session: AsyncSession, new: NewReturn) -> tuple[str, MoneyRequest | None]:
    """The key to ask a second person by, and what was asked by it before. Raises ReturnBookedOtherwise: another sum."""
    key = await key_not_refused(session, new.by, f"return:{new.code}:{new.way}:{new.reference}")
    waits = await asked_with(session, new.by, key)
    if waits is not None:
        require_same_sum(new, waits.amount_minor)
    return key, waits


def _request(new: NewReturn, amount: Money, key: str) -> NewRequest:
    return NewRequest(
        kind=RequestKind.RETURN,
        subject=new.code,
        amount=amount,
        reason=new.reason,
        asked_by=new.by,
        key=key,
        details={"way": new.way.value, "reference": new.reference},
    )


def _fact(row: Return) -> AuditFact:
    told = RefundCredited if row.way == ReturnWay.CREDIT else RefundTransferred
    return told(amount=Money(row.amount_minor, row.currency), reference=row.reference, reason=row.reason)
