"""When an open amount is tried again, when it waits for its driver, and when it is put before a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import DebtsOpen
from domain.facts.refused_bookings import StillOwed
from domain.money.amount import Money
from domain.money.declines import NOT_BY_CARD, DebtReason, may_pass
from domain.terms.debts import DebtRules

LINK_PATIENCE = timedelta(hours=1)
"""Who has just asked for something to pay with is left alone so long: the card is tried later."""


class DebtState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    WRITTEN_OFF = "written_off"


class WaitsFor(StrEnum):
    """Whose turn it is. The driver may pay at any time."""

    ATTEMPT = "attempt"
    """The card is tried again, at an instant."""
    DRIVER = "driver"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """`at`: when the next thing happens by itself; None: nothing does."""

    waits_for: WaitsFor
    at: datetime | None


def next_step(
    rules: DebtRules, reason: DebtReason, *, attempts: int, failed_at: datetime, opened_at: datetime
) -> NextStep:
    """After a failure at `failed_at`. `attempts`: made since the settlement's own, which opened the debt.

    What is too small or too large for any card is put before a person at once, who alone may write it off; meanwhile it
    bars nobody (`barring`), and it is taken with what a later settlement of the same reservation adds, if that makes it
    enough.
    """
    if may_pass(reason) and attempts < len(rules.backoff):
        return NextStep(waits_for=WaitsFor.ATTEMPT, at=failed_at + rules.backoff[attempts])
    given_over = opened_at + rules.person_after
    if reason in NOT_BY_CARD or failed_at >= given_over:
        return NextStep(waits_for=WaitsFor.OPERATOR, at=None)
    return NextStep(waits_for=WaitsFor.DRIVER, at=given_over)


def tried_at(due: datetime, asked_at: datetime | None) -> datetime:
    """When the card is tried that is due at `due`, if its driver last asked for something to pay with at `asked_at`.

    Never later than `LINK_PATIENCE` after it was due, however often they ask.
    """
    return due if asked_at is None else max(due, min(asked_at, due) + LINK_PATIENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One open debt of a driver. `payable`: the provider takes so much."""

    reservation: str
    amount: Money
    since: datetime
    payable: bool = True


def barring(debts: tuple[Owed, ...], rules: DebtRules, now: datetime) -> tuple[Owed, ...]:
    """Those that have to be paid before anything is booked, oldest first; empty when none has.

    Amounts of currencies are never added up: each is looked at by itself, and `most_open` counts for its own only.
    What nobody can pay bars nobody.
    """
    if not rules.bars_bookings:
        return ()
    old = sorted(
        (owed for owed in debts if owed.payable and owed.since + rules.bars_after <= now),
        key=lambda owed: (owed.since, owed.reservation),
    )
    sums: dict[str, int] = {}
    for owed in old:
        sums[owed.amount.currency] = sums.get(owed.amount.currency, 0) + owed.amount.minor
    most = rules.most_open
    allowed = {most.currency: most.minor} if most is not None else {}
    return tuple(owed for owed in old if sums[owed.amount.currency] > allowed.get(owed.amount.currency, 0))


def split(outstanding: Money, written_off: Money) -> tuple[Money, Money]:
    """Of what is outstanding: what is still owed, and what stays written off. Neither is negative."""
    nothing = Money(0, outstanding.currency)
    forgone = max(nothing, min(outstanding, written_off))
    return max(nothing, outstanding - forgone), forgone


def check_debts(debts: tuple[Owed, ...], rules: DebtRules, now: datetime) -> None:
    """Raises DebtsOpen, which names the oldest: each that is paid is named no more."""
    bars = barring(debts, rules, now)
    if bars:
        first = bars[0]
        raise DebtsOpen(StillOwed(owed=first.amount, reservation=first.reservation, since=first.since))
