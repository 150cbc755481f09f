"""What an authenticator's counter says of it, and how many passkeys and links there are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import PasskeyCountsBack, SignInLinkOver, TooManyPasskeys
from domain.signing_in.links import (
    LINK_LASTS,
    MOST_A_DAY,
    MOST_AN_HOUR,
    MOST_BY_ONE_A_DAY,
    MOST_BY_ONE_AN_HOUR,
    MOST_IN_ALL,
    AskedBefore,
    check_link,
    may_be_sent,
)
from domain.signing_in.passkeys import MOST_PASSKEYS, check_adding, check_counter

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
COUNTS = st.integers(min_value=0, max_value=2**32 - 1)


@given(counts=st.lists(COUNTS.filter(bool), min_size=1, max_size=20, unique=True))
def test_one_that_counts_up_is_never_refused_and_a_copy_of_it_is(counts: list[int]) -> None:
    kept = 0
    for said in sorted(counts):
        check_counter(kept=kept, said=said)
        with pytest.raises(PasskeyCountsBack):
            check_counter(kept=said, said=said)
        kept = said


@given(kept=COUNTS, said=COUNTS)
def test_one_that_does_not_count_says_nothing_at_all_times(kept: int, said: int) -> None:
    """WebAuthn Level 2 §7.2, step 21."""
    if kept == said == 0 or said > kept:
        check_counter(kept=kept, said=said)
    else:
        with pytest.raises(PasskeyCountsBack):
            check_counter(kept=kept, said=said)


def test_there_is_room_for_so_many() -> None:
    check_adding(MOST_PASSKEYS - 1)
    with pytest.raises(TooManyPasskeys):
        check_adding(MOST_PASSKEYS)


ASKED = st.builds(
    AskedBefore,
    in_hour=st.integers(0, 2 * MOST_AN_HOUR),
    in_day=st.integers(0, 2 * MOST_A_DAY),
    by_one_in_hour=st.integers(0, 2 * MOST_BY_ONE_AN_HOUR),
    by_one_in_day=st.integers(0, 2 * MOST_BY_ONE_A_DAY),
    in_all=st.integers(0, 2 * MOST_IN_ALL),
)


@given(before=ASKED)
def test_a_link_is_sent_as_long_as_no_limit_is_reached(before: AskedBefore) -> None:
    in_all = before.in_hour < MOST_AN_HOUR and before.in_day < MOST_A_DAY and before.in_all < MOST_IN_ALL
    assert may_be_sent(before, known=True) == in_all
    if may_be_sent(before, known=False):
        assert in_all
        assert before.by_one_in_hour < MOST_BY_ONE_AN_HOUR
        assert before.by_one_in_day < MOST_BY_ONE_A_DAY


@given(networks=st.lists(st.integers(0, 5), max_size=60))
def test_whatever_strangers_ask_for_in_an_hour_is_left_for_who_was_here_before(networks: list[int]) -> None:
    sent: list[int] = []
    for one in networks:
        theirs = sent.count(one)
        before = AskedBefore(
            in_hour=len(sent),
            in_day=len(sent),
            by_one_in_hour=theirs,
            by_one_in_day=theirs,
            in_all=len(sent),
        )
        if may_be_sent(before, known=False):
            sent.append(one)
        assert may_be_sent(before, known=True)
    assert all(sent.count(one) <= MOST_BY_ONE_AN_HOUR for one in sent)


@given(age=st.timedeltas(timedelta(), 2 * LINK_LASTS), used=st.booleans(), sent=st.booleans())
def test_a_link_is_good_once_and_for_its_time(age: timedelta, used: bool, sent: bool) -> None:
    until = NOW - age + LINK_LASTS if sent else None
    used_at = NOW if used else None
    if sent and not used and age < LINK_LASTS:
        check_link(until=until, used_at=used_at, now=NOW)
    else:
        with pytest.raises(SignInLinkOver):
            check_link(until=until, used_at=used_at, now=NOW)
