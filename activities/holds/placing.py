"""Booking: a slot becomes the driver's, on the best connector of the pool."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import decision
from activities.holds.board import Seat, boards_of, lock_pools, move_aside, seat, settle_in
from activities.holds.candidates import wanted
from activities.holds.drivers import admit, check_open_reservations, credentials_of
from contracts.holds import HoldDecision, PlaceHold
from db.queries.place.holds import hold_of_step
from db.queries.place.sites import pools_of, site_of
from db.queries.place.terms import terms_at
from db.tables import Hold, Pool
from domain.errors import BookingTooLate, SlotUnavailable
from domain.place.slots import check_slot, occupied_window
from domain.terms.policy import Policy

BOOK = "book"
"""The step of a reservation's first hold."""


async def place(session: AsyncSession, ask: PlaceHold) -> HoldDecision:
    """Raises the DomainError of whatever rule refuses; nothing is kept then."""
    site = await site_of(session, ask.site_id)
    terms = await terms_at(session, site, ask.now)
    await admit(session, driver_id=ask.driver_id, fleet_id=ask.fleet_id, now=ask.now)
    known = await hold_of_step(session, ask.code, BOOK)
    if known is not None:
        if known.released_at is not None:
            raise BookingTooLate("this booking was given up; please book again")
        return await decision(session, known, terms)
    check_slot(ask.slot, terms.policy.slots, ask.now)
    pools = await pools_of(session, site.id, pool_id=ask.pool_id, connector_type=ask.connector_type)
    await check_open_reservations(session, driver_id=ask.driver_id, policy=terms.policy, now=ask.now)
    pool, found = await _first_seat(session, pools, ask, terms.policy)
    hold = await _promise(session, ask, pool, found, terms.policy)
    return await decision(session, hold, terms)


async def _first_seat(
    session: AsyncSession, pools: Sequence[Pool], ask: PlaceHold, policy: Policy
) -> tuple[Pool, Seat]:
    await lock_pools(session, [pool.id for pool in pools])
    boards = await boards_of(session, pools, occupied_window(ask.slot, policy.slots.buffer))
    for pool in pools:
        board = boards[pool.id]
        found = await seat(session, board, wanted(board, ask.slot, policy, code=ask.code, now=ask.now))
        if found is not None:
            return pool, found
    raise SlotUnavailable("no connector is free for this slot; choose another time or place")


async def _promise(session: AsyncSession, ask: PlaceHold, pool: Pool, found: Seat, policy: Policy) -> Hold:
    credentials = await credentials_of(session, driver_id=ask.driver_id, code=ask.code)
    await move_aside(session, found.moves)
    window = occupied_window(ask.slot, policy.slots.buffer)
    hold = Hold(
        reservation_code=ask.code,
        step=BOOK,
        connector_id=found.connector_id,
        pool_id=pool.id,
        driver_id=ask.driver_id,
        group_id=credentials.group_id,
        during=Range(window.start, window.end),
        slot_start=ask.slot.start,
        slot_end=ask.slot.end,
        opens_at=ask.slot.start - policy.early_start,
        watch_from=ask.slot.start - policy.fault_watch,
        walk_in_warning_seconds=policy.walk_in_warning.total_seconds(),
        placed_at=ask.now,
    )
    session.add(hold)
    await settle_in(session)
    return hold
