"""Limits by role are checked when the api starts, not when money is given away."""

import pytest
from pydantic import ValidationError

from api.main import authority_of
from domain.money.amount import Money
from domain.money.authority import Role
from runtime.settings import AuthoritySettings


@pytest.mark.parametrize("value", ['{"XXX": 5}', '{"EUR": -1}', '{"EUR": "much"}', "{no json"])
def test_limits_that_mean_nothing_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SLOTKEEPER_AUTHORITY_MANAGER", value)
    with pytest.raises(ValidationError):
        AuthoritySettings()


def test_limits_are_taken_by_role_and_currency(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOTKEEPER_AUTHORITY_MANAGER", '{"SEK": 70000}')
    authority = authority_of(AuthoritySettings())
    assert authority.limit_of(Role.MANAGER, "SEK") == Money(70000, "SEK")
    assert authority.limit_of(Role.MANAGER, "EUR").is_zero
    assert authority.limit_of(Role.SUPPORT, "EUR") == Money(5000, "EUR")
