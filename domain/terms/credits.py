"""What a site credits to a driver whom it served worse than promised. All off by default.

A promise that was not kept at all is credited with `Policy.compensation`, which counts towards `cap` too.
"""

from dataclasses import dataclass
from datetime import timedelta

from domain.causes import Cause
from domain.money.amount import Money

SHORTEST_CREDIT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRules:
    """Amounts are positive, in the policy's currency; None: nothing is credited for it."""

    moved: Money | None = None
    """Served at another bay of the site that was booked, however often the driver was moved."""
    moved_away: Money | None = None
    """Served at another site; instead of `moved`."""
    waited: Money | None = None
    """For each started `waited_step` that a driver who was there stood before a taken or broken bay beyond
    `waited_tolerance`: the one they were served at or given up at; who is moved on is credited the move."""
    waited_step: timedelta = timedelta(minutes=15)
    waited_tolerance: timedelta = timedelta(minutes=10)
    not_for: tuple[Cause, ...] = ()
    """Causes for which no move and no wait is credited."""
    cap: Money | None = None
    """The most that one reservation is credited in all; None: no limit."""
    expire_after: timedelta | None = None
    """A credit that is given can be spent for so long; None: for ever. As it was when it was given."""
    warn_before: timedelta = timedelta(days=14)
    """So long before it expires its driver is told."""
