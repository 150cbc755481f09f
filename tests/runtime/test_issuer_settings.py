"""Who issues documents is named whole, or not at all."""

from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from runtime.issuer import issuing_of
from runtime.settings import IssuerSettings, LedgerSettings


@pytest.mark.parametrize(
    "over", [{"NAME": "Example"}, {"SERIES": "R 1"}, {"COUNTRY": "Germany"}, {"NAME": "x", "TAX_ID": "DE1"}]
)
def test_an_issuer_that_no_tax_office_would_know_is_refused(
    monkeypatch: pytest.MonkeyPatch, over: dict[str, str]
) -> None:
    for name, value in over.items():
        monkeypatch.setenv(f"SLOTKEEPER_ISSUER_{name}", value)
    with pytest.raises(ValidationError):
        IssuerSettings()


def test_without_a_name_nobody_issues() -> None:
    assert issuing_of(IssuerSettings(), LedgerSettings()) is None


def test_an_address_has_lines_and_months_the_operators_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOTKEEPER_ISSUER_NAME", "Example")
    monkeypatch.setenv("SLOTKEEPER_ISSUER_ADDRESS", "Hafenstraße 1, 20457 Hamburg")
    monkeypatch.setenv("SLOTKEEPER_ISSUER_TAX_ID", "DE123456789")
    monkeypatch.setenv("SLOTKEEPER_LEDGER_ZONE", "Europe/Berlin")
    issuing = issuing_of(IssuerSettings(), LedgerSettings())
    assert issuing is not None
    assert issuing.issuer.address == ("Hafenstraße 1", "20457 Hamburg")
    assert issuing.zone == ZoneInfo("Europe/Berlin")
    assert issuing.issuer.number(42) == "R-000042"
