"""What a reservation has cost, over the wire. Here amounts become minor units."""

from api.schemas.fields import Answer
from contracts.line_texts import line_text
from contracts.publication import ReservationView
from domain.money.lines import LineItem


class LineOut(Answer):
    kind: str
    text: str
    cause: str
    amount_minor: int


class MoneySummaryOut(Answer):
    """Minor units of `currency`; null until settled."""

    currency: str
    deposit_minor: int
    payment_status: str
    charge_minor: int | None
    captured_minor: int | None
    credit_minor: int | None
    outstanding_minor: int | None
    lines: list[LineOut]


def money_out(view: ReservationView) -> MoneySummaryOut:
    deposit, receipt = view.deposit, view.receipt
    return MoneySummaryOut(
        currency=deposit.currency if deposit else "",
        deposit_minor=deposit.minor if deposit else 0,
        payment_status=view.payment_status,
        charge_minor=receipt.bill.charge.minor if receipt else None,
        captured_minor=receipt.payments.captured.minor if receipt else None,
        credit_minor=receipt.bill.credit.minor if receipt else None,
        outstanding_minor=receipt.outstanding.minor if receipt else None,
        lines=[_line(line) for line in receipt.bill.lines] if receipt else [],
    )


def _line(line: LineItem) -> LineOut:
    return LineOut(kind=line.kind, text=line_text(line), cause=line.cause, amount_minor=line.amount.minor)
