"""What the provider moves by itself: disputed money, payouts to our bank, and its fees for both.

These are books of their own beside a reservation's (`domain.money.accounts.settled`), by the provider's object.
What is believed is what the provider's balance says now: a target, as of a settlement, and the difference is posted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.money.accounts import (
    BANK,
    CLEARING,
    DISPUTE_FEES,
    DISPUTE_LOSSES,
    DISPUTED,
    EXCHANGE,
    PROVIDER_FEES,
    Books,
    Stand,
    without_zeros,
)
from domain.money.amount import Money


class CaseState(StrEnum):
    """How a dispute stands for us, whatever words the provider has for it."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    ENDED = "ended"
    """The bank only asked, and took nothing; or the provider kept it from being opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One movement of the provider's balance: into it (negative: out of it), and the fee kept from it besides.

    The amount is in the currency of the payment, the fee in that of the balance, which may be another one.
    """

    amount: Money
    fee: Money


def dispute_books(dispute_id: str, moved: Iterable[Moved], state: CaseState) -> Mapping[str, Books]:
    """By currency. What was taken back waits as disputed until the bank has decided; lost, it is a loss."""
    waiting = DISPUTE_LOSSES if state == CaseState.LOST else DISPUTED
    books: dict[str, dict[Stand, Money]] = {}
    for one in moved:
        for debit, amount in ((waiting, -one.amount), (DISPUTE_FEES, one.fee)):
            _add(books.setdefault(amount.currency, {}), dispute_id, debit=debit, amount=amount)
    return {currency: without_zeros(of_it) for currency, of_it in books.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A movement that the provider has changed: `amount` in the currency of the payment, and what it `came_to` in the
    balance. Both negative where money left.
    """

    amount: Money
    came_to: Money


def payout_books(
    payout_id: str,
    amount: Money,
    fees: Iterable[Money],
    converted: Iterable[Converted] = (),
    *,
    arrived: bool,
) -> Mapping[str, Books]:
    """By currency. `fees`, `converted`: of the movements that were paid out. One that failed or was cancelled has moved
    nothing but those.
    """
    books: dict[str, dict[Stand, Money]] = {}

    def add(debit: str, part: Money) -> None:
        _add(books.setdefault(part.currency, {}), payout_id, debit=debit, amount=part)

    if arrived:
        add(BANK, amount)
    for fee in fees:
        add(PROVIDER_FEES, fee)
    for one in converted:
        add(EXCHANGE, one.amount)
        add(EXCHANGE, -one.came_to)
    return {currency: without_zeros(of_it) for currency, of_it in books.items()}


def _add(books: dict[Stand, Money], provider_object: str, *, debit: str, amount: Money) -> None:
    """Out of what the provider has for us."""
    for account, part in ((debit, amount), (CLEARING, -amount)):
        stand = Stand(account=account, provider_object=provider_object)
        books[stand] = books[stand] + part if stand in books else part
