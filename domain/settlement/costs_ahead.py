"""What cancelling or changing a reservation would cost: now, and from when on more.

By the rules that would charge it, applied to what is known now; trouble that comes, or is over by then, changes it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.causes import Cause
from domain.errors import CostNotAccepted
from domain.facts import refused_actions as why
from domain.money.amount import Money
from domain.reservation.progress import Progress
from domain.settlement.late_change import change_cost
from domain.settlement.pricing import settle
from domain.settlement.surroundings import NOWHERE
from domain.terms.accepted import Terms

_INSTANT = timedelta(microseconds=1)


class Deed(StrEnum):
    """What it costs to do."""

    CANCEL = "cancel"
    RESCHEDULE = "reschedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostUntil:
    """`cost`: of asking for it up to and including `until`, in all; None: whenever after that."""

    cost: Money
    until: datetime | None


def costs_of_cancelling(progress: Progress, terms: Terms, now: datetime) -> tuple[CostUntil, ...]:
    """By the driver, from `now` on, the earliest first; with what a late change before it costs."""
    ends = (*_changes_of_the_fee(progress, terms, now), None)
    return _in_time(lambda at: _cost_of_cancelling(progress, terms, at), ends, now)


def check_cancelling(progress: Progress, terms: Terms, now: datetime, *, accepted: Money | None) -> None:
    """Raises CostNotAccepted when it costs more at `now` than the driver has `accepted`; None: whatever it costs."""
    if accepted is None:
        return
    cost = _cost_of_cancelling(progress, terms, now)
    if not cost.is_zero and (accepted.currency != cost.currency or accepted < cost):
        raise CostNotAccepted(why.CancellingCosts(cost=cost))


def _cost_of_cancelling(progress: Progress, terms: Terms, at: datetime) -> Money:
    then = progress.imagined()
    then.cancelled(at, Cause.DRIVER)
    return settle(then, terms, (), NOWHERE).charge


def costs_of_changing(progress: Progress, terms: Terms, now: datetime) -> tuple[CostUntil, ...]:
    """Of giving the slot up for a later one, beside what changes before it cost; the last is until it is possible."""
    last = progress.slot.start - terms.policy.change_until
    away = progress.slot.moved_to(progress.slot.end)
    fee_changes = (at for at in _changes_of_the_fee(progress, terms, now) if at < last)
    return _in_time(lambda at: change_cost(progress, terms, away, at), (*fee_changes, last), now)


def remaining(costs: Iterable[CostUntil], now: datetime) -> tuple[CostUntil, ...]:
    """Of what was told before, what is still to come: the first is what it costs at `now`."""
    return tuple(one for one in costs if one.until is None or now <= one.until)


def _changes_of_the_fee(progress: Progress, terms: Terms, now: datetime) -> tuple[datetime, ...]:
    """The last instants of each fee, to come: a tier is met up to and including its own."""
    start, policy = progress.slot.start, terms.policy
    tiers = {start - tier.ahead for tier in policy.cancellation}
    trouble_counts_from = start - policy.fault_watch
    return tuple(sorted(at for at in {*tiers, trouble_counts_from - _INSTANT} if at >= now))


def _in_time(
    cost: Callable[[datetime], Money], ends: Iterable[datetime | None], now: datetime
) -> tuple[CostUntil, ...]:
    found: list[CostUntil] = []
    since = now
    for until in ends:
        one = CostUntil(cost=cost(since if until is None else until), until=until)
        if found and found[-1].cost == one.cost:
            found.pop()
        found.append(one)
        since = since if until is None else until + _INSTANT
    return tuple(found)
