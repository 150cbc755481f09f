"""The last net: what the scheduled runs are asked, and what they report."""

from dataclasses import dataclass, field
from datetime import timedelta

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationReport:
    """`examined`: reservations with something open. `released`: their codes where the workflow was gone.
    `failed`: codes whose money could not be released now; the next run tries again."""

    examined: int = 0
    released: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
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
