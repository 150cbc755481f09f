"""Money that one person asks to give away and another one decides about: listed, approved, refused.

What is approved is carried out in the transaction that approves it, so it is done once or not at all.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.money import requests
from db.queries.money.requests import MoneyRequestFilter, NewRequest
from db.queries.newest_first import RowPosition
from db.tables import MoneyRequest
from domain.facts.audit_money import MoneyApproved, MoneyAsked, MoneyRefused
from domain.facts.refused_money import (
    AskedByYou,
    BeyondYourLimit,
    MoneyRequestWasDecided,
    NoSuchMoneyRequest,
)
from domain.money.amount import Money
from domain.money.authority import (
    Authority,
    BeyondAuthority,
    MoneyRequestDecided,
    RequestKind,
    RequestState,
    SecondPersonNeeded,
    UnknownMoneyRequest,
)

Effect = Callable[[AsyncSession, MoneyRequest, datetime], Awaitable[None]]
"""Carries out what was approved, within the caller's transaction. What it refuses leaves the request waiting."""


class MoneyRequests:
    """`effects`: what becomes of each kind that is approved."""

    def __init__(
        self,
        sessions: Sessions,
        authority: Authority,
        effects: Mapping[RequestKind, Effect],
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._authority = authority
        self._effects = effects
        self._clock = clock

    async def page(
        self, principal: Principal, wanted: MoneyRequestFilter, after: RowPosition | None, limit: int
    ) -> Sequence[MoneyRequest]:
        """Up to `limit` + 1, what was asked last first. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await requests.page(session, wanted, after, limit)

    async def approve(self, principal: Principal, number: int, reason: str) -> MoneyRequest:
        """Given. Raises ScopeMissing, UnknownMoneyRequest, MoneyRequestDecided, SecondPersonNeeded, BeyondAuthority,
        and what the effect refuses.
        """
        return await self._decide(principal, number, RequestState.APPROVED, reason)

    async def refuse(self, principal: Principal, number: int, reason: str) -> MoneyRequest:
        """Not given. Raises as `approve`."""
        return await self._decide(principal, number, RequestState.REFUSED, reason)

    async def _decide(
        self, principal: Principal, number: int, state: RequestState, reason: str
    ) -> MoneyRequest:
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await requests.find_locked(session, number)
            if row is None:
                raise UnknownMoneyRequest(NoSuchMoneyRequest(number=number))
            if row.state == state and row.decided_by == principal.subject:
                return row  # the same decision again
            if row.state != RequestState.WAITING:
                raise MoneyRequestDecided(MoneyRequestWasDecided(by=row.decided_by or "", state=row.state))
            amount = Money(row.amount_minor, row.currency)
            self._check(principal, row.asked_by, amount)
            row.state, row.decided_by, row.decided_at, row.decision_reason = (
                state.value,
                principal.subject,
                now,
                reason,
            )
            if state is RequestState.APPROVED:
                await self._effects[RequestKind(row.kind)](session, row, now)
            told = MoneyApproved if state is RequestState.APPROVED else MoneyRefused
            fact = told(number=row.id, amount=amount, asked_by=row.asked_by, reason=reason)
            await record(session, principal, fact, row.subject, at=now)
        return row

    def _check(self, principal: Principal, asked_by: str, amount: Money) -> None:
        if asked_by == principal.subject:
            raise SecondPersonNeeded(AskedByYou())
        if not self._authority.may_decide(principal.role, amount):
            limit = self._authority.limit_of(principal.role, amount.currency)
            raise BeyondAuthority(BeyondYourLimit(amount=amount, limit=limit, role=principal.role.value))


async def ask_second_person(
    session: AsyncSession, principal: Principal, new: NewRequest, now: datetime
) -> MoneyRequest:
    """For another person to decide; the same key again is the same request. The caller commits."""
    row, is_new = await requests.ask(session, new, now)
    if is_new:
        fact = MoneyAsked(number=row.id, amount=new.amount, reason=new.reason)
        await record(session, principal, fact, new.subject, at=now)
    return row
