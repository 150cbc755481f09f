"""Bookable windows: half-open, in elapsed time, on the grid."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import SlotInPast, SlotInvalid
from domain.facts.refused_bookings import TooShortNotice
from domain.place.slots import (
    Slot,
    check_slot,
    ends_on_the_spot,
    is_length_offered,
    last_grid_instant,
    next_grid_start,
    occupied_window,
    on_grid,
)
from domain.terms.policy import SlotLengths, SlotRules
from tests.domain.builders import START, at, window

BERLIN = ZoneInfo("Europe/Berlin")
minutes = st.integers(min_value=-10_000, max_value=10_000)
lengths = st.integers(min_value=1, max_value=600)


@given(minutes, lengths, minutes, lengths)
def test_windows_overlap_exactly_when_they_share_an_instant(a: int, long_a: int, b: int, long_b: int) -> None:
    one, other = window(a, a + long_a), window(b, b + long_b)
    shared = max(one.start, other.start) < min(one.end, other.end)
    assert one.overlaps(other) == other.overlaps(one) == shared


def test_windows_that_touch_do_not_overlap() -> None:
    assert not window(0, 15).overlaps(window(15, 30))
    assert occupied_window(window(0, 15), timedelta(minutes=5)).overlaps(window(15, 30))


@pytest.mark.parametrize(("start", "end"), [(0, 0), (15, 0)])
def test_a_slot_ends_after_it_starts(start: int, end: int) -> None:
    with pytest.raises(SlotInvalid):
        window(start, end)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(SlotInvalid):
        Slot(START.replace(tzinfo=None), at(60))


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 1), ("2026-10-25", 3)], ids=["spring forward", "fall back"]
)
def test_the_length_is_time_passed_across_a_clock_change(day: str, hours: int) -> None:
    local = datetime.fromisoformat(f"{day}T01:30").replace(tzinfo=BERLIN)
    slot = Slot(local, local.replace(hour=3))
    assert slot.length == timedelta(hours=hours)
    assert slot.moved_to(START).length == slot.length


@given(minutes, st.sampled_from([5, 15, 30, 60]))
def test_the_next_grid_start_is_the_first_on_the_grid(offset: int, step_minutes: int) -> None:
    step = timedelta(minutes=step_minutes)
    found = next_grid_start(at(offset), step)
    assert on_grid(found, step)
    assert timedelta(0) <= found - at(offset) < step


@given(st.integers(0, 14 * 96), st.integers(1, 16))
def test_a_slot_on_the_grid_within_the_limits_may_be_booked(start_steps: int, length_steps: int) -> None:
    slot = window(start_steps * 15, (start_steps + length_steps) * 15)
    check_slot(slot, SlotRules(), now=START)


@pytest.mark.parametrize(
    ("slot", "error"),
    [
        (window(-15, 15), SlotInPast),
        (window(7, 22), SlotInvalid),
        (window(0, 20), SlotInvalid),
        (window(0, 5 * 60), SlotInvalid),
        (window(15 * 24 * 60, 15 * 24 * 60 + 60), SlotInvalid),
    ],
    ids=["past", "start off grid", "end off grid", "too long", "beyond the horizon"],
)
def test_a_slot_that_breaks_a_rule_is_refused(slot: Slot, error: type[SlotInvalid]) -> None:
    with pytest.raises(error):
        check_slot(slot, SlotRules(), now=START)


def test_lead_time_is_asked_for_and_now_is_bookable_without_one() -> None:
    check_slot(window(0, 30), SlotRules(), now=START + timedelta(seconds=40))
    lead = timedelta(minutes=30)
    with pytest.raises(SlotInvalid) as refusal:
        check_slot(window(15, 30), SlotRules(lead=lead), now=START)
    assert refusal.value.why == TooShortNotice(lead=lead)


def test_a_slot_that_is_already_over_is_past_even_within_the_tolerance() -> None:
    rules = SlotRules(step=timedelta(0), shortest=timedelta(seconds=5))
    with pytest.raises(SlotInPast):
        check_slot(Slot(START, START + timedelta(seconds=10)), rules, now=START + timedelta(seconds=20))


_ZONES = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin", "America/St_Johns"]


@given(st.integers(0, 366 * 24 * 60), st.sampled_from(_ZONES))
def test_an_hourly_grid_is_full_hours_on_the_sites_clock(minute: int, zone: str) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    found = next_grid_start(moment, timedelta(hours=1), zone)
    shown = found.astimezone(ZoneInfo(zone))
    assert (shown.minute, shown.second, shown.microsecond) == (0, 0, 0)
    assert on_grid(found, timedelta(hours=1), zone)
    # An hour, and what Lord Howe's clock is put back.
    assert timedelta(0) <= found - moment < timedelta(minutes=90)


def test_a_slot_is_booked_on_the_sites_clock() -> None:
    rules = SlotRules(step=timedelta(hours=1), shortest=timedelta(hours=1))
    ten = datetime(2026, 6, 3, 10, tzinfo=ZoneInfo("Asia/Kolkata"))
    slot = Slot(ten, ten + timedelta(hours=1))
    check_slot(slot, rules, ten - timedelta(hours=2), "Asia/Kolkata")
    with pytest.raises(SlotInvalid):
        check_slot(slot.moved_to(ten + timedelta(minutes=30)), rules, ten, "Asia/Kolkata")


STEPS = st.sampled_from([0, 1, 5, 15, 20, 30, 60]).map(lambda one: timedelta(minutes=one))
LENGTHS = tuple(timedelta(minutes=one) for one in (30, 60, 90, 120, 180))


@st.composite
def rules_on_the_spot(draw: st.DrawFn) -> SlotRules:
    shortest = timedelta(minutes=draw(st.integers(1, 120)))
    longest = shortest + timedelta(minutes=draw(st.integers(0, 600)))
    return SlotRules(step=draw(STEPS), shortest=shortest, longest=longest)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), STEPS, st.sampled_from(_ZONES))  # noqa: DTZ001
def test_the_last_grid_instant_is_the_one_before_the_next(
    moment: datetime, step: timedelta, zone: str
) -> None:
    found = last_grid_instant(moment.replace(tzinfo=UTC), step, zone)
    assert on_grid(found, step, zone)
    assert found <= moment.replace(tzinfo=UTC)
    assert next_grid_start(found + timedelta(microseconds=1), step, zone) >= moment.replace(tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
    rules_on_the_spot(),
    st.sampled_from(_ZONES),
    st.integers(0, 300),
)
def test_whatever_end_is_offered_on_the_spot_may_be_booked_whenever_it_is_chosen(
    moment: datetime, rules: SlotRules, zone: str, late: int
) -> None:
    now = moment.replace(tzinfo=UTC)
    to_choose, chosen = timedelta(minutes=5), now + timedelta(seconds=late)
    for end in ends_on_the_spot(now, LENGTHS, rules, zone, to_choose=to_choose):
        check_slot(Slot(now, end), rules, now, zone, on_the_spot=True)
        if rules.longest >= rules.shortest + to_choose:
            check_slot(Slot(chosen, end), rules, chosen, zone, on_the_spot=True)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), rules_on_the_spot())  # noqa: DTZ001
def test_of_each_length_that_fits_an_end_is_offered_that_gives_hardly_more(
    moment: datetime, rules: SlotRules
) -> None:
    now, step = moment.replace(tzinfo=UTC), rules.step or timedelta(minutes=1)
    ends = ends_on_the_spot(now, LENGTHS, rules)
    for length in LENGTHS:
        if rules.shortest <= length <= rules.longest - step:
            assert any(now + length <= end < now + length + step for end in ends)
    if rules.longest - rules.shortest >= step:
        assert ends


def test_at_an_odd_second_the_ends_are_on_the_default_grid() -> None:
    now = datetime(2026, 11, 30, 12, 7, 23, tzinfo=UTC)
    found = ends_on_the_spot(now, LENGTHS, SlotRules(), "Europe/Berlin")
    assert [end.strftime("%H:%M:%S") for end in found] == [
        "12:45:00", "13:15:00", "13:45:00", "14:15:00", "15:15:00",
    ]  # fmt: skip


def test_nothing_is_offered_on_the_spot_where_notice_is_asked_for() -> None:
    assert ends_on_the_spot(START, LENGTHS, SlotRules(lead=timedelta(minutes=1))) == ()


def test_a_length_is_offered_where_some_pool_has_it_on_its_grid() -> None:
    rules = SlotRules(step=timedelta(hours=1), shortest=timedelta(hours=1))
    assert not is_length_offered(timedelta(minutes=90), rules)
    assert is_length_offered(timedelta(minutes=120), rules)
    own = SlotLengths(pool_id="lorries", step=timedelta(minutes=45), shortest=timedelta(minutes=45))
    assert is_length_offered(timedelta(minutes=90), SlotRules(step=rules.step, pools=(own,)))
