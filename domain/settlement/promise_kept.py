"""Whether what was promised at booking was kept, once a reservation is over: what certainties are measured by.

- Not kept, by a failure of ours: nothing equal was free (UNFULFILLED), the driver was moved, an operator or the
  system ended it, the bay was broken, silent or taken while they were there or when they gave up, or the bill
  compensates them. The place that was booked counts, whatever became of a second one.
- Kept: they came and had what was promised, whether they charged or not; or nobody came, and the bay stood ready.
- Neither: it was never confirmed, or was given up by its driver, or for want of payment, while nothing was wrong:
  nobody knows what would have become of it.
"""

from dataclasses import dataclass

from domain.causes import Cause
from domain.money.bill import Bill
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.kept_off import kept_off_by
from domain.settlement.operators_failure import failure_while_served, operators_failure
from domain.terms.policy import Policy

_NEVER_PROMISED = (State.REQUESTED, State.DECLINED, State.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseKept:
    """`failed_for` None: it was kept."""

    failed_for: Cause | None = None

    @property
    def kept(self) -> bool:
        return self.failed_for is None


def promise_kept(progress: Progress, policy: Policy, bill: Bill | None) -> PromiseKept | None:
    """None: it is not over, or nobody knows."""
    if not progress.is_over or progress.never_confirmed or progress.state in _NEVER_PROMISED:
        return None
    failure = _failure(progress, policy) or _compensated_for(bill)
    if failure is not None:
        return PromiseKept(failed_for=failure)
    return None if progress.state is State.CANCELLED else PromiseKept()


def _failure(progress: Progress, policy: Policy) -> Cause | None:
    charged = progress.transaction_started_at is not None and progress.state is not State.UNFULFILLED
    found = failure_while_served(progress) if charged else operators_failure(progress, policy)
    unserved = Cause.SYSTEM if progress.state is State.UNFULFILLED else None
    return found or kept_off_by(progress, policy) or unserved


def _compensated_for(bill: Bill | None) -> Cause | None:
    lines = () if bill is None else bill.lines
    return next(
        (line.cause for line in lines if line.kind is LineKind.COMPENSATION and line.cause.is_operators), None
    )
