"""What a document says, as facts: stored as they stood when it was issued, put into words where they are read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.money.amount import Money, total
from domain.money.lines import LineItem
from domain.settlement.so_far import Point


class DocumentKind(StrEnum):
    """Of one series of numbers."""

    RECEIPT = "receipt"
    """Charges something: what was supplied, its tax, and what was paid of it."""
    ADVANCE = "advance"
    """Of what was paid at booking, with its tax; the next one deducts it, or takes it back."""
    CREDIT_NOTE = "credit_note"
    """Takes back something that an earlier document charged."""
    PAYMENT = "payment"
    """Money came or went, and nothing else has changed."""
    WRITE_OFF = "write_off"
    """What was owed is not asked for any more."""
    STATEMENT = "statement"
    """A month of a fleet: lists the others (domain.documents.statement)."""


class PaidBy(StrEnum):
    CARD = "card"
    CREDIT = "credit"
    """The driver's, on account with us."""
    INVOICE = "invoice"
    """Goes onto the account of whoever gets a monthly statement."""
    WRITE_OFF = "write_off"
    """Not paid, and not asked for any more."""
    TRANSFER = "transfer"
    """By the bank, beside the payment provider."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issues, as the law wants to know it. `series`: what all numbers begin with; another one counts anew.

    `address`: line by line. `country`: ISO 3166, two letters. `tax_id`: with its country's letters, as DE123456789.
    """

    name: str
    address: tuple[str, ...]
    country: str
    tax_id: str
    registration: str
    contact: str
    footer: str
    series: str

    def number(self, count: int) -> str:
        """As people read it: `R-000042`."""
        return f"{self.series}{count:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """A business, as it wants to be named. `address`: line by line. `tax_id`: empty where it has none."""

    name: str
    address: tuple[str, ...]
    country: str
    tax_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """`item`: net of tax. `taken_back`: it was charged, or credited, before; quantity and amount are its opposite."""

    item: LineItem
    rate_basis_points: int
    taken_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxPart:
    """Of all lines of one rate, rounded once."""

    rate_basis_points: int
    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """`amount`: negative where it was given back. `reference`: the provider's of the payment; empty: it has none."""

    by: PaidBy
    amount: Money
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Where and when. `begins`, `ends`: of the stay, else of the slot. `zone`: IANA name of the site's clock."""

    site_id: str
    site_name: str
    site_address: str
    zone: str
    begins: datetime
    ends: datetime
    energy_wh: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a document says about money: what changed since the one before.

    `credited`: on account with us, beside the bill. `rounding`: to what a card can be charged. `outstanding`: of all
    that was ever charged for the reservation, what is owed now.
    """

    kind: DocumentKind
    lines: tuple[DocumentLine, ...]
    taxes: tuple[TaxPart, ...]
    rounding: Money
    credited: tuple[DocumentLine, ...]
    payments: tuple[Payment, ...]
    outstanding: Money

    @property
    def currency(self) -> str:
        return self.outstanding.currency

    @property
    def net(self) -> Money:
        return total([part.net for part in self.taxes], self.currency)

    @property
    def tax(self) -> Money:
        return total([part.tax for part in self.taxes], self.currency)

    @property
    def gross(self) -> Money:
        return self.net + self.tax + self.rounding

    @property
    def paid(self) -> Money:
        return total([one.amount for one in self.payments], self.currency)

    @property
    def invoiced(self) -> Money:
        """Of `paid`, what is on the account of whoever gets a monthly statement, and is still to be paid with that."""
        return total([one.amount for one in self.payments if one.by is PaidBy.INVOICE], self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`refers_to`: the number of the document that this one changes; empty where it is the first of its reservation."""

    issuer: Issuer
    told: Told
    driver_id: str
    fleet_id: str | None
    reservation: str
    supply: Supply
    posted_at: datetime
    refers_to: str = ""
    cost_center: str = ""
    reference: str = ""
    buyer: Buyer | None = None
    """None: a driver of whom only the id is known."""
    course: tuple[Point, ...] = ()
    """How the energy came, in few points. Empty: nothing was charged, or it was issued before this was kept."""
