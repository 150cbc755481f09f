"""What drivers still owe: theirs to see and to pay, everybody's for operators, who alone may write it off."""

from collections.abc import Callable, Sequence
from datetime import datetime

from activities.money.debt_write_off import write_off
from api.desk.access import of_ones_own
from api.desk.audit import record
from api.desk.limits import Limits
from api.desk.principal import SCOPES_OF, Principal
from contracts.debts import PaymentAsked
from db.engine import Sessions
from db.queries import debts
from db.queries.debts import DebtFilter
from db.queries.newest_first import RowPosition
from db.tables import Debt
from domain.errors import DebtClosed, UnknownDebt
from domain.facts.audit_money import DebtWrittenOff
from domain.facts.refused_money import NoSuchDebt, NothingOwed
from domain.reservation.actions.action import Actor
from domain.reservation.code import parse_reservation_code
from domain.settlement.debts import DebtState
from workflows.client.debts import DebtClient


class Debts:
    def __init__(
        self, sessions: Sessions, client: DebtClient, clock: Callable[[], datetime], limits: Limits
    ) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock
        self._limits = limits

    async def own(
        self, principal: Principal, wanted: DebtFilter, after: RowPosition | None, limit: int
    ) -> Sequence[Debt]:
        """The caller's: a driver's own, a fleet's drivers'. Up to `limit` + 1. Raises ScopeMissing."""
        principal.require(*SCOPES_OF[Actor.DRIVER])
        own = of_ones_own(principal, wanted)
        if own is None:
            return ()
        async with self._sessions() as session:
            return await debts.page(session, own, after, limit)

    async def page(
        self, principal: Principal, wanted: DebtFilter, after: RowPosition | None, limit: int
    ) -> Sequence[Debt]:
        """Everybody's, up to `limit` + 1, the latest first. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await debts.page(session, wanted, after, limit)

    async def pay(self, principal: Principal, text: str) -> PaymentAsked:
        """Something to pay it with, the same while nothing changes.

        Raises ScopeMissing, InvalidReservationCode, UnknownDebt, DebtClosed, and CallFailed.
        """
        principal.require(*SCOPES_OF[Actor.DRIVER])
        code = parse_reservation_code(text)
        async with self._sessions() as session:
            debt = await debts.debt_of(session, code)
        if debt is None or not principal.owns(driver_id=debt.driver_id, fleet_id=debt.fleet_id):
            raise UnknownDebt(NoSuchDebt(reservation=code))
        if debt.state != DebtState.OPEN:
            raise DebtClosed(NothingOwed(reservation=code))
        return await self._client.pay(code, patience=self._limits.update_timeout)

    async def write_off(self, principal: Principal, text: str, reason: str) -> Debt:
        """It is not asked for any more. Raises ScopeMissing, InvalidReservationCode, UnknownDebt, DebtClosed."""
        principal.require("operator")
        code, now = parse_reservation_code(text), self._clock()
        async with self._sessions.begin() as session:
            debt, amount = await write_off(session, code, by=principal.subject, reason=reason, now=now)
            await record(session, principal, DebtWrittenOff(amount=amount, reason=reason), code, at=now)
        return debt
