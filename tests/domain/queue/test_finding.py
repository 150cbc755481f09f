"""What of many wishes can be booked is worked out once, and is what a booking of each would be given."""

from collections.abc import Collection
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.place.alternatives import is_bookable
from domain.place.pool import Pool
from domain.place.slots import Slot
from domain.queue.finding import AT_ONCE, FreeStarts, free_among, starts_in
from domain.queue.offers import answer_by
from tests.domain.builders import START
from tests.domain.place.pools import make_connector, make_hold, make_pool
from tests.factories import make_policy, make_slot_rules

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAY = Slot(START, START + 30 * HOUR)
QUARTERS = st.integers(0, 96).map(lambda count: count * 15 * MINUTE)


def spans(most: int) -> st.SearchStrategy[list[Slot]]:
    long = st.sampled_from((HOUR, 2 * HOUR, 6 * HOUR))
    return st.lists(
        st.builds(lambda at, lasts: Slot(START + at, START + at + lasts), QUARTERS, long), max_size=most
    )


def pool_with(taken: Collection[Slot], step: timedelta) -> Pool:
    """One bay, on which these stand as far as they do not overlap."""
    kept: list[Slot] = []
    for slot in taken:
        if not any(slot.overlaps(one) for one in kept):
            kept.append(slot)
    holds = tuple(make_hold(n, 1, slot, locked=True) for n, slot in enumerate(kept, start=1))
    rules = make_slot_rules(buffer=timedelta(0), step=step)
    return make_pool(make_connector(1), holds=holds, policy=make_policy(slots=rules))


def known_to(
    pool: Pool, free: FreeStarts, window: Slot, busy: Collection[Slot], asked: list[datetime]
) -> Slot | None:
    """As whoever looks asks it."""
    while True:
        found, unknown = free.first(window.start, window.end - HOUR, busy), free.unknown(window.end - HOUR)
        if found is not None or not unknown:
            return found
        assert len(unknown) <= AT_ONCE
        asked += unknown
        free.know(unknown, free_among(pool, HOUR, unknown))


@given(spans(6), spans(4), st.lists(QUARTERS, min_size=1, max_size=5), st.sampled_from((5, 15, 60)))
def test_each_is_given_the_first_that_could_be_booked_and_no_start_is_looked_at_twice(
    taken: list[Slot], busy: list[Slot], begins: list[timedelta], step: int
) -> None:
    pool, asked = pool_with(taken, step * MINUTE), list[datetime]()
    free = FreeStarts(HOUR, starts_in(pool, HOUR, DAY))
    for at in begins:
        window = Slot(START + at, min(START + at + 6 * HOUR, DAY.end))
        starts = [START + n * step * MINUTE for n in range(30 * 60 // step)]
        slots = [Slot(one, one + HOUR) for one in starts if window.start <= one <= window.end - HOUR]
        expected = next(
            (
                slot
                for slot in slots
                if answer_by(pool.policy, slot.start, pool.now)
                and is_bookable(pool, slot)
                and not any(slot.overlaps(one) for one in busy)
            ),
            None,
        )
        assert known_to(pool, free, window, busy, asked) == expected
    assert len(asked) == len(set(asked))


@given(st.lists(st.integers(60, 600).map(lambda count: START + count * MINUTE), max_size=5))
def test_where_any_instant_will_do_windows_are_served_from_where_they_begin(begins: list[datetime]) -> None:
    pool = pool_with((), timedelta(0))
    found = starts_in(pool, HOUR, DAY, begins)
    assert {*begins} <= {*found}
    assert found == sorted({*found})
    assert all((at - START) % (15 * MINUTE) == timedelta(0) for at in {*found} - {*begins})
