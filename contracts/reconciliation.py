"""The last net: what the scheduled runs are asked, and what they report."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from contracts.declaration import Activity, Kind

NOT_FOUND = "NOT_FOUND"
"""How the workflow of a reservation ended that the namespace does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespaceIdentity:
    """`id`: the server's own, of this very namespace; another that is given the same name has another."""

    id: str
    name: str
    retention: timedelta
    """How long it knows a closed workflow."""


class Unsettled(StrEnum):
    """Why a reservation whose workflow is gone was not settled."""

    RUNS = "runs"
    """It is not gone."""
    FORGOTTEN = "forgotten"
    """Its history is gone, too: only there was what it had agreed to and how far it came."""
    NOT_REPLAYED = "not_replayed"
    """The workers' version cannot replay its history."""
    NOT_TAKEN_UP = "not_taken_up"
    """Its history ends with news that no task has taken up. A worker refuses them for a minute (`passing_time`), lest a
    living run went on in the past; of one that is closed they only have to be asked about again."""
    NO_ANSWER = "no_answer"
    """Temporal, or a worker, did not answer in time."""
    STILL_CHARGING = "still_charging"
    """It is settled when the session has ended."""
    NOTHING_OPEN = "nothing_open"
    """By its own word, nothing is left to settle."""
    NOT_COLLECTED = "not_collected"
    """The payment provider could not be reached, or refused."""

    @property
    def may_pass(self) -> bool:
        """Is it worth asking again?"""
        return self in (
            Unsettled.NOT_TAKEN_UP,
            Unsettled.NO_ANSWER,
            Unsettled.STILL_CHARGING,
            Unsettled.NOT_COLLECTED,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationReport:
    """`examined`: reservations with something open. `released`: their codes where the workflow was gone.
    `failed`: codes whose money could not be released now; the next run tries again. `settled`: of those released,
    what their workflow had not. `waiting`: codes whose session goes on; they are settled when it has ended."""

    examined: int = 0
    released: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unknown: int = 0
    """Of the examined, those whose workflow the namespace does not know."""
    implausible: str = ""
    """A `Doubt`: nothing was touched, because what the namespace says proves nothing."""


RELEASE_ORPHANS = Activity("release_orphans", int, ReconciliationReport, Kind.DECIDED)
"""Takes how many seconds something must have been open to be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpReport:
    """Codes of reservations: `settled` once more, because chargers told more of them; `failed`: tried again later."""

    settled: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


SETTLE_FOLLOW_UPS = Activity("settle_follow_ups", int, FollowUpReport, Kind.DECIDED)
"""Takes within how many seconds those that closed are looked at, whether or not anything was noticed."""
