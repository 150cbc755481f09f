"""What changing the slot late costs: what cancelling it at that moment would have cost.

Who moves a slot an hour before it begins gives it up as late as who cancels it: nobody else can book it any more. So
the fee of the cancellation tiers is due, as a line of its own kind (CHANGE), damages like it and untaxed. The driver is
told before, and has to accept it (`Reschedule.accepted_cost`).
- A change that keeps the start costs nothing, however long the slot is then: the driver comes when they said, and who
  leaves early pays nothing either. Nor does one whose new slot has the old one within it.
- Several changes cost the dearest of them, not their sum. Who then cancels pays that or what cancelling costs then,
  whichever is more, and only one of them. Who comes pays it beside their stay; who does not, beside the no-show fee;
  who loses the slot because they do not answer their bank pays it alone.
- Nothing is due with our cause: where trouble stood at the connector when it was given up, from `policy.fault_watch`
  before the slot on, as for who cancels; and wherever the reservation fee is barred (`fees.barred_by`), so also for
  who was ever moved by us, before or after. Where we could not serve, or ended it ourselves, there is no such line.
- An operator may waive it. A policy may allow late changes for nothing (`late_change_costs`).
"""

from datetime import datetime

from domain.causes import Cause
from domain.errors import CostNotAccepted
from domain.facts import refused_actions as why
from domain.money.amount import Money, zero
from domain.money.lines import LineItem, LineKind
from domain.place.slots import Slot
from domain.reservation.progress import Progress
from domain.reservation.remembered import LateChange
from domain.settlement.fees import barred_by, cancellation_fee
from domain.settlement.operators_failure import failure_at_change, failure_while_served
from domain.terms.accepted import Terms
from domain.terms.policy import Policy


def late_change(progress: Progress, terms: Terms, slot: Slot, at: datetime) -> LateChange | None:
    """Of a change to `slot` that is asked for at `at`. None: it costs nothing, whatever becomes of it."""
    old, policy = progress.slot, terms.policy
    if not policy.late_change_costs or gives_nothing_up(old, slot):
        return None
    fee = cancellation_fee(policy, old.start, at)
    change = LateChange(at=at, gave_up=old, place=progress.assignment, fee=fee)
    failed = failure_while_served(progress) or failure_at_change(progress, change, policy)
    return None if fee.is_zero or failed else change


def gives_nothing_up(old: Slot, new: Slot) -> bool:
    return new.start == old.start or (new.start <= old.start and old.end <= new.end)


def change_cost(progress: Progress, terms: Terms, slot: Slot, at: datetime) -> Money:
    """What a change to `slot` at `at` adds to what the changes before it cost."""
    change, before = late_change(progress, terms, slot, at), _due_so_far(progress, terms.policy)
    return zero(before.currency) if change is None else max(change.fee - before, zero(before.currency))


def check_cost(
    progress: Progress, terms: Terms, slot: Slot, at: datetime, *, accepted: Money | None
) -> Money | None:
    """What it adds, None for nothing. Raises CostNotAccepted when that is more than the driver has `accepted`."""
    cost = change_cost(progress, terms, slot, at)
    if cost.is_zero:
        return None
    if accepted is None or accepted.currency != cost.currency or accepted < cost:
        raise CostNotAccepted(why.ChangeCosts(cost=cost))
    return cost


def change_fees(progress: Progress, terms: Terms, *, charged: bool) -> list[LineItem]:
    """One line, or none. `charged`: energy was delivered here."""
    if not progress.late_changes or barred_by(progress, terms, charged=charged) is not None:
        return []
    due = _due_so_far(progress, terms.policy)
    return [LineItem(kind=LineKind.CHANGE, cause=Cause.DRIVER, amount=due)]


def _due_so_far(progress: Progress, policy: Policy) -> Money:
    due = (one.fee for one in progress.late_changes if failure_at_change(progress, one, policy) is None)
    return max(due, default=zero(policy.currency))
