"""Whose drivers are one person: for statements that count what somebody has, and for who joins and parts them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.tables import Driver, Person


def drivers_of_one(driver_id: Any) -> ColumnElement[Any]:
    """An array for `= ANY`: the driver, also one that is in no table yet, and all who are the same person."""
    own, other = aliased(Driver), aliased(Driver)
    person = select(own.person_id).where(own.id == driver_id).scalar_subquery()
    others = func.array(select(other.id).where(other.person_id == person).scalar_subquery())
    return func.array_append(cast(others, ARRAY(Text)), driver_id, type_=ARRAY(Text))


async def put(session: AsyncSession, person_id: str, now: datetime) -> bool:
    """False: there is one. Who makes the same one at the same moment waits."""
    made = insert(Person).values(id=person_id, made_at=now).on_conflict_do_nothing()
    return (await session.execute(made.returning(Person.id))).first() is not None


async def enter(session: AsyncSession, driver_id: str, now: datetime, *, fleet_id: str | None = None) -> bool:
    """False: they are there, whosever they are. Who enters the same one at the same moment waits."""
    made = insert(Driver).values(id=driver_id, fleet_id=fleet_id, created_at=now).on_conflict_do_nothing()
    return (await session.execute(made.returning(Driver.id))).first() is not None


async def driver_under_lock(session: AsyncSession, driver_id: str, now: datetime) -> Driver:
    """Made if need be: who has a valid bearer token is a driver, also before they book. As `lock_drivers`: whoever only
    names the driver in a row does not wait.
    """
    await enter(session, driver_id, now)
    mine = select(Driver).where(Driver.id == driver_id).with_for_update(key_share=True)
    return (await session.scalars(mine.execution_options(populate_existing=True))).one()


async def drivers_of(session: AsyncSession, person_id: str) -> Sequence[str] | None:
    """By id; None: there is no such person."""
    if await session.get(Person, person_id) is None:
        return None
    mine = select(Driver.id).where(Driver.person_id == person_id).order_by(Driver.id)
    return (await session.scalars(mine)).all()
