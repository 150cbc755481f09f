"""The ledger as JSON."""

from typing import Literal

from api.desk.ledger import NumberedAccount
from api.v1.schemas.ledger import AccountBalanceOut, AccountOut, LedgerEntryOut
from db.queries.money.ledger import AccountBalance
from domain.causes import Cause
from domain.money.credits import CreditOrigin
from domain.money.ledger_export import Posted
from domain.money.lines import LineKind

_ORIGINS = frozenset(CreditOrigin)


def account_out(found: NumberedAccount) -> AccountOut:
    one = found.account
    return AccountOut(account=one.name, type=one.type, number=found.number, about=one.about)


def balance_out(found: AccountBalance) -> AccountBalanceOut:
    return AccountBalanceOut(
        account=found.account,
        currency=found.currency,
        opening_minor=found.opening,
        debit_minor=found.debit,
        credit_minor=found.credit,
        closing_minor=found.closing,
    )


def entry_out(posted: Posted) -> LedgerEntryOut:
    return LedgerEntryOut(
        id=posted.entry,
        transaction_id=posted.transaction,
        posted_at=posted.at,
        reservation_code=posted.reservation,
        step=posted.step,
        driver_id=posted.driver,
        fleet_id=posted.fleet,
        transaction_cause=posted.transaction_cause,
        what=posted.what,
        account=posted.stand.account,
        currency=posted.amount.currency,
        amount_minor=posted.amount.minor,
        cause=Cause(posted.stand.cause) if posted.stand.cause else "",
        line=_line(posted.stand.line),
        position=posted.stand.position or None,
        provider_object=posted.stand.provider_object,
    )


def _line(kind: str) -> LineKind | CreditOrigin | Literal[""]:
    if not kind:
        return ""
    return CreditOrigin(kind) if kind in _ORIGINS else LineKind(kind)
