"""One transaction, repeated when it lost a race."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.holds.fence import pass_fence
from db.failures import excluded_by, lost_a_race
from db.tables.place.holds import NO_OVERLAP
from domain.facts.refused_bookings import SomebodyFaster
from domain.place.reasons import NoPlaceReason, PlaceRefused

ATTEMPTS = 4
"""Pools are locked, so a race is rare: writers that do not lock, or two retries of one step."""

Answer = TypeVar("Answer")


class AskOfReservation(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def version(self) -> int: ...


async def in_transaction(
    sessions: async_sessionmaker[AsyncSession],
    ask: AskOfReservation,
    work: Callable[[AsyncSession], Awaitable[Answer]],
) -> Answer:
    """Run `work` for `ask` and commit.

    Raises as `repeated` does, and ApplicationError `superseded` for what a lost attempt asks too late.
    """

    async def fenced(session: AsyncSession) -> Answer:
        await pass_fence(session, ask.code, ask.version)
        return await work(session)

    return await repeated(sessions, fenced)


async def repeated(
    sessions: async_sessionmaker[AsyncSession], work: Callable[[AsyncSession], Awaitable[Answer]]
) -> Answer:
    """Run `work` and commit. Raises SlotUnavailable when the exclusion constraint keeps refusing."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with sessions.begin() as session:
                return await work(session)
        except DBAPIError as error:
            if excluded_by(error, NO_OVERLAP):  # the proof of promise P1
                if attempt == ATTEMPTS:
                    raise PlaceRefused(SomebodyFaster(), NoPlaceReason.TAKEN_MEANWHILE) from error
            elif attempt == ATTEMPTS or not lost_a_race(error):
                raise
    raise AssertionError("the last attempt returns or raises")
