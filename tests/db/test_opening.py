"""When a site is open: on its own clock, right across changes of the clocks, and on the holidays of its country."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from db.queries.place.opening import (
    check_hours,
    check_open,
    closures_of,
    is_open,
    next_opening,
    opens_after,
)
from domain.errors import OpeningHoursInvalid, SiteClosed
from domain.facts.refused_bookings import ClosedForLong, ClosedThen
from domain.place.closures import Hours
from domain.place.slots import Slot

BERLIN = "Europe/Berlin"
WEEK = Hours(text="Mo-Fr 06:00-22:00; Sa 08:00-20:00; PH off", zone=BERLIN, country="DE")
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def slot(start: str, end: str) -> Slot:
    return Slot(datetime.fromisoformat(start), datetime.fromisoformat(end))


def test_a_site_without_hours_never_closes() -> None:
    always = Hours(text="", zone=BERLIN)
    assert closures_of(always, slot("2026-12-24T00:00+01:00", "2026-12-31T00:00+01:00")) == ()
    assert next_opening(always, utc("2026-12-25T03:00+01:00")) == utc("2026-12-25T03:00+01:00")


def test_the_days_of_christmas_are_one_closure_that_ends_on_monday() -> None:
    friday = slot("2026-12-25T10:00+01:00", "2026-12-25T11:00+01:00")
    with pytest.raises(SiteClosed) as refused:
        check_open(WEEK, friday)
    assert refused.value.why == ClosedThen(opens=utc("2026-12-28T06:00+01:00"))
    (closed,) = closures_of(WEEK, slot("2026-12-24T21:00+01:00", "2026-12-28T07:00+01:00"))
    assert (closed.span.start, closed.span.end) == (
        utc("2026-12-24T22:00+01:00"),
        utc("2026-12-28T06:00+01:00"),
    )
    assert (
        is_open(
            Hours(text=WEEK.text, zone=BERLIN, country="NL"), slot("2027-10-03T10:00Z", "2027-10-03T11:00Z")
        )
        is False
    )
    german, dutch = (Hours(text="24/7; PH off", zone=BERLIN, country=c) for c in ("DE", "NL"))
    unity = slot("2026-10-03T10:00+02:00", "2026-10-03T11:00+02:00")
    assert (is_open(german, unity), is_open(dutch, unity)) == (False, True)


def test_a_slot_may_end_when_the_site_closes_and_not_reach_over() -> None:
    check_open(WEEK, slot("2026-12-07T21:00+01:00", "2026-12-07T22:00+01:00"))
    check_open(WEEK, slot("2026-12-07T06:00+01:00", "2026-12-07T07:00+01:00"))
    over = slot("2026-12-07T21:30+01:00", "2026-12-07T22:15+01:00")
    assert opens_after(WEEK, over) == utc("2026-12-08T06:00+01:00")
    assert not is_open(WEEK, over)


def test_a_night_over_midnight_of_either_calendar_is_whole() -> None:
    nights = Hours(text="20:00-06:00", zone="Australia/Sydney")
    assert is_open(nights, slot("2026-12-07T20:00+11:00", "2026-12-08T06:00+11:00"))
    assert not is_open(nights, slot("2026-12-08T05:59+11:00", "2026-12-08T06:01+11:00"))


def test_a_region_writes_its_holidays_as_dates() -> None:
    bavaria = Hours(text="08:00-20:00; PH off; easter +60 days off; Jan 06 off", zone=BERLIN, country="DE")
    for closed in ("2027-05-27", "2027-01-06"):  # Corpus Christi, Epiphany
        assert not is_open(bavaria, slot(f"{closed}T10:00+01:00", f"{closed}T11:00+01:00"))
    assert is_open(bavaria, slot("2027-05-28T10:00+02:00", "2027-05-28T11:00+02:00"))


def test_a_site_that_stays_closed_says_so() -> None:
    with pytest.raises(SiteClosed) as refused:
        check_open(Hours(text="off", zone=BERLIN), slot("2026-12-07T10:00Z", "2026-12-07T11:00Z"))
    assert isinstance(refused.value.why, ClosedForLong)


@pytest.mark.parametrize(
    ("text", "country", "code", "column"),
    [
        ("Mo-Fr 06:00-22:00; Sa 8 bis 20", "", "hours_unreadable", 23),
        ("Mo-Fr 06:00-22:00; PH off", "", "holidays_need_country", 20),
        ("SH off", "DE", "hours_not_known", 1),
        ("sunrise-sunset", "DE", "hours_not_known", 1),
        ("24/7", "XX", "no_such_country", None),
        ("", "XX", "no_such_country", None),
        ("\n24/7", "", "hours_unreadable", 1),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    text: str, country: str, code: str, column: int | None
) -> None:
    with pytest.raises(OpeningHoursInvalid) as refused:
        check_hours(Hours(text=text, zone=BERLIN, country=country))
    assert refused.value.why.code == code
    assert refused.value.why.parameters().get("column") == column


def test_a_comment_may_say_what_it_likes() -> None:
    check_hours(Hours(text='Mo-Fr 08:00-18:00 "not in SH, nor on PH"', zone=BERLIN))


ZONES = (BERLIN, "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
CHANGES = [
    utc(at) for at in ("2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-10-03T15:30Z", "2026-11-01T04:31Z")
]


@given(
    zone=st.sampled_from(ZONES),
    opens=st.integers(0, 95),
    closes=st.integers(0, 95),
    around=st.sampled_from(CHANGES),
    minutes=st.integers(-2_000, 2_000),
)
@example(zone=BERLIN, opens=24, closes=88, around=CHANGES[0], minutes=180)
def test_an_instant_is_open_if_the_hours_say_so_of_what_the_clock_shows(
    zone: str, opens: int, closes: int, around: datetime, minutes: int
) -> None:
    assume(opens != closes)
    begin, end = (time(n // 4, n % 4 * 15) for n in (opens, closes))
    hours = Hours(text=f"{begin:%H:%M}-{end:%H:%M}", zone=zone)
    at = around + minutes * MINUTE
    shown = at.astimezone(ZoneInfo(zone)).time()
    expected = begin <= shown < end if begin < end else shown >= begin or shown < end
    minute = Slot(at, at + MINUTE)
    assert is_open(hours, minute) is expected
    opening = next_opening(hours, at)
    assert opening is not None
    assert (opening == at) is expected
    assert is_open(hours, Slot(opening, opening + MINUTE))
    assert expected or not any(
        is_open(hours, Slot(at + n * MINUTE, at + (n + 1) * MINUTE))
        for n in range(int((opening - at) / MINUTE))
    )
