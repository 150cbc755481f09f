"""The one order in which transactions lock what they share, so that no two of them wait for each other.

1. What the transaction is about, which nobody else locks on the way to something: a fence, an order, a group, an offer
   with the entry that it is made to (`lock_entries` of `db.queries.whose_drivers`: all of a driver by their ids), and
   whoever installs (`db.seed.laying.lock_installing`).
2. People: rows of drivers by their ids, then the persons whom they are by theirs (`lock_drivers`, `lock_people`).
   Cards come after their drivers (`db.queries.cards`).
3. Invoice accounts, by their fleets (`lock_accounts`, `booked_on` of `db.queries.money.budgets`).
4. Pools with those that share a berth with them, by their ids, in one statement (`db.queries.place.pool_locks`).
5. What hangs on pools: holds, the site, chargers, connectors, sessions.

Whoever needs several of one kind takes all of them at once; whoever has something of a later kind takes nothing of an
earlier one. A row that a foreign key names is only shared with whoever locks it by these functions: FOR NO KEY UPDATE,
never FOR UPDATE. Postgres looks for what a row names (FOR KEY SHARE) when it is made, when it names another, and when a
transaction writes it for the second time: a seed that changes two drivers touches the person of the first before it has
the second.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.tables import Budget, Driver, InvoiceAccount, Person


async def lock_drivers(session: AsyncSession, driver_ids: Collection[str]) -> None:
    """Those that there are, and the persons whom they are: what one person has booked is counted under both."""
    rows = select(Driver.person_id).where(Driver.id.in_(driver_ids)).order_by(_by(Driver.id))
    people = (await session.scalars(rows.with_for_update(key_share=True))).all()
    await lock_people(session, {person for person in people if person is not None})


async def lock_people(session: AsyncSession, person_ids: Collection[str]) -> None:
    """Bookings of one person wait for each other. After all rows of drivers."""
    if person_ids:
        row = select(Person.id).where(Person.id.in_(person_ids)).order_by(_by(Person.id))
        await session.execute(row.with_for_update(key_share=True))


async def lock_accounts(session: AsyncSession, fleet_ids: Collection[str]) -> frozenset[str]:
    """Of the fleets that have one: of bookings that race for the last of its limit each counts those before it. Those
    of them that have budgets, which the same statement reads.
    """
    if not fleet_ids:
        return frozenset()
    budgeted = select(Budget.fleet_id).where(Budget.fleet_id == InvoiceAccount.fleet_id).exists()
    row = select(InvoiceAccount.fleet_id, budgeted).where(InvoiceAccount.fleet_id.in_(fleet_ids))
    in_order = row.order_by(_by(InvoiceAccount.fleet_id))
    locked = await session.execute(in_order.with_for_update(key_share=True, of=InvoiceAccount))
    return frozenset(fleet_id for fleet_id, has_budgets in locked if has_budgets)


def _by(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """As who locks one after the other sorts them (groups, seeds), whatever the database's own order of letters is."""
    return column.collate("C")
