"""What a fleet sees of its drivers' reservations at a glance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.fleet_board import BoardRow, board_of
from db.queries.reservations import Position
from domain.reservation.astray import Astray, Seen, astray
from domain.reservation.lifecycle import State

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSlot:
    """`amiss` None: it goes as it was planned."""

    code: str
    driver_id: str
    site_id: str
    state: State
    start: datetime
    end: datetime
    amiss: Astray | None


class Fleets:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def slots(
        self, principal: Principal, start: datetime, end: datetime, after: Position | None, limit: int
    ) -> Sequence[FleetSlot]:
        """Up to `limit` + 1 that begin in [start, end), the earliest first. Raises ScopeMissing."""
        fleet_id, now = principal.require_fleet(), self._clock()
        async with self._sessions() as session:
            rows = await board_of(session, fleet_id, start, end, after, limit)
        return [_slot(row, now) for row in rows]

    async def amiss(
        self, principal: Principal, start: datetime, end: datetime, at_once: int = _AT_ONCE
    ) -> Sequence[FleetSlot]:
        """All that begin in [start, end) and go otherwise than planned, the earliest first. Raises ScopeMissing."""
        found: list[FleetSlot] = []
        after: Position | None = None
        while True:
            slots = await self.slots(principal, start, end, after, at_once)
            found += [one for one in slots[:at_once] if one.amiss is not None]
            if len(slots) <= at_once:
                return found
            after = Position(slot_start=slots[at_once - 1].start, code=slots[at_once - 1].code)


def _slot(row: BoardRow, now: datetime) -> FleetSlot:
    seen = Seen(
        state=State(row.state),
        start=row.slot_start,
        declined=row.declined,
        asked_to_move=row.asked_to_move,
        place_broken=row.place_broken,
        looked_at=row.looked_at,
    )
    return FleetSlot(
        code=row.code,
        driver_id=row.driver_id,
        site_id=row.site_id,
        state=seen.state,
        start=row.slot_start,
        end=row.slot_end,
        amiss=astray(seen, now),
    )
