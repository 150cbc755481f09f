"""One look at a reservation: its row, its hold, and its workflow's own word; and what two looks have in common."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from activities.reconciliation.differences import Difference, comparable, differences
from contracts.comparison import Standing
from db.engine import Sessions
from db.queries.shown import row_and_hold
from db.tables import ReservationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    code: str
    at: datetime
    """Before anything was read."""
    row: ReservationRow | None
    standing: Standing | None
    """None: there is no such workflow."""
    found: frozenset[Difference]

    @property
    def is_silent(self) -> bool:
        return self.standing is not None and not self.standing.answered

    @property
    def written(self) -> tuple[int, datetime] | None:
        """Which writing of the row was seen."""
        return None if self.row is None else (self.row.revision, self.row.asked_at)


async def look_at(
    sessions: Sessions, standing_of: Callable[[str], Awaitable[Standing | None]], code: str
) -> Look:
    """The workflow first: what it has published by then is in the row that is read next.

    Nothing is found of one that is in the middle of a step: it has still to say what came of it.
    """
    at = datetime.now(UTC)
    standing = await standing_of(code)
    async with sessions() as session:
        row, holds = await row_and_hold(session, code)
    is_acting = standing is not None and standing.acting
    found = frozenset() if is_acting else differences(row, standing, holds=holds)
    return Look(code=code, at=at, row=row, standing=standing, found=found)


def stands(before: Look, now: Look) -> frozenset[Difference]:
    """What differs in both, if neither account has changed from one look to the other."""
    is_still = before.written == now.written and _word(before.standing) == _word(now.standing)
    return before.found & now.found if is_still else frozenset()


def _word(standing: Standing | None) -> object:
    if standing is None:
        return None
    return standing.run, standing.closed_at, standing.view and comparable(standing.view)
