"""Offers to swap slots: found by their code or reservation, taken under their row's lock."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Hold, SwapOfferRow
from domain.errors import UnknownSwapOffer
from domain.facts.refused_swaps import NoSuchSwapOffer
from domain.place.slots import Slot
from domain.reservation.swapping import SwapOffer, offer_id

_MOST_LISTED = 100


async def offer_under_lock(session: AsyncSession, offer: str) -> SwapOfferRow:
    """Before people, pools and holds are locked. Raises UnknownSwapOffer."""
    row: SwapOfferRow | None = await session.get(
        SwapOfferRow, offer_id(offer), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise UnknownSwapOffer(NoSuchSwapOffer(offer=offer))
    return row


async def offer_of(session: AsyncSession, offer: str) -> SwapOffer:
    """As it stands. Raises UnknownSwapOffer."""
    found = (await session.execute(_with_hold().where(SwapOfferRow.id == offer_id(offer)))).first()
    if found is None:
        raise UnknownSwapOffer(NoSuchSwapOffer(offer=offer))
    return told(found[0], found[1])


async def offers_of(session: AsyncSession, code: str) -> Sequence[SwapOffer]:
    """The latest first."""
    mine = _with_hold().where(SwapOfferRow.reservation_code == code)
    latest = mine.order_by(SwapOfferRow.made_at.desc(), SwapOfferRow.id).limit(_MOST_LISTED)
    return [told(row, hold) for row, hold in await session.execute(latest)]


async def holds_standing(session: AsyncSession, code: str) -> Sequence[Hold]:
    its = select(Hold).where(Hold.reservation_code == code, Hold.released_at.is_(None))
    return (await session.scalars(its.order_by(Hold.id))).all()


async def hold_of_slot(session: AsyncSession, pool_id: str, slot: Slot) -> int | None:
    """One of the pool that is open for just that slot."""
    of_pool = (Hold.pool_id == pool_id, Hold.released_at.is_(None))
    found = select(Hold.id).where(*of_pool, Hold.slot_start == slot.start, Hold.slot_end == slot.end).limit(1)
    hold_id: int | None = await session.scalar(found)
    return hold_id


async def offer_that_gave(session: AsyncSession, hold_id: int, slot: Slot) -> str | None:
    """Made of the hold, and taken: by it the hold got that slot. None: by none."""
    mine = (SwapOfferRow.hold_id == hold_id, SwapOfferRow.taken_by.is_not(None))
    got = (SwapOfferRow.wants_start == slot.start, SwapOfferRow.wants_end == slot.end)
    found = select(SwapOfferRow.id).where(*mine, *got).order_by(SwapOfferRow.taken_at.desc()).limit(1)
    offer: str | None = await session.scalar(found)
    return offer


def told(row: SwapOfferRow, hold: Hold | None) -> SwapOffer:
    """`hold`: the one that is offered, None: it was given up."""
    return SwapOffer(
        id=row.id,
        code=row.reservation_code,
        pool_id=row.pool_id,
        gives=Slot(row.gives_start, row.gives_end),
        wants=Slot(row.wants_start, row.wants_end),
        expires_at=row.expires_at,
        taken_by=row.taken_by,
        withdrawn=row.withdrawn_at is not None,
        has=None if hold is None else Slot(hold.slot_start, hold.slot_end),
    )


def _with_hold() -> Select[SwapOfferRow, Hold]:
    stands = and_(Hold.id == SwapOfferRow.hold_id, Hold.released_at.is_(None))
    return select(SwapOfferRow, Hold).outerjoin(Hold, stands)
