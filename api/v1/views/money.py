"""What a reservation has cost, as JSON: here amounts become minor units and lines are put into words."""

from api.v1.schemas.money import LineOut, MoneySummaryOut
from contracts.publication import ReservationView
from domain.money.lines import LineItem
from texts.reader import Reader


def money_out(view: ReservationView, reader: Reader) -> MoneySummaryOut:
    deposit, receipt = view.deposit, view.receipt
    return MoneySummaryOut(
        currency=deposit.currency if deposit else "",
        deposit_minor=deposit.minor if deposit else 0,
        payment_status=view.payment_status,
        charge_minor=receipt.bill.charge.minor if receipt else None,
        captured_minor=receipt.payments.captured.minor if receipt else None,
        credit_minor=receipt.bill.credit.minor if receipt else None,
        outstanding_minor=receipt.outstanding.minor if receipt else None,
        lines=[line_out(line, reader) for line in receipt.bill.lines] if receipt else [],
    )


def line_out(line: LineItem, reader: Reader) -> LineOut:
    return LineOut(kind=line.kind, text=reader.line(line), cause=line.cause, amount_minor=line.amount.minor)
