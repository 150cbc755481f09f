"""What the tests of groups share: what is asked for, on record, and held."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.grouping import GroupAsk, place_group
from activities.holds.transaction import repeated
from contracts.holds import PlaceHold
from db.engine import Sessions
from db.tables import Hold, ReservationGroup, ReservationRow
from tests.activities.holds.hold_desk import NOW
from tests.factories import (
    make_booking,
)


def asks(*names: str, driver: str = "", **over: Any) -> tuple[PlaceHold, ...]:
    return tuple(replace(make_booking(name, **over), driver_id=driver or f"driver-{name}") for name in names)


async def group(sessions: Sessions, name: str, wanted: tuple[PlaceHold, ...], **over: Any) -> GroupAsk:
    """On record, as the desk writes it before anything is held."""
    async with sessions.begin() as session:
        first = wanted[0]
        session.add(
            ReservationGroup(
                id=name,
                account=first.account,
                site_id=first.site_id,
                slot_start=first.slot.start,
                slot_end=first.slot.end,
                mode="together",
                codes=[one.code for one in wanted],
                drivers=[one.driver_id for one in wanted],
                asked_at=NOW,
            )
        )
    return replace(GroupAsk(group=name, asks=wanted, together=True), **over)


async def placed(sessions: Sessions, ask: GroupAsk) -> dict[str, str]:
    async def work(session: AsyncSession) -> dict[str, str]:
        return await place_group(session, ask)

    return await repeated(sessions, work)


async def held(sessions: Sessions) -> list[Hold]:
    async with sessions() as session:
        return list(await session.scalars(select(Hold).where(Hold.released_at.is_(None)).order_by(Hold.id)))


async def made_of(sessions: Sessions, ask: GroupAsk, *states: str, state: str = "open") -> None:
    """What the reservations of its first members have published; then whoever asked was killed. Who was declined has
    given up its hold.
    """
    async with sessions.begin() as session:
        (await session.get_one(ReservationGroup, ask.group)).state = state
        for one, published in zip(ask.asks, states, strict=False):
            if published in ("DECLINED", "EXPIRED"):
                gone = update(Hold).where(Hold.reservation_code == one.code)
                await session.execute(gone.values(released_at=NOW, release_reason="declined"))
            session.add(
                ReservationRow(
                    code=one.code,
                    revision=1,
                    driver_id=one.driver_id,
                    account=one.account,
                    site_id=one.site_id,
                    state=published,
                    slot_start=one.slot.start,
                    slot_end=one.slot.end,
                    snapshot={},
                    updated_at=NOW,
                )
            )
