"""What the reconciler reports."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationReport:
    """`examined`: reservations with something open. `released`: their codes where the workflow was gone.
    `failed`: codes whose money could not be released now; the next run tries again."""

    examined: int = 0
    released: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
