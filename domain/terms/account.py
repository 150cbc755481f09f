"""The invoice account of a driver's fleet: does it pay for a booking, and what if it cannot."""

from dataclasses import dataclass

from domain.errors import Explained
from domain.facts.refusals import RefusalFact
from domain.facts.refused_bookings import AccountClosed, AccountFull, AccountInAnotherCurrency
from domain.money.amount import Money
from domain.terms.payments import PaymentRules, WithoutAccount


class AccountUnusable(Explained):
    """The invoice account of the driver's fleet pays for nothing more, and the site takes no card instead."""

    code = "invoice_account_unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`used`: what it owes, and what is booked on it ahead is expected to come to. `limit` None: there is none.

    In the account's currency, minor units.
    """

    fleet: str
    currency: str
    active: bool = True
    limit: int | None = None
    used: int = 0


def pays(account: Account, rules: PaymentRules, currency: str) -> bool:
    """Does it pay, or is nothing booked without it?"""
    return rules.without_account is WithoutAccount.REFUSE or _why_not(account, currency) is None


def check_account(account: Account | None, rules: PaymentRules, currency: str) -> None:
    """`account`: of the driver's fleet, if there is one. Raises AccountUnusable."""
    if account is None or rules.without_account is WithoutAccount.CARD:
        return
    why = _why_not(account, currency)
    if why is not None:
        raise AccountUnusable(why)


def _why_not(account: Account, currency: str) -> RefusalFact | None:
    if not account.active:
        return AccountClosed()
    if account.limit is not None and account.used >= account.limit:
        limit, used = Money(account.limit, account.currency), Money(account.used, account.currency)
        return AccountFull(limit=limit, used=used)
    if account.currency != currency:
        return AccountInAnotherCurrency(currency=currency, account=account.currency)
    return None
