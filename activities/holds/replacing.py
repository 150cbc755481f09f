"""A second hold for the same reservation, equal or better: the operator's duty when a connector fails."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import decision
from activities.holds.board import Board, Seat, boards_of, lock_pools, move_aside, seat, settle_in
from activities.holds.candidates import wanted
from activities.holds.drivers import credentials_of
from contracts.holds import HoldDecision, HoldReplacement
from db.queries.place.holds import hold_of_step
from db.queries.place.sites import site_of, sites_near
from db.tables import Connector, Hold, Pool
from domain.errors import SlotUnavailable
from domain.place.slots import Slot, occupied_window


async def replace_hold(session: AsyncSession, ask: HoldReplacement) -> HoldDecision:
    """Raises SlotUnavailable when nothing fits. The walk-in share does not protect from our own failures."""
    known = await hold_of_step(session, ask.code, ask.step)
    if known is not None:
        if known.released_at is not None:
            raise SlotUnavailable("this replacement was given up already")
        return await decision(session, known, ask.terms)
    if ask.slot.end <= ask.now:
        raise SlotUnavailable("the slot is over")
    rest = Slot(max(ask.now, ask.slot.start), ask.slot.end)
    pools = await _candidate_pools(session, ask)
    await lock_pools(session, [pool.id for pool in pools])
    boards = await boards_of(session, pools, occupied_window(rest, ask.terms.policy.slots.buffer))
    for board, only in _tries(ask, [boards[pool.id] for pool in pools]):
        found = await _seat(session, board, ask, rest, only)
        if found is not None:
            return await _promise(session, ask, board, rest, found)
    raise SlotUnavailable("no equal or better connector is free, here or nearby")


async def _candidate_pools(session: AsyncSession, ask: HoldReplacement) -> list[Pool]:
    """Same pool, same site, nearby by distance; never less power nor another plug."""
    if ask.only_connector_id is not None:
        named = select(Pool).join(Connector).where(Connector.id == ask.only_connector_id)
        return list((await session.scalars(named)).all())
    present = await session.scalar(
        select(Pool)
        .join(Hold, Hold.pool_id == Pool.id)
        .where(Hold.reservation_code == ask.code)
        .order_by(Hold.id.desc())
        .limit(1)
    )
    home = await site_of(session, ask.site_id)
    ranked = [home.id, *(neighbour.site.id for neighbour in await sites_near(session, home))]
    statement = select(Pool).where(Pool.site_id.in_(ranked), Pool.power_w >= ask.power_w)
    if present is not None:
        statement = statement.where(Pool.connector_type == present.connector_type)
    pools = (await session.scalars(statement)).all()
    return sorted(
        pools,
        key=lambda p: (present is None or p.id != present.id, ranked.index(p.site_id), p.power_w, p.id),
    )


def _tries(ask: HoldReplacement, boards: list[Board]) -> list[tuple[Board, int | None]]:
    if ask.only_connector_id is not None:
        return [(board, ask.only_connector_id) for board in boards]
    preferred = [
        (board, ask.prefer_connector_id)
        for board in boards
        if any(c.id == ask.prefer_connector_id for c in board.connectors)
    ]
    return [*preferred, *((board, None) for board in boards)]


async def _seat(
    session: AsyncSession, board: Board, ask: HoldReplacement, rest: Slot, only: int | None
) -> Seat | None:
    return await seat(
        session,
        board,
        wanted(
            board,
            rest,
            ask.terms.policy,
            code=ask.code,
            now=ask.now,
            share=False,
            exclude=ask.exclude_connectors,
            only=only,
        ),
    )


async def _promise(
    session: AsyncSession, ask: HoldReplacement, board: Board, rest: Slot, found: Seat
) -> HoldDecision:
    policy = ask.terms.policy
    credentials = await credentials_of(session, driver_id=ask.driver_id, code=ask.code)
    window = occupied_window(rest, policy.slots.buffer)
    await move_aside(session, found.moves)
    hold = Hold(
        reservation_code=ask.code,
        step=ask.step,
        connector_id=found.connector_id,
        pool_id=board.pool.id,
        driver_id=ask.driver_id,
        group_id=credentials.group_id,
        during=Range(window.start, window.end),
        slot_start=rest.start,
        slot_end=rest.end,
        opens_at=ask.slot.start - policy.early_start,
        watch_from=ask.slot.start - policy.fault_watch,
        walk_in_warning_seconds=policy.walk_in_warning.total_seconds(),
        locked_at=ask.now,
        placed_at=ask.now,
    )
    session.add(hold)
    await settle_in(session)
    return await decision(session, hold, ask.terms)
