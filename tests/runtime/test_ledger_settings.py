"""How the books are kept is checked when a process starts, not when a month is exported."""

import pytest
from pydantic import ValidationError

from runtime.settings import LedgerSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZONE", "Berlin"),
        ("CHART", "skr99"),
        ("ACCOUNTS", '{"revenue:jokes": "8400"}'),
        ("ACCOUNTS", '{"tax_payable": "17;76"}'),
        ("ACCOUNTS", '{"tax_payable": "1400"}'),
        ("ACCOUNTS", '{"tax_payable": "14000"}'),
        ("ACCOUNTS", "{no json"),
        ("DATEV_CONSULTANT", "1"),
    ],
)
def test_what_no_bookkeeping_program_knows_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SLOTKEEPER_LEDGER_{name}", value)
    with pytest.raises(ValidationError):
        LedgerSettings()


def test_numbers_of_ones_own_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOTKEEPER_LEDGER_ZONE", "Europe/Berlin")
    monkeypatch.setenv("SLOTKEEPER_LEDGER_ACCOUNTS", '{"revenue:energy": "8400"}')
    settings = LedgerSettings()
    assert (settings.zone, settings.accounts) == ("Europe/Berlin", {"revenue:energy": "8400"})
