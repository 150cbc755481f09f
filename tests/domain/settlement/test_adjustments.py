"""What is given back is on every bill: exactly so much less, taxed like what it gives back, never beyond the charge."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.money.amount import Money, total
from domain.money.bill import Bill
from domain.money.currencies import currency_of
from domain.money.lines import GOODWILL, TAXED, LineItem, LineKind
from domain.settlement.adjustments import Adjustment, adjusted, cost_of, may_be_given_back, unadjusted
from domain.settlement.totals import added_up
from domain.terms.tariff import Tariff
from tests.factories.policies import make_tariff

KINDS = [LineKind.ENERGY, LineKind.TIME, LineKind.OVERSTAY, LineKind.NO_SHOW, LineKind.CANCELLATION]


@st.composite
def bills(draw: st.DrawFn) -> tuple[Bill, Tariff]:
    currency = draw(st.sampled_from(["EUR", "EUR", "JPY", "KWD"]))
    tariff = make_tariff(currency=currency, tax_basis_points=draw(st.sampled_from([0, 700, 1900, 2550])))
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=5))
    lines = [
        LineItem(kind=kind, cause=Cause.DRIVER, amount=Money(draw(st.integers(0, 3_000)), currency))
        for kind in kinds
    ]
    if draw(st.booleans()):
        lines.append(
            LineItem(
                kind=LineKind.FEE_CREDIT,
                cause=Cause.DRIVER,
                amount=Money(-draw(st.integers(1, 900)), currency),
            )
        )
    return added_up(lines, tariff, energy_wh=1), tariff


@st.composite
def refunds(draw: st.DrawFn, currency: str) -> Adjustment:
    step = currency_of(currency).step
    amount = Money(draw(st.integers(1, 400)) * 10 // step * step or step, currency)
    return Adjustment(amount=amount, line=draw(st.sampled_from([None, None, *KINDS])))


@given(st.data())
def test_a_bill_is_less_by_what_was_given_back_and_not_by_more(data: st.DataObject) -> None:
    bill, tariff = data.draw(bills())
    before, currency = bill, bill.charge.currency
    given_back: list[Adjustment] = []
    for _ in range(data.draw(st.integers(0, 4))):
        given_back.append(data.draw(refunds(currency)))
        after = adjusted(bill, given_back, tariff)
        less = before.charge - after.charge
        assert Money(0, currency) <= less <= given_back[-1].amount
        if given_back[-1].line is None:
            assert less == min(given_back[-1].amount, before.charge)
        _adds_up(after, tariff)
        assert after.credit == bill.credit
        assert unadjusted(after, tariff) == bill
        before = after


def _adds_up(bill: Bill, tariff: Tariff) -> None:
    currency = bill.charge.currency
    assert total([line.amount for line in bill.lines], currency) == bill.charge - bill.credit
    taxed = total([line.amount for line in bill.lines if line.kind in TAXED], currency)
    tax = total([line.amount for line in bill.lines if line.kind is LineKind.TAX], currency)
    assert tax == taxed.times(Fraction(tariff.tax_basis_points, 10_000))
    assert currency_of(currency).nearest(bill.charge.minor) == bill.charge.minor


@given(bills(), st.data())
def test_a_line_gives_back_what_it_costs_once_and_is_taxed_as_it_was(
    drawn: tuple[Bill, Tariff], data: st.DataObject
) -> None:
    bill, tariff = drawn
    lines = [line for line in bill.lines if may_be_given_back(line)]
    if not lines:
        return
    line = data.draw(st.sampled_from(lines))
    whole = Adjustment(amount=cost_of(line, tariff), line=line.kind)
    once = adjusted(bill, [whole], tariff)
    kinds = {one.kind for one in once.lines if one.kind in GOODWILL}
    if not any(one.kind is LineKind.FEE_CREDIT for one in bill.lines):
        assert kinds <= {LineKind.GOODWILL if line.kind in TAXED else LineKind.GOODWILL_UNTAXED}
    of_its_kind = [cost_of(one, tariff) for one in lines if one.kind is line.kind]
    again = adjusted(bill, [whole] * 9, tariff)
    unit = Money(len(of_its_kind) * currency_of(bill.charge.currency).step, bill.charge.currency)
    assert bill.charge - again.charge <= total(of_its_kind, bill.charge.currency) + unit


def test_the_whole_leaves_nothing() -> None:
    tariff = make_tariff()
    lines = [
        LineItem(kind=LineKind.ENERGY, cause=Cause.DRIVER, amount=Money(1_001, "EUR")),
        LineItem(kind=LineKind.NO_SHOW, cause=Cause.DRIVER, amount=Money(300, "EUR")),
    ]
    bill = added_up(lines, tariff, energy_wh=1)
    after = adjusted(bill, [Adjustment(amount=bill.charge)], tariff)
    assert (after.charge.minor, after.credit.minor) == (0, 0)
    assert not [line for line in after.lines if line.kind is LineKind.TAX]
