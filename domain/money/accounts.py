"""On which accounts a reservation's money stands: double entry, debit positive, accounts at zero are absent.

driver_receivable (what the driver still owes), stripe_clearing (what Stripe took for us), revenue:<line kind>,
tax_payable, driver_credit (what we owe on account) and compensation_expense.
"""

from collections.abc import Iterable, Mapping

from domain.money.amount import Money, total
from domain.money.lines import LineItem, LineKind

RECEIVABLE = "driver_receivable"
CLEARING = "stripe_clearing"
CREDIT = "driver_credit"
TAX = "tax_payable"
COMPENSATION = "compensation_expense"
REVENUE = "revenue:"
ON_ACCOUNT = frozenset({CREDIT, COMPENSATION})
"""What stays owed to the driver when a reservation's payments are voided."""

Balances = Mapping[str, Money]
"""Account → its balance, all in one currency."""


def settled(lines: Iterable[LineItem], *, taken: Money) -> Balances:
    """After a settlement: the lines earned, `taken` of them paid, the rest receivable."""
    accounts: dict[str, Money] = {}

    def move(debit: str, credit: str, amount: Money) -> None:
        accounts[debit] = accounts[debit] + amount if debit in accounts else amount
        accounts[credit] = accounts[credit] - amount if credit in accounts else -amount

    for line in lines:
        match line.kind:
            case LineKind.COMPENSATION:
                move(COMPENSATION, CREDIT, -line.amount)
            case LineKind.TAX:
                move(RECEIVABLE, TAX, line.amount)
            case kind:
                move(RECEIVABLE, f"{REVENUE}{kind}", line.amount)
    move(CLEARING, RECEIVABLE, taken)
    return _without_zeros(accounts)


def voided(present: Balances) -> Balances:
    """Nothing is earned, taken or owed by the driver any more; what is owed to the driver stays."""
    return {account: amount for account, amount in present.items() if account in ON_ACCOUNT}


def difference(target: Balances, present: Balances) -> Balances:
    """What has to be posted to come from `present` to `target`, by account in the order of their names."""
    changes = dict(target)
    for account, amount in present.items():
        changes[account] = changes[account] - amount if account in changes else -amount
    return _without_zeros(dict(sorted(changes.items())))


def is_balanced(balances: Balances) -> bool:
    """Do debits equal credits? Raises CurrencyMismatch for balances in more than one currency."""
    amounts = list(balances.values())
    return not amounts or total(amounts, amounts[0].currency).is_zero


def _without_zeros(balances: Balances) -> Balances:
    return {account: amount for account, amount in balances.items() if not amount.is_zero}
