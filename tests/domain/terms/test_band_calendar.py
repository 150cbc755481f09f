"""Bands looked up for many instants are those that say so themselves."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.terms.band_calendar import BandCalendar
from domain.terms.price_rules import Band
from tests.domain.terms.test_priced import bands

instants = st.integers(0, 26 * 48).map(
    lambda n: (
        datetime(2026, 11, 18, tzinfo=UTC) + n * timedelta(minutes=30) - n % 2 * timedelta(microseconds=1)
    )
)


@given(bands, st.lists(instants, max_size=40), st.booleans())
def test_a_week_looked_through_once_says_what_each_band_says(
    some: tuple[Band, ...], when: list[datetime], holiday: bool
) -> None:
    calendar = BandCalendar(some)
    for at in [*when, *(at + timedelta(hours=6) for at in when)]:
        covering = tuple(n for n, band in enumerate(some) if band.covers(at, holiday=holiday))
        assert calendar.covering(at, holiday=holiday) == covering
