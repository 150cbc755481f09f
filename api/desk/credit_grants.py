"""What operators give to drivers on account: alone up to their role's limit, beyond it when a second person agrees."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.credit_grants import Grant, grant, granted_alone, require_currency
from activities.money.credit_records import lock_credits
from api.desk.audit import record
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.money_requests import ask_second_person
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries import reservations
from db.queries.money.credits import credit_of_key
from db.queries.money.requests import NewRequest
from db.tables import Credit, Driver, MoneyRequest
from domain.errors import UnknownDriver, UnknownReservation
from domain.facts.audit_money import CreditGranted
from domain.facts.refusals import NoSuchReservation
from domain.facts.refused_people import NobodyOfThatName
from domain.money.amount import Money
from domain.money.authority import Authority, RequestKind
from domain.money.currencies import currency_of
from domain.reservation.code import parse_reservation_code

_STEP = "grant"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantOrder:
    """`reservation`: what it makes good; None: nothing in particular. `expires_at` None: never."""

    amount: Money
    reason: str
    reservation: str | None = None
    expires_at: datetime | None = None


class CreditGrants:
    def __init__(self, sessions: Sessions, authority: Authority, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._authority = authority
        self._clock = clock

    async def give(
        self, principal: Principal, driver_id: str, order: GrantOrder, key: str
    ) -> Credit | MoneyRequest:
        """The credit, or what now waits for a second person; the same again for the same key.

        Raises ScopeMissing, UnusableValue, UnknownDriver, UnknownReservation, InvalidReservationCode, KeyReused and
        CreditCurrencyMismatch.
        """
        principal.require("operator")
        now = self._clock()
        _check(order, now)
        code = "" if order.reservation is None else parse_reservation_code(order.reservation)
        async with self._sessions.begin() as session:
            await remember(
                session,
                account=principal.subject,
                key=step_key(_STEP, driver_id, key),
                digest=fingerprint(order, driver_id),
                code=code,
                now=now,
            )
            await _check_subjects(session, driver_id, code)
            await require_currency(session, code, order.amount.currency)
            await lock_credits(session, driver_id)
            ask = Grant(
                driver_id=driver_id,
                amount=order.amount,
                reason=order.reason,
                by=principal.subject,
                key=_durable(principal, driver_id, key),
                reservation=code,
                expires_at=order.expires_at,
            )
            return await self._given(session, principal, ask, now)

    async def _given(
        self, session: AsyncSession, principal: Principal, ask: Grant, now: datetime
    ) -> Credit | MoneyRequest:
        known = await credit_of_key(session, ask.key)
        if known is not None and not known.approved_by:
            return known
        given = await granted_alone(session, ask.driver_id, ask.amount.currency)
        if known is not None or not self._authority.may_alone(principal.role, ask.amount, given=given):
            return await ask_second_person(session, principal, _request(ask), now)
        row = await grant(session, ask, now)
        fact = CreditGranted(amount=ask.amount, reason=ask.reason)
        await record(session, principal, fact, ask.driver_id, at=now)
        return row


async def give_approved(session: AsyncSession, row: MoneyRequest, now: datetime) -> None:
    """The effect of a request that was approved.

    Raises UnusableValue when it would have expired meanwhile, and CreditCurrencyMismatch.
    """
    written = row.details.get("expires_at")
    expires_at = None if written is None else datetime.fromisoformat(written)
    _check_expiry(expires_at, now)
    ask = Grant(
        driver_id=row.subject,
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        by=row.asked_by,
        key=row.key,
        approved_by=row.decided_by or "",
        reservation=row.details.get("reservation", ""),
        expires_at=expires_at,
    )
    await grant(session, ask, now)


def _request(ask: Grant) -> NewRequest:
    return NewRequest(
        kind=RequestKind.GRANT,
        subject=ask.driver_id,
        amount=ask.amount,
        reason=ask.reason,
        asked_by=ask.by,
        key=ask.key,
        details={
            "reservation": ask.reservation,
            "expires_at": None if ask.expires_at is None else ask.expires_at.isoformat(),
        },
    )


def _durable(principal: Principal, driver_id: str, key: str) -> str:
    """The credit's own key: who asked, for whom, and the caller's key."""
    text = step_key(principal.subject, driver_id, key)
    return f"{_STEP}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _check(order: GrantOrder, now: datetime) -> None:
    currency = currency_of(order.amount.currency)
    if not currency.chargeable:
        raise UnusableValue("currency", "unknown", "currency: none that cards can be charged in")
    if not 0 < order.amount.minor <= currency.most:
        raise UnusableValue("amount_minor", "out_of_range", "amount_minor: more than any bill can be")
    _check_expiry(order.expires_at, now)


def _check_expiry(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise UnusableValue("expires_at", "past", "expires_at: lies in the past")


async def _check_subjects(session: AsyncSession, driver_id: str, code: str) -> None:
    if await session.get(Driver, driver_id) is None:
        raise UnknownDriver(NobodyOfThatName(driver_id=driver_id))
    if code:
        row = await reservations.find(session, code)
        if row is None or row.driver_id != driver_id:
            raise UnknownReservation(NoSuchReservation(reservation=code))
