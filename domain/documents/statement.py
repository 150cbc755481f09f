"""A month of a fleet on one document: what was issued about its reservations, by cost centre and by rate of tax."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from domain.documents.content import Buyer, Content, DocumentKind, Issuer, TaxPart
from domain.money.amount import Money, total, zero


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """One document. `number`: as people read it. `invoiced`: what of it is left to the fleet's account."""

    number: str
    kind: DocumentKind
    issued_at: datetime
    reservation: str
    driver_id: str
    site_name: str
    begins: datetime
    cost_center: str
    reference: str
    net: Money
    tax: Money
    gross: Money
    invoiced: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`month`: 2026-11. `zone`: IANA name of the operator's clock. All amounts in one currency.

    `missing`: reservations of which not all is on documents yet; what is missing comes on a later statement.
    `due_on`, `owed`: of who pays by invoice: until when, and what they owed in all when it was issued.
    """

    issuer: Issuer
    buyer: Buyer | None
    fleet_id: str
    month: str
    zone: str
    currency: str
    entries: tuple[StatementEntry, ...]
    taxes: tuple[TaxPart, ...]
    missing: tuple[str, ...] = ()
    due_on: date | None = None
    owed: Money | None = None
    drawn: bool = False
    """With bars; False: it was issued without, and stays so."""

    @property
    def gross(self) -> Money:
        return total([entry.gross for entry in self.entries], self.currency)

    @property
    def invoiced(self) -> Money:
        return total([entry.invoiced for entry in self.entries], self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCenter:
    """Empty `name`: of reservations that name none."""

    name: str
    entries: tuple[StatementEntry, ...]
    gross: Money


def entry_of(content: Content, number: int, issued_at: datetime) -> StatementEntry:
    told = content.told
    return StatementEntry(
        number=content.issuer.number(number),
        kind=told.kind,
        issued_at=issued_at,
        reservation=content.reservation,
        driver_id=content.driver_id,
        site_name=content.supply.site_name,
        begins=content.supply.begins,
        cost_center=content.cost_center,
        reference=content.reference,
        net=told.net,
        tax=told.tax,
        gross=told.gross,
        invoiced=told.invoiced,
    )


def taxes_of(contents: Iterable[Content], currency: str) -> tuple[TaxPart, ...]:
    """By rate, the highest first."""
    parts: dict[int, TaxPart] = {}
    for content in contents:
        for part in content.told.taxes:
            rate = part.rate_basis_points
            known = parts.get(rate) or TaxPart(rate_basis_points=rate, net=zero(currency), tax=zero(currency))
            parts[rate] = TaxPart(rate_basis_points=rate, net=known.net + part.net, tax=known.tax + part.tax)
    return tuple(parts[rate] for rate in sorted(parts, reverse=True))


def by_cost_center(statement: Statement) -> Sequence[CostCenter]:
    """In the order of their names, entries in the order of their documents."""
    ordered = sorted(statement.entries, key=lambda entry: entry.cost_center)
    return [
        CostCenter(
            name=name, entries=entries, gross=total([one.gross for one in entries], statement.currency)
        )
        for name, found in groupby(ordered, key=lambda entry: entry.cost_center)
        for entries in [tuple(found)]
    ]
