"""Months of the books, on whose clock."""

from datetime import UTC, datetime

import pytest

from domain.money.bookkeeping import Month


@pytest.mark.parametrize(
    ("zones", "month"),
    [
        ([], Month(2026, 12)),
        (["Europe/Berlin"], Month(2027, 1)),
        (["America/New_York", "Europe/Berlin", "UTC"], Month(2027, 1)),
        (["America/New_York"], Month(2026, 12)),
    ],
)
def test_a_month_has_begun_where_it_has_begun_first(zones: list[str], month: Month) -> None:
    assert Month.begun(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), zones) == month
