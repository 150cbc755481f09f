"""What the reconciler reports."""

from dataclasses import dataclass, field

from contracts.declaration import Activity, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationReport:
    """`examined`: reservations with something open. `released`: their codes where the workflow was gone.
    `failed`: codes whose money could not be released now; the next run tries again."""

    examined: int = 0
    released: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


RELEASE_ORPHANS = Activity("release_orphans", int, ReconciliationReport, Kind.CONVERGENT)
"""Takes how many seconds something must have been open to be looked at."""
