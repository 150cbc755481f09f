"""From how a reservation's money stood to how it stands now: what a document has to tell, if anything.

The difference of two bills takes back each line that is gone and charges each that is new, so that a reader finds
every figure on the document that this one refers to.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from domain.documents.content import DocumentKind, DocumentLine, PaidBy, Payment, TaxPart, Told
from domain.money.accounts import (
    ADVANCES,
    BAD_DEBT,
    BANK,
    COMPENSATION,
    CREDIT,
    FLEET,
    RECEIVABLE,
    REVENUE,
    TAX,
    Books,
)
from domain.money.amount import Money, total, zero
from domain.money.lines import TAXED, LineItem, LineKind

_BESIDE_THE_LINES = frozenset({LineKind.TAX, LineKind.ROUNDING})
_BY_ACCOUNT = {
    CREDIT: PaidBy.CREDIT,
    FLEET: PaidBy.INVOICE,
    BAD_DEBT: PaidBy.WRITE_OFF,
    BANK: PaidBy.TRANSFER,
}
"""Debited without a line of the bill behind it, such an account has paid."""
_OF_A_BILL = frozenset({ADVANCES, RECEIVABLE, TAX, COMPENSATION, BAD_DEBT, FLEET})

Means = Mapping[tuple[PaidBy, str], Money]
"""How it was paid and the provider's reference → how much, in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A reservation's money at one point of its ledger. `rate_basis_points`: of what is taxed.

    `on_account`: what is credited lowers what an invoice account owes; else it is the driver's, beside the bill.
    """

    currency: str
    lines: tuple[LineItem, ...] = ()
    rate_basis_points: int = 0
    paid: Means
    on_account: bool = False

    @property
    def charged(self) -> Money:
        return total([line.amount for line in self.lines if self.is_billed(line)], self.currency)

    def is_billed(self, line: LineItem) -> bool:
        return self.on_account or line.kind is not LineKind.COMPENSATION

    @property
    def outstanding(self) -> Money:
        return self.charged - total(list(self.paid.values()), self.currency)


def nothing(currency: str) -> Standing:
    return Standing(currency=currency, paid={})


def is_of_a_bill(account: str) -> bool:
    """Does what is posted there change what a bill says, or what is paid of it?

    Credits that operators granted or that expired, disputes and payouts stand beside it, in whichever currency.
    """
    return account in _OF_A_BILL or account.startswith(REVENUE)


def paid_in(books: Books, currency: str) -> Means:
    """By which means the receivable of a reservation was lowered; zeros absent."""
    found: dict[tuple[PaidBy, str], Money] = {}

    def add(by: PaidBy, reference: str, amount: Money) -> None:
        found[by, reference] = found.get((by, reference), zero(currency)) + amount

    left = zero(currency)
    for stand, amount in books.items():
        if stand.line:
            continue
        if stand.account == RECEIVABLE and stand.provider_object:
            add(PaidBy.CARD, stand.provider_object, -amount)
        elif stand.account == RECEIVABLE:
            left -= amount
        elif stand.account in _BY_ACCOUNT and not stand.provider_object:
            add(_BY_ACCOUNT[stand.account], "", amount)
            left -= amount
    add(PaidBy.OTHER, "", left)
    return {means: amount for means, amount in found.items() if not amount.is_zero}


def told_between(before: Standing, after: Standing) -> Told | None:
    """None: no money was charged, paid or given back in between, or only in advance of any bill and without its tax,
    so that the receipt tells of it. A bill of what was paid in advance is told although nothing more is charged.

    Raises CurrencyMismatch.
    """
    lines, credited = _changed(before, after)
    taxes = _taxes(lines, before, after)
    told = Told(
        kind=DocumentKind.PAYMENT,
        lines=lines,
        taxes=taxes,
        rounding=_of_kind(after, LineKind.ROUNDING) - _of_kind(before, LineKind.ROUNDING),
        credited=credited,
        payments=_payments(before.paid, after.paid, after.currency),
        outstanding=after.outstanding,
    )
    changes_the_bill = any(not part.net.is_zero or not part.tax.is_zero for part in taxes)
    changes_the_bill = changes_the_bill or any(_deducts(line) for line in lines)
    was_billed = before.lines or after.lines
    if not changes_the_bill and not (told.payments and was_billed):
        return None
    return replace(told, kind=_kind(told, changes_the_bill=changes_the_bill))


def _kind(told: Told, *, changes_the_bill: bool) -> DocumentKind:
    if changes_the_bill:
        if told.gross.minor > 0 and all(line.item.kind is LineKind.ADVANCE for line in told.lines):
            return DocumentKind.ADVANCE
        is_bill = told.gross.minor > 0 or (told.gross.is_zero and any(map(_deducts, told.lines)))
        return DocumentKind.RECEIPT if is_bill else DocumentKind.CREDIT_NOTE
    forgone = all(one.by is PaidBy.WRITE_OFF for one in told.payments)
    return DocumentKind.WRITE_OFF if forgone and told.paid.minor > 0 else DocumentKind.PAYMENT


def _deducts(line: DocumentLine) -> bool:
    """What was paid in advance, from a bill."""
    return line.taken_back and line.item.kind is LineKind.ADVANCE


def _changed(before: Standing, after: Standing) -> tuple[tuple[DocumentLine, ...], tuple[DocumentLine, ...]]:
    """Lines of the bill, and what was credited beside it: those that are gone, taken back, then those that are new."""
    gone, new = Counter(before.lines) - Counter(after.lines), Counter(after.lines) - Counter(before.lines)
    moved = [
        *(_line(_opposite(line), before, taken_back=True) for line in _in_order(before.lines, gone)),
        *(_line(line, after) for line in _in_order(after.lines, new)),
    ]
    beside = tuple(line for line in moved if not after.is_billed(line.item))
    return tuple(
        line for line in moved if line.item.kind not in _BESIDE_THE_LINES and line not in beside
    ), beside


def _line(item: LineItem, of: Standing, *, taken_back: bool = False) -> DocumentLine:
    rate = of.rate_basis_points if item.kind in TAXED else 0
    return DocumentLine(item=item, rate_basis_points=rate, taken_back=taken_back)


def _in_order(lines: Iterable[LineItem], wanted: Counter[LineItem]) -> list[LineItem]:
    left, found = wanted.copy(), []
    for line in lines:
        if left[line] > 0:
            left[line] -= 1
            found.append(line)
    return found


def _opposite(line: LineItem) -> LineItem:
    quantity = line.quantity
    return replace(
        line,
        amount=-line.amount,
        quantity=None if quantity is None else replace(quantity, count=-quantity.count),
    )


def _taxes(lines: Iterable[DocumentLine], before: Standing, after: Standing) -> tuple[TaxPart, ...]:
    """By rate, the highest first. What a bill's tax was rounded to is not calculated again."""
    currency, parts = after.currency, dict[int, tuple[Money, Money]]()

    def add(rate: int, net: Money, tax: Money) -> None:
        known = parts.get(rate, (zero(currency), zero(currency)))
        parts[rate] = (known[0] + net, known[1] + tax)

    for line in lines:
        add(line.rate_basis_points, line.item.amount, zero(currency))
    for standing, sign in ((before, -1), (after, 1)):
        for item in standing.lines:
            if item.kind is LineKind.TAX:
                add(item.rate_basis_points or 0, zero(currency), item.amount.times(sign))
    return tuple(
        TaxPart(rate_basis_points=rate, net=net, tax=tax)
        for rate, (net, tax) in sorted(parts.items(), reverse=True)
    )


def _of_kind(standing: Standing, kind: LineKind) -> Money:
    return total([line.amount for line in standing.lines if line.kind is kind], standing.currency)


def _payments(before: Means, after: Means, currency: str) -> tuple[Payment, ...]:
    changes = {
        means: after.get(means, zero(currency)) - before.get(means, zero(currency))
        for means in {**before, **after}
    }
    return tuple(
        Payment(by=by, amount=amount, reference=reference)
        for (by, reference), amount in sorted(changes.items())
        if not amount.is_zero
    )
