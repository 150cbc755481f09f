"""Days of a fleet's pages are those of its sites, whatever UTC calls them."""

from datetime import UTC, date, datetime

import pytest

from api.web.zones import today_at, tomorrow_at
from db.tables import Site


@pytest.mark.parametrize(
    ("zone", "at", "today"),
    [
        ("Europe/Berlin", datetime(2026, 7, 31, 22, 30, tzinfo=UTC), date(2026, 8, 1)),
        ("Europe/Berlin", datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
        ("America/New_York", datetime(2026, 12, 1, 2, 0, tzinfo=UTC), date(2026, 11, 30)),
        ("Pacific/Auckland", datetime(2026, 12, 1, 12, 0, tzinfo=UTC), date(2026, 12, 2)),
    ],
)
def test_tomorrow_follows_the_day_that_it_is_at_the_site(zone: str, at: datetime, today: date) -> None:
    sites = [Site(zone=zone)]
    assert today_at(sites, at) == today
    assert (tomorrow_at(sites, at) - today).days == 1
    assert today_at([], at) == at.date()
