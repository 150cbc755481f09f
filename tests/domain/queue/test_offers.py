"""How long an offer stands, until when an entry does, and what may be waited for."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import EnergyBeyondSlot, SlotInvalid, SnoozesUsed, WaitingWishUnusable
from domain.place.energy import EnergyWanted
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.queue.offers import (
    SHORTEST_ANSWER,
    EntryState,
    answer_by,
    check_may_snooze,
    check_unused,
    is_ours,
    left_to_public,
    passed,
    snoozes_left,
    stands_until,
)
from domain.queue.wish import LONGEST_WINDOW, Lasts, check_wish, lasts_of, offer_code
from domain.terms.policy import Policy, SlotLengths
from domain.terms.waiting import WaitingRules
from tests.factories import NOON, make_policy, make_slot, make_slot_rules

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MINUTES = st.integers(0, 600).map(lambda count: count * MINUTE)


@given(st.integers(1, 1440).map(lambda count: count * MINUTE), MINUTES, MINUTES, st.integers(-60, 2000))
def test_an_offer_stands_no_longer_than_the_patience_and_never_until_its_hold_opens(
    patience: timedelta, lead: timedelta, early: timedelta, minutes: int
) -> None:
    policy = make_policy(
        slots=make_slot_rules(lead=lead), early_start=early, waiting=WaitingRules(patience=patience)
    )
    start = NOON + minutes * MINUTE
    until, last = answer_by(policy, start, NOON), stands_until(policy, start)
    assert last <= start - lead
    assert last <= start - early
    if until is None:
        assert last - NOON < 2 * min(patience, SHORTEST_ANSWER)
        return
    assert NOON + min(patience, SHORTEST_ANSWER) <= until <= NOON + patience
    assert until - NOON <= (last - NOON) / 2, "the next one shall have time, too"


def test_who_lets_offers_pass_keeps_their_place_so_often_as_the_site_says() -> None:
    policy = make_policy(waiting=WaitingRules(most_snoozes=2, snooze=5 * MINUTE))
    again, until = NOON + 5 * MINUTE, NOON + 6 * MINUTE
    assert [passed(policy, count, NOON, until) for count in range(3)] == [
        (EntryState.WAITING, again),
        (EntryState.WAITING, again),
        (EntryState.REMOVED, NOON),
    ]


def test_who_could_not_be_asked_again_in_time_waits_no_longer() -> None:
    policy = make_policy(waiting=WaitingRules(most_snoozes=2, snooze=5 * MINUTE))
    assert passed(policy, 0, NOON, NOON + 5 * MINUTE) == (EntryState.OVER, NOON)


def test_what_can_never_be_offered_is_not_waited_for() -> None:
    policy, lasts = make_policy(), Lasts(by_pool={"dc": HOUR})
    window = make_slot(0, 180)
    assert check_wish(window, lasts, policy, NOON) == NOON + 2 * HOUR - policy.early_start
    for wrong in (make_slot(0, 45), Slot(NOON, NOON + LONGEST_WINDOW + MINUTE), make_slot(-120, 60)):
        with pytest.raises(WaitingWishUnusable):
            check_wish(wrong, lasts, policy, NOON)


def test_a_slot_is_as_long_as_each_pool_needs_and_only_where_slots_may_be_so_long() -> None:
    fast = pool("fast", 150_000)
    slow = pool("slow", 22_000)
    rules = make_slot_rules(pools=(SlotLengths(pool_id="slow", longest=30 * MINUTE),))
    assert lasts_of([fast, slow], rules, HOUR, None).by_pool == {"fast": HOUR}
    plain = make_slot_rules()
    energy = EnergyWanted(energy_wh=44_000)
    found = lasts_of([fast, slow], plain, None, energy)
    assert found.by_pool == {"fast": 30 * MINUTE, "slow": 2 * HOUR}
    assert found.shortest == 30 * MINUTE
    with pytest.raises(SlotInvalid):
        lasts_of([fast, slow], plain, 9 * HOUR, None)
    with pytest.raises(EnergyBeyondSlot):
        lasts_of([slow], plain, None, EnergyWanted(energy_wh=900_000))


def test_each_offer_has_a_code_of_its_own_and_the_same_at_each_attempt() -> None:
    codes = {offer_code("anna", entry, count) for entry in ("w-1", "w-2") for count in (1, 2)}
    assert len(codes) == 4
    assert offer_code("anna", "w-1", 1) in codes
    assert offer_code("ben", "w-1", 1) not in codes


def pool(pool_id: str, power_w: int) -> PoolFacts:
    return PoolFacts(
        id=pool_id,
        site_id="north",
        name=pool_id,
        connector_type="IEC_62196_T2_COMBO",
        power_w=power_w,
        walk_in_connectors=0,
    )


@given(st.integers(0, 10), st.integers(0, 12))
def test_as_many_offers_may_come_to_nothing_as_may_be_let_pass_and_the_one_for_which_they_leave(
    most: int, unused: int
) -> None:
    policy = make_policy(waiting=WaitingRules(most_snoozes=most))
    if unused <= most:
        check_unused(policy, unused)
        return
    with pytest.raises(SnoozesUsed):
        check_unused(policy, unused)


@given(st.integers(0, 4), st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=20))
def test_nobody_lets_more_offers_pass_by_several_entries_than_by_one(
    most: int, answers: list[tuple[int, bool]]
) -> None:
    """`answers`: by which of their entries they are asked, and do they say a word or nothing at all?"""
    policy = make_policy(waiting=WaitingRules(most_snoozes=most))
    waiting, let_pass = {0, 1, 2}, 0
    for entry, says_so in answers:
        if entry not in waiting or not may_be_asked(policy, let_pass):
            continue
        assert snoozes_left(policy, let_pass) == max(0, most - let_pass)
        if says_so and let_pass >= most:
            with pytest.raises(SnoozesUsed):
                check_may_snooze(policy, let_pass)
            continue
        if says_so:
            check_may_snooze(policy, let_pass)
        state, _ = passed(policy, let_pass, NOON, NOON + HOUR)
        let_pass += 1
        if state is EntryState.REMOVED:
            waiting.discard(entry)
    assert let_pass <= most + 1
    assert len(waiting) >= 2, "only the entry ends for which nothing is left"


def may_be_asked(policy: Policy, unused: int) -> bool:
    try:
        check_unused(policy, unused)
    except SnoozesUsed:
        return False
    return True


@pytest.mark.parametrize(
    ("refused", "ours"),
    [("", False), ("payment_declined", False), ("debts_open", False)]
    + [(code, True) for code in ("booking_too_late", "booking_failed", "under_maintenance", "site_closed")],
)
def test_what_came_to_nothing_by_us_counts_against_nobody(refused: str, *, ours: bool) -> None:
    assert is_ours(refused) is ours


def test_the_more_are_let_pass_the_more_places_are_left_to_the_public() -> None:
    assert [left_to_public(count) for count in (0, 2, 3, 5, 6)] == [0, 0, 1, 1, 2]
