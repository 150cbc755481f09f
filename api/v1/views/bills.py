"""Bills and what they rest on, as JSON."""

from typing import Any

from api.desk.bills import SettledBill
from api.v1.schemas.bills import (
    DiscardedReadingOut,
    LegEvidenceOut,
    MeterReadingOut,
    RegisterPartOut,
    SettledBillOut,
)
from api.v1.views.money import credits_spent_out, line_out
from domain.charging.readings import Reading
from domain.reservation.lifecycle import State
from domain.settlement.evidence import LegEvidence
from texts.reader import Reader


def settled_bill_out(bill: SettledBill, reader: Reader) -> SettledBillOut:
    receipt = bill.receipt
    return SettledBillOut(
        step=bill.step,
        outcome=State(bill.outcome),
        priced_at=bill.priced_at,
        energy_wh=bill.energy_wh,
        currency=receipt.bill.charge.currency if receipt else "",
        charge_minor=receipt.bill.charge.minor if receipt else None,
        captured_minor=receipt.payments.captured.minor if receipt else None,
        credit_minor=receipt.bill.credit.minor if receipt else None,
        invoiced_minor=receipt.invoiced.minor if receipt and receipt.account else None,
        credit_spent_minor=receipt.credit_spent.minor if receipt else None,
        returned_minor=(receipt.returned.minor if receipt.returned else 0) if receipt else None,
        credits_spent=credits_spent_out(receipt, reader),
        lines=[line_out(line, reader) for line in receipt.bill.lines] if receipt else [],
        evidence=[_leg(leg) for leg in bill.evidence],
    )


def _leg(leg: LegEvidence) -> LegEvidenceOut:
    return LegEvidenceOut(
        transaction_id=leg.transaction_id,
        charger_id=leg.charger_id,
        connector_number=leg.connector_number,
        energy_wh=leg.energy_wh,
        billed_wh=leg.billed_wh,
        basis=leg.basis,
        counted=[
            RegisterPartOut(begin=_reading(part.begin), end=_reading(part.end), energy_wh=part.energy_wh)
            for part in leg.parts
        ],
        discarded=[DiscardedReadingOut(**_told(one.reading), why=one.why) for one in leg.discarded],
        rescaled=[_reading(reading) for reading in leg.rescaled],
    )


def _reading(reading: Reading) -> MeterReadingOut:
    return MeterReadingOut(**_told(reading))


def _told(reading: Reading) -> dict[str, Any]:
    return {
        "at": reading.at,
        "wh": reading.wh,
        "context": reading.context,
        "told": reading.told,
        "location": reading.location,
        "unit": reading.unit,
    }
