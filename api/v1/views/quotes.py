"""A quote as JSON, in figures and in words."""

import math
from dataclasses import replace

from api.desk.quotes import Quoted
from api.v1.schemas.fields import MoneyOut
from api.v1.schemas.quotes import EstimateOut, QuoteOut, ReckonedOut
from api.v1.views.money import line_out
from api.v1.views.reservations import costs_out
from api.v1.views.terms import told_terms
from domain.facts.prices import Estimated
from domain.money.bill import Bill
from domain.place.energy import Reckoned
from domain.settlement.costs_ahead import Deed
from texts.reader import Reader


def quote_out(quoted: Quoted, reader: Reader) -> QuoteOut:
    quote, slot, policy = quoted.quote, quoted.slot, quoted.terms.policy
    there = replace(reader, zone=quoted.terms.site_zone)
    return QuoteOut(
        id=quote.id,
        site_id=quote.site_id,
        pool_id=quote.pool_id,
        connector_type=quote.connector_type,
        start=slot.start,
        end=slot.end,
        valid_until=quote.valid_until,
        policy_version=quoted.terms.policy_version,
        tariff_version=quoted.terms.tariff_version,
        reservation=quote.reservation_code,
        terms=told_terms(quoted.terms, reader, slot),
        cancel=costs_out(Deed.CANCEL, quoted.cancelling, there),
        change_until=slot.start - policy.change_until,
        arrive_by=min(slot.start + policy.grace, slot.end),
        overstay_from=policy.overstay.chargeable_from(slot.end, None),
        expected_energy_wh=quote.expected_energy_wh,
        reckoned=_reckoned(quoted.reckoned),
        estimate=_estimate(quoted.estimate, there),
    )


def _reckoned(found: Reckoned | None) -> ReckonedOut | None:
    if found is None:
        return None
    return ReckonedOut(
        energy_wh=found.energy_wh,
        tapered_wh=found.tapered_wh,
        power_w=found.power_w,
        limited_by=found.limit,
        duration_seconds=math.ceil(found.exact.total_seconds()),
    )


def _estimate(bill: Bill | None, reader: Reader) -> EstimateOut | None:
    if bill is None:
        return None
    total = Estimated(energy=bill.energy_wh / 1000, amount=bill.charge)
    return EstimateOut(
        lines=[line_out(line, reader) for line in bill.lines],
        charge=MoneyOut(minor=bill.charge.minor, currency=bill.charge.currency),
        text=reader.fact(total),
    )
