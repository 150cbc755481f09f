"""The chart of accounts: what each of the ledger's accounts is, and under which number it is exported.

The numbers are like those of the German standard charts SKR03 and SKR04: money in transit, receivables and other
liabilities where these have them, revenue in their free ranges, so that no automatic of a bookkeeping program adds a
tax which the ledger has posted already. An operator's own numbers go before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.money.accounts import (
    ADVANCES,
    BAD_DEBT,
    BANK,
    BREAKAGE,
    CLEARING,
    COMPENSATION,
    CREDIT,
    DISPUTE_CLAIMS,
    DISPUTE_FEES,
    DISPUTE_LOSSES,
    DISPUTED,
    EXCHANGE,
    FLEET,
    GRANTED,
    PROVIDER_FEES,
    RECEIVABLE,
    REVENUE,
    TAX,
)
from domain.money.lines import LineKind


class AccountType(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"


class Chart(StrEnum):
    SKR03 = "skr03"
    SKR04 = "skr04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`numbers`: by chart. `about`: what a debit and a credit mean."""

    name: str
    type: AccountType
    about: str
    numbers: Mapping[Chart, str]


_REVENUE_NUMBERS = {
    LineKind.RESERVATION_FEE: 1,
    LineKind.FEE_CREDIT: 2,
    LineKind.SESSION_FEE: 3,
    LineKind.ENERGY: 4,
    LineKind.TIME: 5,
    LineKind.OVERSTAY: 6,
    LineKind.NO_SHOW: 7,
    LineKind.CANCELLATION: 8,
    LineKind.ROUNDING: 9,
    LineKind.CHANGE: 10,
    LineKind.GOODWILL: 11,
    LineKind.GOODWILL_UNTAXED: 12,
}
"""The last digit: 8001 or 4001 is what reservation fees earned, and so on. Given once, for good."""


def _revenue(kind: LineKind) -> Account:
    digit = _REVENUE_NUMBERS.get(kind, 0)
    return Account(
        name=f"{REVENUE}{kind}",
        type=AccountType.REVENUE,
        about=f"Earned by lines of kind {kind}, net of tax; a debit takes some of it back",
        numbers={Chart.SKR03: f"{8000 + digit}", Chart.SKR04: f"{4000 + digit}"},
    )


_FIXED = (
    Account(
        name=RECEIVABLE,
        type=AccountType.ASSET,
        about="What drivers owe: bills debit it, payments credit it",
        numbers={Chart.SKR03: "1400", Chart.SKR04: "1200"},
    ),
    Account(
        name=FLEET,
        type=AccountType.ASSET,
        about="What invoice accounts owe: bills debit it, credit notes and bank transfers credit it",
        numbers={Chart.SKR03: "1410", Chart.SKR04: "1210"},
    ),
    Account(
        name=CLEARING,
        type=AccountType.ASSET,
        about="What the payment provider has taken for us: captures debit it, refunds credit it",
        numbers={Chart.SKR03: "1360", Chart.SKR04: "1460"},
    ),
    Account(
        name=CREDIT,
        type=AccountType.LIABILITY,
        about="What we owe to drivers on account: what is given credits it, what pays a bill or expires debits it",
        numbers={Chart.SKR03: "1700", Chart.SKR04: "3500"},
    ),
    Account(
        name=ADVANCES,
        type=AccountType.LIABILITY,
        about="Fees paid at booking, net of tax, until a bill earns them or they are given back",
        numbers={Chart.SKR03: "1710", Chart.SKR04: "3250"},
    ),
    Account(
        name=TAX,
        type=AccountType.LIABILITY,
        about="Value added tax of bills, owed to the tax office",
        numbers={Chart.SKR03: "1776", Chart.SKR04: "3806"},
    ),
    Account(
        name=COMPENSATION,
        type=AccountType.EXPENSE,
        about="What was promised to drivers because a reservation failed on our side",
        numbers={Chart.SKR03: "4900", Chart.SKR04: "6300"},
    ),
    Account(
        name=BAD_DEBT,
        type=AccountType.EXPENSE,
        about="Earned, never paid, and written off by a person",
        numbers={Chart.SKR03: "2400", Chart.SKR04: "6930"},
    ),
    Account(
        name=GRANTED,
        type=AccountType.EXPENSE,
        about="Credits that operators gave to drivers",
        numbers={Chart.SKR03: "4600", Chart.SKR04: "6600"},
    ),
    Account(
        name=BREAKAGE,
        type=AccountType.REVENUE,
        about="Credits that their drivers let expire",
        numbers={Chart.SKR03: "2700", Chart.SKR04: "4830"},
    ),
    Account(
        name=DISPUTED,
        type=AccountType.ASSET,
        about="What payers' banks have taken back and may give back: withdrawals debit it, decisions credit it",
        numbers={Chart.SKR03: "1361", Chart.SKR04: "1461"},
    ),
    Account(
        name=BANK,
        type=AccountType.ASSET,
        about="What we were paid: payouts and transfers debit it, what failed or went back credits it",
        numbers={Chart.SKR03: "1200", Chart.SKR04: "1800"},
    ),
    Account(
        name=DISPUTE_LOSSES,
        type=AccountType.EXPENSE,
        about="Earned, and taken back for good as a dispute was lost",
        numbers={Chart.SKR03: "2401", Chart.SKR04: "6931"},
    ),
    Account(
        name=DISPUTE_CLAIMS,
        type=AccountType.REVENUE,
        about="Lost by disputes and asked for again, or due back anyway; what a bank leaves us after all debits it",
        numbers={Chart.SKR03: "2732", Chart.SKR04: "4925"},
    ),
    Account(
        name=DISPUTE_FEES,
        type=AccountType.EXPENSE,
        about="What the payment provider keeps for disputes",
        numbers={Chart.SKR03: "4971", Chart.SKR04: "6856"},
    ),
    Account(
        name=PROVIDER_FEES,
        type=AccountType.EXPENSE,
        about="What the payment provider keeps of what it pays out",
        numbers={Chart.SKR03: "4970", Chart.SKR04: "6855"},
    ),
    Account(
        name=EXCHANGE,
        type=AccountType.EXPENSE,
        about="What the payment provider has changed into its balance's currency: what is lost by the rates debits it",
        numbers={Chart.SKR03: "2150", Chart.SKR04: "6880"},
    ),
)
_UNEARNED = frozenset({LineKind.TAX, LineKind.COMPENSATION, LineKind.ADVANCE})
_EARNED = tuple(_revenue(kind) for kind in LineKind if kind not in _UNEARNED)
ACCOUNTS: Mapping[str, Account] = {account.name: account for account in (*_FIXED, *_EARNED)}
"""By name."""


CHART_DIGITS = 4
_SUSPENSE = {Chart.SKR03: "1590", Chart.SKR04: "1370"}
"""Items in transit: where an account stands that the chart does not know, so that an export still balances."""


def number_of(account: str, chart: Chart, own: Mapping[str, str]) -> str:
    """Under which it is exported: the operator's `own` number, else the chart's, else that of items in transit."""
    if account in own:
        return own[account]
    known = ACCOUNTS.get(account)
    return known.numbers[chart] if known else _SUSPENSE[chart]
