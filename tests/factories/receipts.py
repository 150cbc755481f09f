"""Receipts in EUR cents; whatever is not named is zero."""

from domain.money.amount import Money
from domain.money.bill import Bill, PaymentTotals, Receipt
from domain.money.lines import LineItem


def make_receipt(
    *lines: LineItem, charge: int = 0, captured: int = 0, released: int = 0, energy_wh: int = 0
) -> Receipt:
    return Receipt(
        bill=Bill(lines=lines, charge=Money(charge, "EUR"), credit=Money(0, "EUR"), energy_wh=energy_wh),
        payments=PaymentTotals(
            captured=Money(captured, "EUR"), released=Money(released, "EUR"), refunded=Money(0, "EUR")
        ),
    )
