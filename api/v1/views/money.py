"""What a reservation has cost, as JSON: here amounts become minor units and lines are put into words."""

from api.v1.schemas.money import CreditSpentOut, LineConnectorOut, LineOut, MoneySummaryOut, QuantityOut
from contracts.publication import ReservationView
from domain.money.bill import Receipt
from domain.money.lines import LineItem
from domain.reservation.lifecycle import DepositState
from texts.reader import Reader


def money_out(view: ReservationView, reader: Reader) -> MoneySummaryOut:
    deposit, receipt = view.deposit, view.receipt
    return MoneySummaryOut(
        currency=deposit.currency if deposit else "",
        deposit_minor=deposit.minor if deposit else 0,
        fee_minor=view.fee.minor if view.fee else None,
        payment_status=DepositState(view.payment_status) if view.payment_status else "",
        authorised_from=view.authorised_from,
        payment_due_at=view.payment_due_at,
        charge_minor=receipt.bill.charge.minor if receipt else None,
        captured_minor=receipt.payments.captured.minor if receipt else None,
        credit_minor=receipt.bill.credit.minor if receipt else None,
        credit_spent_minor=receipt.credit_spent.minor if receipt else None,
        credits_spent=credits_spent_out(receipt, reader),
        invoiced_minor=receipt.invoiced.minor if receipt and receipt.account else None,
        outstanding_minor=receipt.outstanding.minor if receipt else None,
        returned_minor=(receipt.returned.minor if receipt.returned else 0) if receipt else None,
        lines=[line_out(line, reader) for line in receipt.bill.lines] if receipt else [],
    )


def credits_spent_out(receipt: Receipt | None, reader: Reader) -> list[CreditSpentOut]:
    return [
        CreditSpentOut(
            credit=one.credit,
            amount_minor=one.amount.minor,
            origin=one.origin,
            text=reader.word(one.origin),
            reservation=one.reservation or None,
        )
        for one in (receipt.credits if receipt else ())
    ]


def line_out(line: LineItem, reader: Reader) -> LineOut:
    at = line.connector
    return LineOut(
        kind=line.kind,
        text=reader.line(line),
        cause=line.cause,
        amount_minor=line.amount.minor,
        quantity=quantity_out(line),
        connector=LineConnectorOut(charger_id=at.charger_id, connector_number=at.number, bay=at.bay)
        if at
        else None,
        tax_basis_points=line.rate_basis_points,
        limited_by=line.limited_by,
    )


def quantity_out(line: LineItem) -> QuantityOut | None:
    quantity, price = line.quantity, line.unit_price
    if quantity is None or price is None:
        return None
    return QuantityOut(count=quantity.count, unit=quantity.unit, unit_price_minor=price.minor)
