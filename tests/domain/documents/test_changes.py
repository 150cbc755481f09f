"""What a document tells is the difference of two bills: taken together, documents say what stands now."""

from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.documents.changes import Standing, nothing, told_between
from domain.documents.content import DocumentKind, PaidBy
from domain.money.amount import Money, total
from domain.money.lines import LineItem, LineKind
from tests.factories.documents import make_energy, make_standing

energy, standing = make_energy, make_standing


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


LINES = st.lists(
    st.one_of(
        st.integers(0, 50_000).map(energy),
        st.builds(
            LineItem,
            kind=st.sampled_from(
                [LineKind.NO_SHOW, LineKind.OVERSTAY, LineKind.COMPENSATION, LineKind.FEE_CREDIT]
            ),
            cause=st.sampled_from(Cause),
            amount=st.integers(-2000, 2000).map(euros),
        ),
    ),
    max_size=5,
)
STANDINGS = st.builds(
    lambda lines, card, forgone: standing(*lines, card=card, forgone=forgone),
    LINES,
    st.integers(0, 5000),
    st.integers(0, 500),
)


@given(st.lists(STANDINGS, min_size=1, max_size=5))
def test_documents_together_say_what_stands_whatever_came_after_what(story: list[Standing]) -> None:
    before, gross, paid = nothing("EUR"), euros(0), euros(0)
    for after in story:
        told = told_between(before, after)
        if told is None:
            continue
        gross, paid, before = gross + told.gross, paid + told.paid, after
        assert total([line.item.amount for line in told.lines], "EUR") == told.net
        assert told.outstanding == after.outstanding == gross - paid
        assert gross == after.charged
        assert told_between(after, after) is None


@given(STANDINGS, STANDINGS)
def test_a_document_that_charges_is_a_receipt_and_one_that_takes_back_a_credit_note(
    before: Standing, after: Standing
) -> None:
    told = told_between(before, after)
    if told is not None and not told.gross.is_zero:
        more = after.charged > before.charged
        assert told.kind is (DocumentKind.RECEIPT if more else DocumentKind.CREDIT_NOTE)


def test_a_corrected_reading_is_taken_back_and_charged_anew() -> None:
    told = told_between(standing(energy(10_000), card=595), standing(energy(8000), card=476))
    assert told is not None
    assert told.kind is DocumentKind.CREDIT_NOTE
    shown = [
        (
            line.item.quantity.count if line.item.quantity else 0,
            line.item.amount.minor,
            line.rate_basis_points,
        )
        for line in told.lines
    ]
    assert shown == [(-10_000, -500, 1900), (8000, 400, 1900)]
    assert [(part.rate_basis_points, part.net.minor, part.tax.minor) for part in told.taxes] == [
        (1900, -100, -19)
    ]
    assert [(one.by, one.amount.minor, one.reference) for one in told.payments] == [
        (PaidBy.CARD, -119, "pi_1")
    ]


def test_what_is_paid_or_forgone_later_charges_nothing() -> None:
    owed = standing(energy(10_000))
    paid = told_between(owed, standing(energy(10_000), card=595))
    forgone = told_between(owed, standing(energy(10_000), forgone=595))
    assert paid is not None
    assert forgone is not None
    assert (paid.kind, paid.lines, paid.outstanding.minor) == (DocumentKind.PAYMENT, (), 0)
    assert (forgone.kind, forgone.gross.minor, forgone.outstanding.minor) == (DocumentKind.WRITE_OFF, 0, 0)
