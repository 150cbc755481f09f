"""Who has just shown who they are: a little while, and never without anybody saying when."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.signing_in.freshness import FRESH_FOR, is_fresh
from tests.factories import NOON


@given(st.timedeltas(min_value=-timedelta(days=400), max_value=timedelta(days=400)))
def test_it_lasts_for_a_little_while(ago: timedelta) -> None:
    assert is_fresh(NOON - ago, NOON) == (ago < FRESH_FOR)


@given(st.datetimes(timezones=st.just(NOON.tzinfo)))
def test_what_nobody_says_is_not_so(now: datetime) -> None:
    assert not is_fresh(None, now)
