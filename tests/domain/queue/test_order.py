"""Who is asked first: by time waited and the weight of a tier, and nobody is passed for ever."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.queue.order import MOST_GAINED, Place, ahead_of, gained, in_line, waited
from domain.terms.waiting import MOST_WEIGHT
from tests.factories import NOON

MINUTES = st.integers(0, 7 * 24 * 60)
PLACES = st.builds(
    lambda number, minutes, weight: Place(
        id=f"w-{number}", joined_at=NOON + timedelta(minutes=minutes), weight=weight
    ),
    st.integers(0, 99),
    MINUTES,
    st.integers(1, MOST_WEIGHT),
)
LINES = st.lists(PLACES, unique_by=lambda one: one.id, max_size=30)


def place(name: str, minutes: float = 0, weight: int = 1) -> Place:
    return Place(id=name, joined_at=NOON + timedelta(minutes=minutes), weight=weight)


def order(*places: Place, after: float) -> list[str]:
    return [one.id for one in in_line(places, NOON + timedelta(minutes=after))]


def test_without_tiers_who_joined_first_is_first() -> None:
    assert order(place("b", 5), place("a", 0), place("c", 5), after=60) == ["a", "b", "c"]


def test_of_a_member_time_counts_more_until_it_has_gained_them_the_most() -> None:
    plain, member = place("plain"), place("member", 60, weight=3)
    assert order(plain, member, after=80) == ["plain", "member"]
    assert order(plain, member, after=120) == ["member", "plain"]
    late = place("late", MOST_GAINED / timedelta(minutes=1) + 1, weight=MOST_WEIGHT)
    assert order(plain, late, after=90 * 24 * 60) == ["plain", "late"]


@given(LINES, MINUTES)
def test_nobody_is_passed_by_who_joined_longer_after_them_than_a_weight_gains(
    places: list[Place], minutes: int
) -> None:
    now = NOON + timedelta(minutes=minutes)
    line = [one for one in in_line(places, now) if one.joined_at <= now]
    for number, one in enumerate(line):
        assert all(one.joined_at - behind.joined_at <= MOST_GAINED for behind in line[number + 1 :])


@given(LINES, MINUTES)
def test_the_line_is_total_the_same_however_it_is_given_and_a_weight_never_harms(
    places: list[Place], minutes: int
) -> None:
    now = NOON + timedelta(minutes=minutes)
    line = in_line(places, now)
    assert sorted(one.id for one in line) == sorted(one.id for one in places)
    assert in_line(reversed(places), now) == line
    for one in places:
        heavier = Place(id=one.id, joined_at=one.joined_at, weight=MOST_WEIGHT)
        others = [heavier if other is one else other for other in places]
        assert ahead_of(heavier, in_line(others, now)) <= ahead_of(one, line)


@given(PLACES, MINUTES)
def test_a_weight_gains_no_more_than_the_bound_and_nothing_before_one_joins(one: Place, minutes: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    assert timedelta(0) <= gained(one, now) <= MOST_GAINED
    assert waited(one, now) >= timedelta(0)
    if one.weight == 1 or now <= one.joined_at:
        assert not gained(one, now)
