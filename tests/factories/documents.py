"""Documents as they are issued, and who issues them in tests."""

from datetime import timedelta

from domain.causes import Cause
from domain.documents.changes import Standing, nothing, told_between
from domain.documents.content import Content, Issuer, PaidBy, Supply
from domain.money.amount import Money
from domain.money.lines import ConnectorName, LineItem, LineKind, Quantity, Unit
from domain.settlement.totals import added_up
from tests.factories.bookings import NOON
from tests.factories.policies import make_tariff

ISSUER = Issuer(
    name="Example Charging GmbH",
    address=("Hafenstraße 1", "20457 Hamburg"),
    country="DE",
    tax_id="DE123456789",
    registration="Amtsgericht Hamburg, HRB 12345",
    contact="billing@example.com",
    footer="Managing directors: A. Example, B. Example",
    series="T-",
)


def make_standing(*lines: LineItem, card: int = 0, forgone: int = 0, on_account: bool = False) -> Standing:
    """A bill of these lines at 19 %, with so many cents paid by card and written off, or all of it on account."""
    bill = added_up(list(lines), make_tariff(), energy_wh=0)
    paid = {
        (PaidBy.CARD, "pi_1"): Money(card, "EUR"),
        (PaidBy.WRITE_OFF, ""): Money(forgone, "EUR"),
        (PaidBy.INVOICE, ""): bill.charge - bill.credit if on_account else Money(0, "EUR"),
    }
    return Standing(
        currency="EUR",
        lines=bill.lines,
        rate_basis_points=1900,
        paid={means: amount for means, amount in paid.items() if not amount.is_zero},
        on_account=on_account,
    )


def make_energy(wh: int, bay: str | None = None) -> LineItem:
    """At 0.50 a kWh."""
    return LineItem(
        kind=LineKind.ENERGY,
        cause=Cause.DRIVER,
        amount=Money(wh // 20, "EUR"),
        quantity=Quantity(wh, Unit.WATT_HOUR),
        unit_price=Money(50, "EUR"),
        connector=ConnectorName(charger_id="NORTH-1", number=1, bay=bay) if bay else None,
    )


def make_content(after: Standing | None = None, before: Standing | None = None, **over: object) -> Content:
    """Of 10 kWh, paid by card."""
    after = after or make_standing(make_energy(10_000, "Bay 1"), card=595)
    told = told_between(before or nothing("EUR"), after)
    assert told is not None
    values: dict[str, object] = {
        "issuer": ISSUER,
        "told": told,
        "driver_id": "driver-1",
        "fleet_id": None,
        "reservation": "7F3K-2QVM-X9TA",
        "supply": Supply(
            site_id="north",
            site_name="Site north",
            site_address="Hafenstraße 12, 20457 Hamburg",
            zone="Europe/Berlin",
            begins=NOON,
            ends=NOON + timedelta(hours=1),
            energy_wh=10_000,
        ),
        "posted_at": NOON + timedelta(hours=1),
    }
    return Content(**(values | over))  # type: ignore[arg-type]
