"""Which sessions are a reservation's: asked before a deadline that costs somebody something, and when it ends."""

from dataclasses import dataclass
from datetime import datetime

from contracts.declaration import Activity, Kind, Versioned
from contracts.holds import HeldConnector, OwnSession


@dataclass(frozen=True, slots=True, kw_only=True)
class StayEnds:
    """The driver stands at the connector, and their time there is over `at` this instant (aware UTC).

    `charging`: with a session, not only with a cable.
    """

    connector_id: int
    at: datetime
    charging: bool = True


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
    connector_id: int | None = None
    """Where it believes that hold to be."""
    stay: StayEnds | None = None
    """Only this is asked: has the driver the next slot there?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BayStands:
    """How the place held stands by the one truth of who is there. `taken`: somebody else is at its berth.
    `shows_itself_well`: neither it nor its charger says otherwise, and it has said something."""

    taken: bool
    shows_itself_well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedSessions:
    """Oldest first. `there`: codes of the driver's reservations before, with whose car they stand at the berth held.
    `elsewhere`: it is another berth of the site, which is not free for the hold. `held`: where the hold has gone, if
    that is not where the reservation believes it. `goes_on_until`: the end of their next slot there (aware UTC);
    `next_bay`: where that slot is instead. `unplaced`: without any of these, an end of a transaction that found no
    session, and may be theirs. `bay`: without sessions, of a place that is held."""

    sessions: tuple[OwnSession, ...] = ()
    there: tuple[str, ...] = ()
    elsewhere: str = ""
    held: HeldConnector | None = None
    goes_on_until: datetime | None = None
    next_bay: str = ""
    unplaced: int | None = None
    bay: BayStands | None = None


MATCH_SESSIONS = Activity("match_sessions", MatchSessions, MatchedSessions, Kind.DECIDED)
"""Again, it finds what it has marked. A hold that it gave back may be somebody else's then."""
