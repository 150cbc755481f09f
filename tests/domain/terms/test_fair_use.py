"""How much one person may have booked: a refusal holds until the very instant that it tells."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.errors import CoolingOff, StayTooLong, WeeklyHoursUsed
from domain.facts.refused_people import MissedTooOften, StaysTooLong, WeekFull
from domain.terms.fair_use import FairUse, NoShowRules, Used, check_fair_use, check_no_shows
from domain.terms.figures import policy_flaws
from domain.terms.tiered import policy_for
from domain.terms.tiers import Tier
from tests.factories import make_policy

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TICK = timedelta(seconds=1)


def slot(start: float, hours: float, site_id: str = "north") -> Used:
    return Used(site_id=site_id, start=MONDAY + start * HOUR, end=MONDAY + (start + hours) * HOUR)


slots = st.lists(
    st.builds(slot, st.integers(-24, 48), st.integers(1, 4), st.sampled_from(["north", "south"])), max_size=8
)


@given(slots, st.integers(0, 40), st.integers(1, 4))
def test_a_stay_lasts_as_long_as_it_may_and_begins_again_when_it_is_told(
    used: list[Used], start: int, hours: int
) -> None:
    """Seen minute by half hour: whoever is there, or was less than a pause before, is there still."""
    rules, asked = FairUse(longest_stay=4 * HOUR, pause=HOUR / 2), slot(start, hours)
    try:
        check_fair_use(rules, asked, "UTC", used)
    except StayTooLong as refused:
        why = refused.why
        assert isinstance(why, StaysTooLong)
        assert why.ends_at is not None
        assert why.ends_at > asked.start
        check_fair_use(
            rules, Used(site_id="north", start=why.ends_at, end=why.ends_at + hours * HOUR), "UTC", used
        )
        assert _longest(asked, used) > 4 * HOUR
    else:
        assert _longest(asked, used) <= 4 * HOUR


def _longest(asked: Used, used: list[Used]) -> timedelta:
    """Of the run of hours around the slot in which somebody has a place there."""
    taken = {
        one.start + n * HOUR
        for one in (asked, *(one for one in used if one.site_id == "north"))
        for n in range(int(one.length / HOUR))
    }
    first = last = asked.start
    while first - HOUR in taken:
        first -= HOUR
    while last + HOUR in taken:
        last += HOUR
    return last + HOUR - first


@given(slots, st.integers(0, 40), st.integers(1, 4))
def test_a_week_has_its_hours_whatever_the_order_of_booking(used: list[Used], start: int, hours: int) -> None:
    rules, asked = FairUse(weekly=6 * HOUR), slot(start, hours)
    this_week = [one for one in used if MONDAY <= one.start < MONDAY + 7 * DAY]
    fits = sum((one.length for one in (asked, *this_week)), timedelta(0)) <= 6 * HOUR
    if fits:
        check_fair_use(rules, asked, "UTC", used)
        return
    with pytest.raises(WeeklyHoursUsed) as refused:
        check_fair_use(rules, asked, "UTC", used)
    why = refused.value.why
    assert isinstance(why, WeekFull)
    assert why.ends_at == MONDAY + 7 * DAY
    check_fair_use(
        rules, Used(site_id="north", start=why.ends_at, end=why.ends_at + hours * HOUR), "UTC", used
    )


def test_a_week_is_the_sites_also_where_the_clocks_change() -> None:
    rules = FairUse(weekly=HOUR)
    sunday = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)  # 23:30 in Berlin, on the day with 25 hours
    asked = Used(site_id="north", start=sunday, end=sunday + HOUR)
    before = Used(site_id="south", start=sunday - DAY, end=sunday - DAY + HOUR)
    with pytest.raises(WeeklyHoursUsed) as refused:
        check_fair_use(rules, asked, "Europe/Berlin", [before])
    assert refused.value.why.parameters()["ends_at"] == datetime(2026, 10, 25, 23, tzinfo=UTC).isoformat()
    later = Used(site_id="north", start=sunday + HOUR / 2, end=sunday + 3 * HOUR / 2)
    check_fair_use(rules, later, "Europe/Berlin", [before])


@given(st.lists(st.integers(0, 60), max_size=6), st.integers(0, 90), st.integers(1, 3))
def test_who_missed_too_many_waits_until_it_is_told(days: list[int], today: int, most: int) -> None:
    rules = FairUse(no_shows=NoShowRules(most=most, within=10 * DAY, cooling_off=5 * DAY))
    now = MONDAY + today * DAY
    missed = [MONDAY + day * DAY for day in days if day <= today]
    since = rules.misses_since(now)
    assert since is not None
    known = [at for at in missed if at >= since]
    until = max(
        (at + 5 * DAY for at in missed if sum(at - 10 * DAY <= other <= at for other in missed) >= most),
        default=now,
    )
    assume(len(set(missed)) == len(missed))
    if until <= now:
        check_no_shows(rules, known, now)
        return
    with pytest.raises(CoolingOff) as refused:
        check_no_shows(rules, known, now)
    assert refused.value.why == MissedTooOften(ends_at=until)
    check_no_shows(rules, known, until)


def test_nothing_is_limited_where_no_policy_says_so() -> None:
    rules = FairUse()
    assert (rules.counts_since(MONDAY), rules.misses_since(MONDAY)) == (None, None)
    check_fair_use(rules, slot(0, 100), "UTC", [slot(100, 100)])
    check_no_shows(rules, [MONDAY] * 9, MONDAY)


@pytest.mark.parametrize(
    ("rules", "paths"),
    [
        (FairUse(weekly=timedelta(minutes=5)), {"fair_use.weekly"}),
        (FairUse(longest_stay=HOUR), {"fair_use.longest_stay"}),
        (FairUse(longest_stay=4 * HOUR, pause=timedelta(0)), {"fair_use.pause"}),
        (FairUse(no_shows=NoShowRules(most=0)), {"fair_use.no_shows.most"}),
        (FairUse(no_shows=NoShowRules(cooling_off=timedelta(0))), {"fair_use.no_shows.cooling_off"}),
        (FairUse(no_shows=NoShowRules(within=900 * DAY)), {"fair_use.no_shows.within"}),
        (FairUse(weekly=10 * HOUR, longest_stay=5 * HOUR, no_shows=NoShowRules()), set()),
    ],
)
def test_limits_have_to_make_sense(rules: FairUse, paths: set[str]) -> None:
    assert {flaw.path for flaw in policy_flaws(make_policy(fair_use=rules))} == paths


def test_members_of_a_tier_may_have_more_hours() -> None:
    policy = make_policy(
        fair_use=FairUse(weekly=4 * HOUR), tiers=(Tier(name="gold", weekly_hours=20 * HOUR),)
    )
    assert policy_for(policy, "gold").fair_use.weekly == 20 * HOUR
    assert policy_flaws(policy) == ()
