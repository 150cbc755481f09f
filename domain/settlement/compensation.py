"""What is credited to a driver for how a promise was kept: the ladder of the policy, up to its cap.

- Not at all (UNFULFILLED): `policy.compensation`, instead of what a move is credited with.
- Served elsewhere: `credits.moved` at the site that was booked, `credits.moved_away` at another one; once.
- Stood before a taken or broken bay while it was their turn: `credits.waited` for each started step.

Never for what a driver caused: who cancels, does not come, or is still there with their session of before is credited
nothing. A start that failed, for which their car may be to blame, is no wait; who was moved for it is credited the
move. An end by the operator takes the fees off, as `operators_failure` says, and is credited nothing.
"""

from dataclasses import replace
from datetime import timedelta

from domain.causes import Cause
from domain.charging.trouble import BROKEN, Trouble, TroubleCause, blame, troubled
from domain.money.amount import Money
from domain.money.lines import Limit, LineItem, LineKind, Quantity, Unit
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.operators_failure import ended_by_operator, operators_failure
from domain.terms.accepted import Terms
from domain.terms.credits import CreditRules
from domain.terms.policy import Policy

_KEPT_WAITING = BROKEN | {TroubleCause.OCCUPIED}


def compensations(progress: Progress, terms: Terms) -> list[LineItem]:
    """To the driver, so negative; the highest of the ladder first, as long as the cap lasts. None is zero."""
    policy = terms.policy
    left = policy.credits.cap
    lines: list[LineItem] = []
    for line in _earned(progress, policy):
        given = line.amount if left is None else max(line.amount, -left)
        left = None if left is None else left + given
        if given.minor < 0:
            capped = Limit.POLICY_CAP if given != line.amount else None
            lines.append(replace(line, amount=given, limited_by=capped))
    return lines


def _line(cause: Cause, amount: Money) -> LineItem:
    return LineItem(kind=LineKind.COMPENSATION, cause=cause, amount=-amount)


def _earned(progress: Progress, policy: Policy) -> list[LineItem]:
    rules = policy.credits
    if progress.state is State.UNFULFILLED:
        unkept = _line(operators_failure(progress, policy) or Cause.SYSTEM, policy.compensation)
        return [unkept, *_waited(progress, policy)]
    if progress.state not in (State.SETTLING, State.COMPLETED) or ended_by_operator(progress) is not None:
        return []
    return [*_moved(progress, rules), *_waited(progress, policy)]


def _moved(progress: Progress, rules: CreditRules) -> list[LineItem]:
    cause = next(
        (one for one in progress.rerouted_for if one.is_operators and one not in rules.not_for), None
    )
    place = progress.assignment
    away = place is not None and progress.booked_site not in ("", place.site_id)
    amount = rules.moved_away if away else rules.moved
    return [_line(cause, amount)] if cause is not None and amount is not None else []


def _waited(progress: Progress, policy: Policy) -> list[LineItem]:
    """From the slot's start, or the arrival after it, until they charged, left or were given up; never beyond it."""
    rules, arrived = policy.credits, progress.arrived_at
    if rules.waited is None or arrived is None or progress.there_since_before:
        return []
    since = max(arrived, progress.slot.start)
    ends = (progress.waited_until, progress.departed_at, progress.slot.end)
    until = max(since, min(end for end in ends if end is not None))
    met = [one for one in progress.troubles_here if _counts(one, rules) and troubled(since, until, [one])]
    beyond = troubled(since, until, met) - rules.waited_tolerance
    cause = blame(met)
    if cause is None or beyond <= timedelta(0):
        return []
    steps = -(-beyond // rules.waited_step)
    whole = _line(cause, rules.waited.times(steps))
    return [replace(whole, quantity=Quantity(steps, Unit.STEP), unit_price=-rules.waited)]


def _counts(trouble: Trouble, rules: CreditRules) -> bool:
    return trouble.cause in _KEPT_WAITING and blame([trouble]) not in rules.not_for
