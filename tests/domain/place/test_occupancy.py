"""How holds lie in time, against counting one by one."""

from hypothesis import given
from hypothesis import strategies as st

from domain.place.occupancy import Occupancy
from domain.place.pool import Pool
from domain.place.slots import Slot
from tests.domain.builders import at, window
from tests.domain.place.pools import NOW, make_hold, pools

spans = st.builds(
    lambda start, length: window(start, start + length), st.integers(-90, 300), st.integers(1, 120)
)


@given(pools(), spans)
def test_the_peak_is_the_busiest_instant_of_the_span(pool: Pool, span: Slot) -> None:
    instants = [span.start, *(h.window.start for h in pool.holds if span.start < h.window.start < span.end)]
    busiest = max(sum(h.window.start <= t < h.window.end for h in pool.holds) for t in instants)
    assert Occupancy(pool.holds, NOW).profile.peak(span) == busiest


@given(pools(), spans)
def test_a_connector_is_free_when_nothing_overlaps(pool: Pool, span: Slot) -> None:
    occupancy = Occupancy(pool.holds, NOW)
    for connector in pool.connectors:
        own = [h.window for h in pool.holds if h.connector_id == connector.id]
        assert occupancy.is_free(connector.id, span) == (not any(w.overlaps(span) for w in own))
        ended = [w.end for w in own if w.end <= span.start]
        assert occupancy.last_end(connector.id, span.start) == max(ended, default=None)


@given(pools(), spans)
def test_what_is_around_a_window_is_connected_to_it_and_nothing_else_is(pool: Pool, span: Slot) -> None:
    occupancy = Occupancy(pool.holds, NOW)
    around = occupancy.around(span)
    reached = [span]
    for _ in pool.holds:
        reached += [h.window for h in pool.holds if any(h.window.overlaps(w) for w in reached)]
        reached = list(dict.fromkeys(reached))
    assert {h.id for h in around} == {h.id for h in pool.holds if h.window in reached}
    fixed = [h.window.start for h in around if h.is_fixed(NOW)]
    assert occupancy.profile.last_fixed_around(span) == max(fixed, default=None)


def test_windows_that_touch_leave_a_gap_between_stretches() -> None:
    holds = (make_hold(1, 1, window(60, 90)), make_hold(2, 2, window(90, 120)))
    occupancy = Occupancy(holds, NOW)
    assert occupancy.around(window(60, 90)) == [holds[0]]
    assert occupancy.around(window(80, 95)) == list(holds)
    assert occupancy.profile.peak(window(60, 120)) == 1
    assert occupancy.last_end(1, at(90)) == at(90)
    assert Occupancy((), NOW).profile.peak(window(0, 60)) == 0
