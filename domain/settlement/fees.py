"""What booking, not coming and cancelling cost. Each fee carries the failure of ours that bars it, if there was one."""

from datetime import datetime

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import LineItem, LineKind
from domain.reservation.grace import arrival_by
from domain.reservation.progress import Progress
from domain.settlement.kept_off import kept_off_by
from domain.settlement.operators_failure import failure_while_served, operators_failure
from domain.terms.accepted import Terms
from domain.terms.policy import Policy


def reservation_fee(progress: Progress, terms: Terms, *, charged: bool) -> LineItem:
    """For a booking that was kept, but of members. `charged`: energy was delivered here."""
    failure = barred_by(progress, terms, charged=charged)
    return _fee(LineKind.RESERVATION_FEE, failure, terms.reservation_fee)


def barred_by(progress: Progress, terms: Terms, *, charged: bool) -> Cause | None:
    """The failure of ours that bars what the reservation itself costs: its fee, and that of changing it late."""
    failure = failure_while_served(progress) if charged else operators_failure(progress, terms.policy)
    return failure or kept_off_by(progress, terms.policy)


def no_show_fee(progress: Progress, terms: Terms) -> LineItem:
    """For a grace period that ended without arrival: `policy.no_show_fee`, untaxed, priced when the slot has ended.

    None is taken when
    - an end of a transaction that found no session may be the driver's, until an operator has placed or dismissed it
      (`workflows.reservation.matching`);
    - the connector was broken, taken or silent when grace ended: then the driver is moved instead, and is no no-show
      (`domain.reservation.grace`);
    - the driver was ever moved for a cause of ours, also by an operator's `reassign` (`operators_failure`);
    - an operator waived it, or cancelled the reservation while it was NO_SHOW;
    - the driver came late, before the slot's end, was given a connector, and
      `policy.late_arrival_waives_no_show_fee` (the default); else it is taken beside what the stay costs
      (`late_no_show_fee`), unless the charger is in trouble when the stay ends;
    - the driver came late and then cancelled: what cancelling costs is owed instead;
    - the policy's fee is zero.
    """
    failure = operators_failure(progress, terms.policy)
    return _fee(LineKind.NO_SHOW, failure, terms.policy.no_show_fee)


def late_no_show_fee(progress: Progress, terms: Terms) -> list[LineItem]:
    """The no-show fee of who came after all: dropped, unless the policy keeps it; always for who came in time, and was
    heard of too late.
    """
    if progress.no_show_at is None or terms.policy.late_arrival_waives_no_show_fee:
        return []
    if progress.arrived_at is not None and progress.arrived_at <= arrival_by(progress, terms.policy):
        return []
    return [no_show_fee(progress, terms)]


def cancellation_fees(progress: Progress, terms: Terms) -> list[LineItem]:
    """None for a booking that was never confirmed: no promise was made."""
    if progress.cancelled_at is None or progress.never_confirmed:
        return []
    failure = operators_failure(progress, terms.policy)
    fee = cancellation_fee(terms.policy, progress.slot.start, progress.cancelled_at)
    return [_fee(LineKind.CANCELLATION, failure, fee)]


def cancellation_fee(policy: Policy, slot_start: datetime, cancelled_at: datetime) -> Money:
    """The fee of the most generous tier still met, else the dearest; none when there are no tiers."""
    if not policy.cancellation:
        return Money(0, policy.currency)
    ahead = slot_start - cancelled_at
    met = [tier for tier in policy.cancellation if ahead >= tier.ahead]
    if met:
        return max(met, key=lambda tier: tier.ahead).fee
    return max(tier.fee for tier in policy.cancellation)


def _fee(kind: LineKind, failure: Cause | None, amount: Money) -> LineItem:
    return LineItem(kind=kind, cause=failure or Cause.DRIVER, amount=amount)
