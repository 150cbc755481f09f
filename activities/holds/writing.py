"""Writing what was decided: the one place where a hold's row is made, and where others make way for it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Text, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from contracts.holds import HoldStep
from db.documents import certainty_to_document, named_bay_to_document, needs_to_document
from db.tables import Hold
from db.tables.place.holds import NO_OVERLAP
from domain.charging.tokens import Credentials
from domain.place.choice import Choice
from domain.place.fit import NO_NEEDS, Needs
from domain.place.holds import HoldTimes
from domain.place.slots import Slot
from domain.terms.certainty import Certainty
from domain.terms.named_bay import NamedBay
from domain.terms.policy import Policy

_MOVE = text("""
UPDATE holds SET connector_id = moved.connector_id
FROM unnest(CAST(:holds AS bigint[]), CAST(:connectors AS bigint[])) AS moved (id, connector_id)
WHERE holds.id = moved.id
""")


_PUT_OFF = "exclusion put off"
_before = aliased(Hold)
_first = (
    select(_before.id)
    .where(_before.reservation_code == bindparam("of_reservation", type_=Text))
    .order_by(_before.id)
    .limit(1)
    .scalar_subquery()
)


def _as_booked(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """What a reservation is expected to cost whom does not change with its place."""
    return select(column).where(_before.id == _first).scalar_subquery()


_PLACED = insert(Hold).returning(Hold.id)
_REPLACED = _PLACED.values(
    account_fleet=_as_booked(_before.account_fleet),
    account_minor=func.coalesce(_as_booked(_before.account_minor), 0),
    for_guest=func.coalesce(_as_booked(_before.for_guest), False),
)


@dataclass(frozen=True, slots=True)
class OnAccount:
    """`expected`: what the reservation is expected to come to, minor units of the account's currency."""

    fleet: str
    expected: int


@dataclass(frozen=True, slots=True)
class Promised:
    """A hold's row that was just made: its id, and the plug it is for where its pool has several."""

    id: int
    plug: str | None


async def promise(
    session: AsyncSession,
    choice: Choice,
    times: HoldTimes,
    *,
    code: str,
    step: str,
    driver_id: str,
    credentials: Credentials,
    policy: Policy,
    now: datetime,
    locked: bool = False,
    on_account: OnAccount | None = None,
    among: frozenset[int] | None = None,
    needs: Needs = NO_NEEDS,
    for_guest: bool = False,
    certainty: Certainty | None = None,
    named: NamedBay | None = None,
) -> Promised:
    """The new hold of the reservation's `step`, written. `on_account`, `for_guest`: of a booking; later holds have its.
    `among`: as `Ground.admitted` says.
    """
    row = {
        "reservation_code": code,
        "step": step,
        "connector_id": choice.connector_id,
        "pool_id": choice.pool_id,
        "plug": choice.plug,
        "driver_id": driver_id,
        "group_id": credentials.group_id,
        "walk_in_warning_seconds": policy.walk_in_warning.total_seconds(),
        "locked_at": now if locked else None,
        "placed_at": now,
        "among": None if among is None else sorted(among),
        "needs": needs_to_document(needs),
        "certainty": certainty_to_document(certainty),
        "named_bay": named_bay_to_document(named),
    }
    if step == HoldStep.BOOK:
        fleet, expected = (None, 0) if on_account is None else (on_account.fleet, on_account.expected)
        statement = _PLACED
        row |= {"account_fleet": fleet, "account_minor": expected, "for_guest": for_guest}
    else:
        statement = _REPLACED
        row |= {"of_reservation": code}
    async with others_moved(session, choice.moves):
        # A booking's own statement: a unit of work around one row costs more than all of its rules.
        connection = await session.connection()
        made = await connection.execute(statement, row | _columns(times))
    return Promised(made.scalar_one(), choice.plug)


def set_times(hold: Hold, times: HoldTimes) -> None:
    for column, value in _columns(times).items():
        setattr(hold, column, value)


def _columns(times: HoldTimes) -> dict[str, Any]:
    return {
        "during": Range(times.window.start, times.window.end),
        "slot_start": times.slot.start,
        "slot_end": times.slot.end,
        "opens_at": times.opens_at,
        "watch_from": times.watch_from,
    }


def times_held(hold: Hold) -> HoldTimes:
    """Raises ValueError for a hold without bounds, which nobody writes."""
    start, end = hold.during.lower, hold.during.upper
    if start is None or end is None:
        raise ValueError(f"hold {hold.id} has no bounds: {hold.during}")
    return HoldTimes(
        slot=Slot(hold.slot_start, hold.slot_end),
        window=Slot(start, end),
        opens_at=hold.opens_at,
        watch_from=hold.watch_from,
    )


@asynccontextmanager
async def others_moved(session: AsyncSession, moves: Mapping[int, int]) -> AsyncIterator[None]:
    """Soft holds change connectors (hold id → connector id) together with what the block changes."""
    if moves:
        async with asked_at_the_end(session):
            await session.execute(_MOVE, {"holds": [*moves], "connectors": [*moves.values()]})
            yield
    else:
        yield
        await session.flush()


@asynccontextmanager
async def asked_at_the_end(session: AsyncSession) -> AsyncIterator[None]:
    """Halfway swaps collide: the exclusion constraint is asked at the end of the outermost block, not of the commit."""
    if session.info.get(_PUT_OFF):
        yield
        return
    await session.execute(text(f"SET CONSTRAINTS {NO_OVERLAP} DEFERRED"))
    session.info[_PUT_OFF] = True
    try:
        yield
        await session.flush()
        await session.execute(text(f"SET CONSTRAINTS {NO_OVERLAP} IMMEDIATE"))
    finally:
        del session.info[_PUT_OFF]
