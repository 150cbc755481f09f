"""Which connectors of a pool may serve a slot, and in which order they are tried."""

from collections.abc import Collection
from datetime import datetime

from activities.holds.board import Board, Wanted
from db.queries.place.availability import can_serve
from db.queries.place.connectors import ConnectorState
from domain.place.slots import Slot, occupied_window
from domain.terms.policy import Policy


def wanted(
    board: Board,
    slot: Slot,
    policy: Policy,
    *,
    code: str,
    now: datetime,
    share: bool = True,
    window: Slot | None = None,
    hold_id: int | None = None,
    exclude: Collection[int] = (),
    only: int | None = None,
) -> Wanted:
    """`slot` for reservation `code` in the pool of `board`.

    `share`: the walk-in share is respected. `window`: slot and buffer, if not the policy's of today.
    `exclude`, `only`: connectors that the newcomer may not take, the one it must.
    """
    # A replacement (no share) must work today; an ordinary far booking may count on a repair.
    seen_from = slot if share else Slot(now, now + slot.length)
    usable = [c for c in board.connectors if can_serve(c, seen_from, policy, now)]
    # For a slot that has begun, a connector with somebody on it is worth nothing.
    idle = [c for c in usable if slot.start > now or not c.is_taken_from(code)]
    soon = slot.start <= now + policy.lock_lead
    return Wanted(
        window=window or occupied_window(slot, policy.slots.buffer),
        candidates=[c.id for c in idle if c.id not in exclude and only in (None, c.id)],
        usable=[c.id for c in usable],
        limit=len(usable) - board.pool.walk_in_connectors if share else None,
        now=now,
        hold_id=hold_id,
        doubtful={c.id for c in idle if not _is_healthy(c) or (soon and c.is_taken_from(code))},
    )


def _is_healthy(connector: ConnectorState) -> bool:
    return connector.is_usable and connector.connected
