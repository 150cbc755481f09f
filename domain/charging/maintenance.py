"""A maintenance window, as those hear of it whose place it closes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OnConflict(StrEnum):
    """What becomes of reservations that stand in a window and cannot be packed elsewhere in their pool."""

    MOVE = "move"
    """To an equal or better place. At another site it is proposed first, as always."""
    ASK = "ask"
    """The same, but the driver is asked first, while there is time; no answer is a yes."""
    COMPENSATE = "compensate"
    """They end at once, as promises that we could not keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMaintenance:
    """As a reservation hears of the window that closes its place. Instants aware UTC."""

    window_id: int
    start: datetime
    end: datetime
    on_conflict: OnConflict

    def closes(self, start: datetime, end: datetime) -> bool:
        """Some of [start, end)."""
        return self.start < end and start < self.end
