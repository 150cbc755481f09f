"""The arrivals that a driver can announce with one press: whatever is offered is taken, and the latest is the best."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.trouble import TroubleCause
from domain.place.slots import Slot
from domain.reservation.actions.rules import on_my_way
from domain.reservation.arrivals import arrivals_to_announce
from domain.reservation.grace import arrival_by, eta_extension
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.terms.accepted import Terms
from tests.domain.builders import at, make_progress, make_trouble, window
from tests.factories.policies import make_policy, make_terms

ZONES = st.sampled_from(["UTC", "Asia/Kathmandu", "Europe/Berlin"])
SECONDS = st.integers(0, 59).map(lambda seconds: timedelta(seconds=seconds))
MOMENTS = st.builds(lambda minutes, seconds: at(minutes) + seconds, st.integers(-180, 300), SECONDS)


@st.composite
def agreed(draw: st.DrawFn) -> Terms:
    grace, extension = draw(st.integers(0, 60)), draw(st.integers(0, 400))
    policy = make_policy(grace=timedelta(minutes=grace), eta_extension=timedelta(minutes=extension))
    return make_terms(policy=policy, site_zone=draw(ZONES))


@st.composite
def awaited(draw: st.DrawFn) -> Progress:
    """Paid late, moved, kept off by trouble that is over, or none of it."""
    begins = draw(st.integers(0, 60))
    trouble = make_trouble(TroubleCause.OCCUPIED, at(begins), at(begins + draw(st.integers(1, 30))))
    return make_progress(
        State.LOCKED,
        slot=window(0, draw(st.integers(1, 300))),
        grace_from=draw(st.none() | MOMENTS),
        reroute_grace_until=draw(st.none() | MOMENTS),
        troubles=draw(st.sampled_from([[], [trouble]])),
    )


@given(awaited(), agreed(), MOMENTS, st.floats(0, 1))
def test_whatever_is_offered_is_taken_however_late_it_is_pressed(
    progress: Progress, terms: Terms, now: datetime, waits: float
) -> None:
    until = arrival_by(progress, terms.policy)
    offered = arrivals_to_announce(progress.slot, until, terms, now)
    pressed = max(now, min(now + (until - now) * waits, until - timedelta(microseconds=1)))
    for one in offered:
        assert on_my_way(progress, terms.policy, pressed) is None
        assert eta_extension(progress, terms.policy, one.at, pressed) == one.kept_until


@given(awaited(), agreed(), MOMENTS)
def test_the_last_one_keeps_the_bay_for_as_long_as_the_rules_allow(
    progress: Progress, terms: Terms, now: datetime
) -> None:
    until = arrival_by(progress, terms.policy)
    offered = arrivals_to_announce(progress.slot, until, terms, now)
    longest = min(until + terms.policy.eta_extension, progress.slot.end)
    if now >= until or longest == until:
        assert offered == ()
        return
    assert offered[-1].kept_until == longest
    assert len(offered) <= 4
    kept = [until, *(one.kept_until for one in offered)]
    assert kept == sorted(set(kept)), "each later one keeps it longer"
    assert all(until <= one.at < progress.slot.end for one in offered)


def _offered(slot: Slot, terms: Terms | None = None, minute: float = -60) -> list[tuple[float, float]]:
    """Minutes after the start: arrival, and end of grace."""
    terms = terms or make_terms()
    until = arrival_by(make_progress(State.LOCKED, slot=slot), terms.policy)

    def minutes(when: datetime) -> float:
        return (when - at(0)).total_seconds() / 60

    found = arrivals_to_announce(slot, until, terms, at(minute))
    return [(minutes(one.at), minutes(one.kept_until)) for one in found]


def test_before_the_start_as_much_is_offered_as_at_the_end_of_grace() -> None:
    usual = [(20, 22), (25, 27), (28, 30)]
    assert _offered(window(0, 60)) == usual
    assert _offered(window(0, 60), minute=14) == usual
    assert _offered(window(0, 60), minute=15) == []


def test_nothing_is_offered_beyond_the_slot_nor_where_the_rules_allow_none() -> None:
    assert _offered(window(0, 30)) == [(20, 22), (25, 27), (28, 30)]
    assert _offered(window(0, 20)) == [(18, 20)]
    assert _offered(window(0, 16)) == [(15, 16)]
    assert _offered(window(0, 15)) == []
    assert _offered(window(0, 60), make_terms(policy=make_policy(eta_extension=timedelta(0)))) == []


def test_of_a_long_time_a_few_are_offered() -> None:
    patient = make_terms(policy=make_policy(eta_extension=timedelta(hours=1)))
    assert _offered(window(0, 120), patient) == [(20, 22), (40, 42), (60, 62), (73, 75)]
