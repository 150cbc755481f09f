"""What an invoice account owes, item by item: when each is due, and how long it has been."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.errors import Explained
from domain.money.amount import Money, zero

MOST_DAYS_TO_PAY = 365


class UnknownInvoiceAccount(Explained):
    code = "invoice_account_unknown"


class TransferBookedOtherwise(Explained):
    """The bank's reference was booked in before, with other figures or for another account."""

    code = "transfer_booked_otherwise"


class Age(StrEnum):
    """How long an item has been overdue."""

    NOT_DUE = "not_due"
    DAYS_30 = "up_to_30_days"
    DAYS_60 = "up_to_60_days"
    DAYS_90 = "up_to_90_days"
    OLDER = "more_than_90_days"


_AGES = ((0, Age.NOT_DUE), (30, Age.DAYS_30), (60, Age.DAYS_60), (90, Age.DAYS_90))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a reservation has come to on the account. `invoiced_on`: of its first posting, on the operator's clock."""

    reservation: str
    amount: Money
    invoiced_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """`left`: of the claim, what is not paid yet."""

    claim: Claim
    left: Money
    due_on: date
    age: Age


def due_on(invoiced_on: date, days_to_pay: int) -> date:
    """It stands on the statement of its month, which is over then."""
    following = date(invoiced_on.year + invoiced_on.month // 12, invoiced_on.month % 12 + 1, 1)
    return following + timedelta(days=days_to_pay - 1)


def open_items(
    newest_first: Iterable[Claim], owed: Money, *, days_to_pay: int, today: date
) -> tuple[OpenItem, ...]:
    """The oldest first. `owed`: by the account in all; transfers and credit notes have paid the oldest claims.

    No more claims are read than are open. What was paid beyond them leaves none.
    """
    items: list[OpenItem] = []
    for claim in newest_first:
        if owed.minor <= 0:
            break
        left = min(claim.amount, owed)
        if left.minor > 0:
            due = due_on(claim.invoiced_on, days_to_pay)
            items.append(OpenItem(claim=claim, left=left, due_on=due, age=_age(due, today)))
            owed -= left
    return tuple(reversed(items))


def by_age(items: Sequence[OpenItem], currency: str) -> Mapping[Age, Money]:
    """Every age, the youngest first."""
    sums = dict.fromkeys(Age, zero(currency))
    for item in items:
        sums[item.age] += item.left
    return sums


def _age(due: date, today: date) -> Age:
    late = (today - due).days
    return next((age for most, age in _AGES if late <= most), Age.OLDER)
