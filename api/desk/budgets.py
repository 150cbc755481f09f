"""What a fleet plans its money by: cost centers and budgets."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries import fleets as queries
from db.queries.money.billing import note_billing
from db.queries.money.budgets import CenterSum, Charge, MonthTotal, charges_of, months_of, sums_of, uses_of
from db.queries.money.invoice_accounts import locked_account
from db.tables import Budget, CostCenter, InvoiceAccount, Site
from domain.errors import UnknownBudget, UnknownCostCenter
from domain.facts.refused_money import NoInvoiceAccount, NoSuchBudget, NoSuchCostCenter
from domain.money.bookkeeping import Month
from domain.money.invoice_accounts import UnknownInvoiceAccount
from domain.terms.budgets import WHOLE_FLEET, BudgetUse

MOST_CHARGES = 5_000
"""Reservations of a month that are told one by one."""
MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetOrder:
    """`limit_minor`: a month, in the currency of the fleet's invoice account. `hard`: nothing is booked beyond it."""

    limit_minor: int
    hard: bool


def edition_of_center(row: CostCenter) -> str:
    return edition_of(row.name, row.ended_at)


def edition_of_budget(row: Budget) -> str:
    return edition_of(row.limit_minor, row.hard, row.currency)


class Budgets:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def centers(self, principal: Principal) -> Sequence[CostCenter]:
        """By their codes, ended ones too. Raises ScopeMissing."""
        fleet_id = principal.require_fleet()
        async with self._sessions() as session:
            return await queries.centers_of(session, fleet_id)

    async def bookable_centers(self, principal: Principal) -> frozenset[str] | None:
        """Codes of those that go on; None: the fleet keeps none, and names whichever. Raises ScopeMissing."""
        kept = await self.centers(principal)
        return frozenset(row.code for row in kept if row.ended_at is None) if kept else None

    async def center(self, principal: Principal, code: str) -> CostCenter:
        """Raises ScopeMissing, UnknownCostCenter."""
        async with self._sessions() as session:
            row = await session.get(CostCenter, (principal.require_fleet(), code))
        if row is None:
            raise UnknownCostCenter(NoSuchCostCenter(cost_center=code))
        return row

    async def put_center(
        self, principal: Principal, code: str, name: str, *, ended: bool, seen: Seen = WHATEVER
    ) -> CostCenter:
        """Made, named otherwise, ended, or in use again. Raises ScopeMissing, ChangedMeanwhile."""
        fleet_id, now = principal.require_fleet(), self._clock()
        async with self._sessions.begin() as session:
            row, new = await queries.center_under_lock(session, fleet_id, code, name, now)
            seen.check(None if new else edition_of_center(row))
            row.name = name
            row.ended_at = (row.ended_at or now) if ended else None
            return row

    async def uses(
        self, principal: Principal, month: Month, fleet_id: str | None = None
    ) -> Sequence[BudgetUse]:
        """Of each budget, the whole fleet's first. `fleet_id`: for operators. Raises ScopeMissing."""
        if fleet_id is None:
            fleet_id = principal.require_fleet()
        else:
            principal.require("operator")
        async with self._sessions() as session:
            return await uses_of(session, fleet_id, month)

    async def currency(self, principal: Principal) -> str:
        """Of the fleet's invoice account. Raises ScopeMissing, UnknownInvoiceAccount."""
        fleet_id = principal.require_fleet()
        async with self._sessions() as session:
            row = await session.get(InvoiceAccount, fleet_id)
        if row is None:
            raise UnknownInvoiceAccount(NoInvoiceAccount(fleet_id=fleet_id))
        return row.currency

    async def find(self, principal: Principal, cost_center: str) -> Budget | None:
        """None: there is no limit. Raises ScopeMissing."""
        async with self._sessions() as session:
            return await session.get(Budget, (principal.require_fleet(), cost_center))

    async def one(self, principal: Principal, cost_center: str) -> Budget:
        """Raises ScopeMissing, UnknownBudget."""
        row = await self.find(principal, cost_center)
        if row is None:
            raise UnknownBudget(NoSuchBudget(cost_center=cost_center or "-"))
        return row

    async def put(
        self, principal: Principal, cost_center: str, order: BudgetOrder, seen: Seen = WHATEVER
    ) -> Budget:
        """For bookings from now on. Raises ScopeMissing, UnknownInvoiceAccount, UnknownCostCenter, ChangedMeanwhile."""
        fleet_id, now = principal.require_fleet(), self._clock()
        async with self._sessions.begin() as session:
            account = await locked_account(session, fleet_id)
            if account is None:
                raise UnknownInvoiceAccount(NoInvoiceAccount(fleet_id=fleet_id))
            await check_center(session, fleet_id, cost_center)
            row = await session.get(Budget, (fleet_id, cost_center))
            seen.check(None if row is None else edition_of_budget(row))
            if row is None:
                row = Budget(fleet_id=fleet_id, cost_center=cost_center)
                session.add(row)
            row.currency, row.limit_minor, row.hard = account.currency, order.limit_minor, order.hard
            row.changed_at = now
            return row

    async def drop(self, principal: Principal, cost_center: str, seen: Seen = WHATEVER) -> None:
        """There is no limit any more; again, nothing changes. Raises ScopeMissing, ChangedMeanwhile."""
        fleet_id = principal.require_fleet()
        async with self._sessions.begin() as session:
            await locked_account(session, fleet_id)
            row = await session.get(Budget, (fleet_id, cost_center))
            seen.check(None if row is None else edition_of_budget(row))
            if row is not None:
                await session.delete(row)

    async def charges(self, principal: Principal, month: Month) -> Sequence[Charge]:
        """What each reservation of the month came to, or is expected to; up to MOST_CHARGES. Raises ScopeMissing."""
        async with self._sessions() as session:
            return await charges_of(session, principal.require_fleet(), month, MOST_CHARGES)

    async def every_charge(
        self, principal: Principal, month: Month, at_once: int = MOST_CHARGES
    ) -> AsyncIterator[Charge]:
        """The same, however many there are, read so many at once. Raises ScopeMissing."""
        fleet_id, last = principal.require_fleet(), None
        async with self._sessions() as session:
            while found := await charges_of(session, fleet_id, month, at_once, last):
                for one in found:
                    yield one
                last = found[-1].start, found[-1].code

    async def sums(self, principal: Principal, month: Month) -> Sequence[CenterSum]:
        """What all reservations of the month came to, or are expected to, by cost center. Raises ScopeMissing."""
        async with self._sessions() as session:
            return await sums_of(session, principal.require_fleet(), month)

    async def months(self, principal: Principal) -> Sequence[MonthTotal]:
        """What each of the last MONTHS came to, this one's the last. Raises ScopeMissing."""
        fleet_id, this = principal.require_fleet(), await self.this_month()
        async with self._sessions() as session:
            return await months_of(session, fleet_id, this.and_before(MONTHS))

    async def this_month(self) -> Month:
        """On the clocks of the sites, as months are counted: where one has begun already, it is that one."""
        async with self._sessions() as session:
            zones = await session.scalars(select(Site.zone).distinct())
            return Month.begun(self._clock(), zones)


async def note_named(
    session: AsyncSession,
    fleet_id: str | None,
    codes: Iterable[str],
    named: tuple[str, str],
    now: datetime,
) -> None:
    """Of reservations that are asked for. `named`: a cost center and a reference, either empty. Raises
    UnknownCostCenter.
    """
    center, reference = named
    if not center and not reference:
        return
    await check_named(session, fleet_id, center)
    for code in codes:
        await note_billing(session, code, center, reference, now)


async def check_named(session: AsyncSession, fleet_id: str | None, center: str) -> None:
    """Whoever may name any is held by the budget of none. Raises UnknownCostCenter for one that a fleet which keeps
    cost centers has not, or has ended.
    """
    if fleet_id is not None and center and not await queries.takes_bookings(session, fleet_id, center):
        raise UnknownCostCenter(NoSuchCostCenter(cost_center=center))


async def check_center(session: AsyncSession, fleet_id: str, code: str) -> None:
    """Raises UnknownCostCenter for one that the fleet has not, or has ended."""
    row = None if code == WHOLE_FLEET else await session.get(CostCenter, (fleet_id, code))
    if code != WHOLE_FLEET and (row is None or row.ended_at is not None):
        raise UnknownCostCenter(NoSuchCostCenter(cost_center=code))
