"""What was charged, in one shape from rule to reader: the bill, what payments came to, and both as a receipt."""

from dataclasses import dataclass

from domain.money.amount import Money, total, zero
from domain.money.credits import CreditSpent
from domain.money.lines import LineItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The lines that should stand, decided before money moves. `charge` less `credit` is their sum.

    `charge`: to be taken from the driver, never negative. `credit`: owed to the driver on account, never negative.
    `energy_wh`: delivered, also where no line prices it.
    """

    lines: tuple[LineItem, ...]
    charge: Money
    credit: Money
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTotals:
    """What a reservation's payments have come to over its whole life.

    `captured`: taken and not given back. `released`: authorised once and never taken. `refunded`: taken, then
    given back.
    """

    captured: Money
    released: Money
    refunded: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A bill whose money has moved as far as it could."""

    bill: Bill
    payments: PaymentTotals
    written_off: Money | None = None
    """Of the charge, what a person decided not to ask for any more."""
    credits: tuple[CreditSpent, ...] = ()
    """What paid of the charge beside money."""
    account: str = ""
    """The invoice account that owes it; empty: the driver does."""
    returned: Money | None = None
    """Of what was captured, what the driver got back another way than by the provider."""

    @property
    def credit_spent(self) -> Money:
        return total([one.amount for one in self.credits], self.bill.charge.currency)

    @property
    def invoiced(self) -> Money:
        """What it comes to on the account; negative: less is owed there. Zero where there is none."""
        return self.bill.charge - self.bill.credit if self.account else zero(self.bill.charge.currency)

    @property
    def outstanding(self) -> Money:
        """Of the charge, what the driver still owes. Negative: owed to them, as it could not be given back."""
        if self.account:
            return zero(self.bill.charge.currency)
        left = self.bill.charge - self.payments.captured - self.credit_spent
        left = left if self.returned is None else left + self.returned
        return left if self.written_off is None else left - self.written_off
