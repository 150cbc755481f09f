"""Which credits a bill gives to its driver: one for each rung of the ladder, one for what negative prices leave."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.money.amount import Money
from domain.money.bill import Bill
from domain.money.credits import CreditOrigin
from domain.money.lines import LineItem, LineKind
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """`amount` is positive. `cause`: of domain.causes; empty for negative prices."""

    amount: Money
    cause: str


def given_by(bill: Bill, progress: Progress) -> Mapping[CreditOrigin, Given]:
    """Together they are `bill.credit`; empty when that is zero."""
    given: dict[CreditOrigin, Given] = {}
    rest = bill.credit
    for line in bill.lines:
        if line.kind is LineKind.COMPENSATION:
            origin = _rung(line, progress)
            before = given.get(origin)
            amount = -line.amount if before is None else before.amount - line.amount
            given[origin] = Given(amount=amount, cause=line.cause)
            rest += line.amount
    if rest.minor > 0:
        given[CreditOrigin.NEGATIVE_PRICE] = Given(amount=rest, cause="")
    return given


def _rung(line: LineItem, progress: Progress) -> CreditOrigin:
    if line.quantity is not None:
        return CreditOrigin.WAITED
    if progress.state is State.UNFULFILLED:
        return CreditOrigin.UNFULFILLED
    place = progress.assignment
    away = place is not None and progress.booked_site not in ("", place.site_id)
    return CreditOrigin.MOVED_AWAY if away else CreditOrigin.MOVED
