"""What a driver hears of a settlement, from its workflow or from who settles in its place."""

from domain.facts.money_notices import Invoiced
from domain.facts.money_notices import Receipt as ReceiptNotice
from domain.facts.notices import NoticeFact
from domain.facts.stay import Settled
from domain.money.bill import Receipt


def settled_fact(receipt: Receipt) -> Settled:
    """For the timeline: what goes onto an account is charged there, all else is what was taken."""
    return Settled(charged=receipt.bill.charge if receipt.account else receipt.payments.captured)


def notice_of(receipt: Receipt) -> NoticeFact:
    """Its message."""
    credit, spent = receipt.bill.credit, receipt.credit_spent
    if receipt.account:
        return Invoiced(charged=receipt.bill.charge, credit=credit)
    return ReceiptNotice(
        charged=receipt.payments.captured, credit=credit, spent=None if spent.is_zero else spent
    )
