"""When it happened, by a clock that is wrong and a charger that was away."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.clocks import (
    CLOCK_TRUST,
    EDGE,
    QUEUE_TOLD,
    Absence,
    InstantBasis,
    Presence,
    Visit,
    absences_of,
    may_be_queued_since,
    moment_of,
    offset_of,
    stretched,
)

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BACK = NOW - timedelta(minutes=1)
"""When it came back."""
seconds = st.integers(0, 3 * 24 * 3600).map(lambda n: timedelta(seconds=n))
offsets = st.integers(-14 * 3600, 14 * 3600).map(lambda n: timedelta(seconds=n))


def presence(*, away: timedelta = timedelta(minutes=10), offset: timedelta = timedelta(0)) -> Presence:
    """Back since BACK, away before that for `away`, and once four days ago."""
    long_ago = Absence(start=NOW - 4 * 24 * HOUR, end=NOW - 4 * 24 * HOUR + HOUR)
    return Presence(
        connected_since=BACK, absences=(long_ago, Absence(start=BACK - away, end=BACK)), offset=offset
    )


@pytest.mark.parametrize("slow", [5 * HOUR, 2 * HOUR, timedelta(minutes=30)])
def test_a_slow_clock_of_a_charger_that_was_there_speaks_of_now(slow: timedelta) -> None:
    found = moment_of(NOW - slow, NOW, presence(), queued=None, presented=False)
    assert (found.at, found.basis, found.live) == (NOW, InstantBasis.NOW, True)


def test_a_time_at_which_it_was_away_is_believed() -> None:
    told = BACK - timedelta(minutes=5)
    found = moment_of(told, NOW, presence(), queued=None, presented=False)
    assert (found.at, found.basis, found.live) == (told, InstantBasis.CHARGER, False)


def test_where_nothing_is_known_its_word_counts() -> None:
    """Of the first connection nobody knows, and since what is known it has not been here for long."""
    told = NOW - 5 * 24 * HOUR
    flapped = tuple(Absence(start=BACK - HOUR / n, end=BACK - HOUR / (n + 1)) for n in range(2, 5))
    for known in (Presence(connected_since=BACK, absences=flapped), Presence(connected_since=BACK)):
        found = moment_of(told, NOW, known, queued=None, presented=False)
        assert (found.at, found.basis, found.live) == (told, InstantBasis.CHARGER, False)


@given(st.integers(1, 30 * 24 * 3600).map(lambda n: timedelta(seconds=n)))
def test_at_its_first_connection_it_has_nothing_to_tell_but_what_happens(behind: timedelta) -> None:
    first = Presence(connected_since=BACK, absences=(Absence(start=BACK, end=BACK),))
    found = moment_of(NOW - behind, NOW, first, queued=None, presented=False)
    assert found.live or abs(found.at - NOW) <= EDGE + timedelta(minutes=1)
    assert may_be_queued_since(NOW - behind, NOW, first) is None


def test_what_it_queued_before_all_that_is_known_was_told_when_it_was_here_for_long() -> None:
    found = moment_of(NOW - 5 * 24 * HOUR, NOW, presence(), queued=None, presented=False)
    assert (found.at, found.basis, found.live) == (NOW, InstantBasis.NOW, True)
    assert may_be_queued_since(NOW - 5 * 24 * HOUR, NOW, presence()) == presence().absences[-1]


def test_a_message_of_now_that_says_it_was_queued_is_of_now() -> None:
    """The flag is stuck, or the station alone noticed a gap."""
    here = Presence(
        connected_since=NOW - 5 * HOUR, absences=(Absence(start=NOW - 6 * HOUR, end=NOW - 5 * HOUR),)
    )
    for told in (NOW - timedelta(seconds=5), NOW - 2 * HOUR, NOW + 2 * HOUR):
        found = moment_of(told, NOW, here, queued=True, presented=False)
        assert (found.live, found.basis) == (True, InstantBasis.NOW)
        assert NOW - found.at <= timedelta(seconds=5)
    assert moment_of(NOW, NOW, here, queued=True, presented=False, unset=True).live
    late = moment_of(NOW - 5.5 * HOUR, NOW, here, queued=True, presented=False)
    assert (late.at, late.basis) == (NOW - 5.5 * HOUR, InstantBasis.CHARGER)


@given(seconds, st.integers(4 * 24 * 3600 + 4000, 30 * 24 * 3600).map(lambda n: timedelta(seconds=n)))
def test_a_clock_set_back_before_all_that_is_known_speaks_of_now(later: timedelta, behind: timedelta) -> None:
    """The charger has been connected for long: its queue is told."""
    received = BACK + QUEUE_TOLD + timedelta(seconds=1) + later
    first = Presence(connected_since=BACK, absences=(Absence(start=BACK, end=BACK),))
    for known in (presence(), first):
        found = moment_of(NOW - behind, received, known, queued=None, presented=False)
        assert (found.at, found.basis, found.live) == (received, InstantBasis.NOW, True)


@pytest.mark.parametrize("here", [timedelta(minutes=20), 3 * HOUR])
def test_what_does_not_say_that_it_was_queued_is_of_the_last_absence_only_while_that_is_told(
    here: timedelta,
) -> None:
    """Its clock may run within the absence: it stood without power, or is local time."""
    back = NOW - here
    known = Presence(connected_since=back, absences=(Absence(start=back - 6 * HOUR, end=back),))
    told = back - 2 * HOUR
    found = moment_of(told, NOW, known, queued=None, presented=False)
    assert found.live is (here > QUEUE_TOLD)
    assert found.at == (NOW if found.live else told)
    assert known.may_still_tell_of(told, NOW) is not found.live


def test_what_an_earlier_absence_had_to_tell_was_told_before_the_charger_was_away_again() -> None:
    found = moment_of(NOW - 4 * 24 * HOUR, NOW, presence(), queued=None, presented=False)
    assert (found.at, found.live) == (NOW, True)
    known = Presence(
        connected_since=BACK,
        absences=(Absence(start=BACK - HOUR, end=BACK - HOUR / 3), Absence(start=BACK - HOUR / 4, end=BACK)),
    )
    assert not moment_of(BACK - HOUR / 2, NOW, known, queued=None, presented=False).live


@given(seconds, offsets)
def test_with_a_learned_offset_the_queued_moment_is_the_true_one(ago: timedelta, offset: timedelta) -> None:
    """It was away for three days, its clock is off by a known offset, and it tells what happened then."""
    true = BACK - ago
    known = presence(away=3 * 24 * HOUR, offset=offset)
    found = moment_of(true - offset, NOW, known, queued=True, presented=False)
    if abs(offset) > CLOCK_TRUST:
        assert (found.at, found.basis) == (true, InstantBasis.CORRECTED)
    else:
        assert abs(found.at - true) <= CLOCK_TRUST or found.basis is InstantBasis.ESTIMATED


@given(offsets, st.booleans())
def test_what_happens_now_is_never_moved_far(offset: timedelta, presented: bool) -> None:
    """Live, by the word of the version or by the card just shown: never judged in the past, at most a little off."""
    for queued, shown in ((False, presented), (None, True)):
        told = min(NOW - offset, NOW + CLOCK_TRUST)  # beyond that the wire has put our own clock
        found = moment_of(told, NOW, presence(), queued=queued, presented=shown)
        assert found.live
        assert abs(found.at - NOW) <= CLOCK_TRUST


@given(seconds, seconds)
def test_a_queued_moment_is_one_at_which_it_was_away_or_marked(ago: timedelta, away: timedelta) -> None:
    known = presence(away=away)
    told = NOW - ago
    found = moment_of(told, NOW, known, queued=True, presented=False)
    if found.basis is InstantBasis.ESTIMATED:
        (last,) = known.untold
        assert last.start <= found.at <= last.end
    else:
        assert found.at == told
        assert found.live or known.was_away(found.at) is not False
        assert not found.live or ago <= CLOCK_TRUST


def test_an_offset_counts_once_readings_agree() -> None:
    five = [5 * HOUR, 5 * HOUR + timedelta(seconds=20), 5 * HOUR]
    assert offset_of(five[:2]) is None
    assert offset_of(five) == 5 * HOUR
    assert offset_of([*five, timedelta(0)]) is None
    assert offset_of([*five, timedelta(0), timedelta(0), timedelta(seconds=3)]) == timedelta(0)
    assert offset_of([timedelta(minutes=3)] * 3) == timedelta(0)


@given(st.integers(4, 60), st.integers(3, 200))
def test_a_queue_that_is_being_told_is_no_clock(apart: int, told: int) -> None:
    """Readings of `apart` seconds, one a second: their stamps advance faster than our clock does."""
    behind = [3 * HOUR - timedelta(seconds=(apart - 1) * n) for n in range(told)]
    assert offset_of(behind) is None


def test_absences_out_of_order_are_put_right() -> None:
    pairs = [
        [(NOW - HOUR).isoformat(), NOW.isoformat()],
        [(NOW - 3 * HOUR).isoformat(), (NOW - 2 * HOUR).isoformat()],
        [NOW.isoformat(), (NOW - HOUR).isoformat()],
    ]
    starts = [absence.start for absence in absences_of(pairs)]
    assert starts == [NOW - 3 * HOUR, NOW - HOUR]


def test_the_edges_of_an_absence_are_not_sharp() -> None:
    known = presence()
    assert known.was_away(BACK + EDGE)
    assert known.was_away(BACK - timedelta(minutes=10) - EDGE)
    assert known.was_away(BACK - timedelta(minutes=20)) is False
    assert known.was_away(NOW - 5 * 24 * HOUR) is None


@given(seconds, seconds, offsets)
def test_a_stamp_far_off_just_after_an_absence_may_be_of_any_of_it(
    away: timedelta, ago: timedelta, offset: timedelta
) -> None:
    """Of now or of before: unless its offset is known, it says itself when it was, or it was told long after."""
    known = presence(away=min(away, 3 * 24 * HOUR))
    told = NOW - ago + offset
    found = may_be_queued_since(told, NOW, known)
    believed = moment_of(told, NOW, known, queued=None, presented=False)
    if found is not None:
        assert found == known.absences[-1]
        assert believed.live
        assert abs(NOW - told) > CLOCK_TRUST
    elif away > EDGE and believed.live:
        assert abs(NOW - told) <= CLOCK_TRUST
    assert may_be_queued_since(told, BACK + EDGE + timedelta(seconds=1), known) is None
    unset = may_be_queued_since(NOW, NOW, known, unset=True)
    assert (unset is None) == (away <= EDGE)


lengths = st.integers(0, 6 * 3600).map(lambda n: timedelta(seconds=n))


@given(
    lengths,
    lengths,
    st.integers(-3600, 12 * 3600),
    st.integers(0, 200_000),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 11_000, 150_000]),
)
def test_a_queued_visit_is_as_long_as_its_stamps_or_its_energy_say(
    away: timedelta,
    begins: timedelta,
    stamped: int,
    energy_wh: int,
    unset: bool,
    estimated: bool,
    power_w: int,
) -> None:
    known = presence(away=away)
    visit = Visit(
        started_at=max(BACK - begins, BACK - away),
        ended_at=NOW,
        stamped=timedelta(seconds=stamped),
        energy_wh=energy_wh,
        unset=unset,
        estimated=estimated,
        power_w=power_w,
    )
    found = stretched(visit, known)
    if found is None:
        return
    started_at, ended_at = found
    assert BACK - away - EDGE <= started_at <= ended_at <= NOW + EDGE
    length = ended_at - started_at
    if unset:  # nobody pays for more than it took
        assert length == min(visit.shortest, NOW - (BACK - away))
    elif estimated:
        assert length in (visit.stamped, visit.shortest)
    else:
        assert length == visit.stamped > NOW - visit.started_at


def test_the_end_of_a_visit_that_is_told_when_it_happens_stays_where_it_is() -> None:
    """A clock that was never set: the start was queued, and the driver stops half an hour after the charger is back."""
    known = presence(away=3 * HOUR)
    stops = BACK + HOUR / 2
    visit = Visit(
        started_at=BACK - HOUR, ended_at=stops, stamped=HOUR, energy_wh=1_000, unset=True, power_w=11_000
    )
    assert stretched(visit, known) == (BACK, stops)
