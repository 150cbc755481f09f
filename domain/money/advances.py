"""What is paid before anything is supplied: its tax is due when it is paid (directive 2006/112/EC, article 65)."""

from fractions import Fraction

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import LineItem, LineKind


def advance_lines(paid: Money, rate_basis_points: int) -> tuple[LineItem, ...]:
    """The bill of an advance: what was `paid`, divided into net and the tax in it. Whatever it is, they sum to it."""
    net = paid.times(Fraction(10_000, 10_000 + rate_basis_points))
    line = LineItem(kind=LineKind.ADVANCE, cause=Cause.DRIVER, amount=net)
    if not rate_basis_points:
        return (line,)
    tax = LineItem(
        kind=LineKind.TAX, cause=Cause.DRIVER, amount=paid - net, rate_basis_points=rate_basis_points
    )
    return line, tax
