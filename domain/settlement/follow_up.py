"""What is charged when chargers tell more of a reservation after it was settled: the whole story, priced once more.

- Less is given back, whatever the reason.
- More energy is paid within what the driver has accepted: what was charged already, or what who pays by card would
  have had held for the session (`agreed.accepted_amount`), however they pay. The rest is delivered and not charged. A
  fleet's account is billed what was delivered.
- What is more by less than any card can be charged is not charged until it is enough: nobody could pay it.
- No fee is added, and none grows: nobody can answer a late fee by leaving earlier.
- Who was a no-show and turns out to have charged pays for the energy, as far as it is known, and no no-show fee.
"""

from collections.abc import Callable
from dataclasses import replace

from domain.money.amount import Money, total
from domain.money.bill import Bill
from domain.money.currencies import currency_of
from domain.money.lines import FEES, LineItem, LineKind
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.agreed import accepted_amount
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.settlement.surroundings import Surroundings
from domain.terms.accepted import Terms

_NEVER_LATER = FEES - {LineKind.SESSION_FEE}
"""Fees for what the driver did or did not do; the session fee is a price of charging."""

Priced = Callable[[tuple[ChargingLeg, ...]], Bill]


def follow_up_bill(
    before: Bill, progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...], around: Surroundings
) -> Bill:
    """`before`: the bill that stands. Equal to it when nothing has changed."""
    if progress.state is State.NO_SHOW and legs:
        progress = replace(progress, waived=[*progress.waived, LineKind.NO_SHOW])

    def priced(billed: tuple[ChargingLeg, ...]) -> Bill:
        return settle(progress, terms, billed, around, only=lambda line: _is_no_late_fee(line, before))

    accepted = accepted_amount(terms, progress.slot)
    if accepted is None:
        return priced(legs)
    after = _accepted(before, progress, max(before.charge, accepted), legs, priced)
    more = after.charge - before.charge
    if not 0 < more.minor < currency_of(more.currency).least:
        return after
    if progress.state is State.NO_SHOW:  # the fee goes all the same
        return priced(_up_to(legs, _most_within(before.charge, legs, priced)))
    return replace(before, energy_wh=after.energy_wh)


def _accepted(
    before: Bill, progress: Progress, limit: Money, legs: tuple[ChargingLeg, ...], priced: Priced
) -> Bill:
    bill = priced(legs)
    if bill.charge <= limit:
        return bill
    most = _most_within(limit, legs, priced)
    within = priced(_up_to(legs, most))
    if within.charge >= before.charge or progress.state is State.NO_SHOW:
        return within
    return replace(before, energy_wh=bill.energy_wh)


def _is_no_late_fee(line: LineItem, before: Bill) -> bool:
    if line.kind not in _NEVER_LATER:
        return True
    charged = [old.amount for old in before.lines if old.kind is line.kind]
    return line.amount <= total(charged, line.amount.currency)


def _most_within(limit: Money, legs: tuple[ChargingLeg, ...], priced: Priced) -> int:
    """The most energy whose charge stays within `limit`, in Wh."""
    low, high = 0, sum(leg.energy_wh for leg in legs)
    while low < high:
        middle = (low + high + 1) // 2
        if priced(_up_to(legs, middle)).charge <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _up_to(legs: tuple[ChargingLeg, ...], most_wh: int) -> tuple[ChargingLeg, ...]:
    """The first so many Wh of them."""
    accepted = []
    for leg in legs:
        part = min(leg.energy_wh, most_wh)
        most_wh -= part
        accepted.append(replace(leg, accepted_wh=part))
    return tuple(accepted)
