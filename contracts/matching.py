"""Which sessions are a reservation's: asked before a deadline that costs somebody something, and when it ends."""

from dataclasses import dataclass
from datetime import datetime

from contracts.declaration import Activity, Kind, Versioned
from contracts.holds import OwnSession


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSessions(Versioned):
    """Find the sessions of reservation `code` and mark them as priced by it.

    `only_running`: what has ended meanwhile is left as it is. `ended`: the reservation has; nothing more is taken up.
    """

    code: str
    now: datetime
    only_running: bool = False
    ended: bool = False
    hold_id: int | None = None
    """The one it has. None: its newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedSessions:
    """Oldest first."""

    sessions: tuple[OwnSession, ...] = ()


MATCH_SESSIONS = Activity("match_sessions", MatchSessions, MatchedSessions, Kind.DECIDED)
"""Again, it finds what it has marked. A hold that it gave back may be somebody else's then."""
