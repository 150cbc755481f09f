"""The invoice account of a driver's fleet: does it pay for a booking, and what if it cannot."""

from dataclasses import dataclass

from domain.errors import Explained
from domain.facts.refusals import RefusalFact
from domain.facts.refused_bookings import AccountClosed, AccountFull, AccountInAnotherCurrency
from domain.terms.payments import PaymentRules, WithoutAccount


class AccountUnusable(Explained):
    """The invoice account of the driver's fleet pays for nothing more, and the site takes no card instead."""

    code = "invoice_account_unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`full`: it owes as much as it may."""

    fleet: str
    currency: str
    active: bool = True
    full: bool = False


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
    if account.full:
        return AccountFull()
    if account.currency != currency:
        return AccountInAnotherCurrency(currency=currency, account=account.currency)
    return None
