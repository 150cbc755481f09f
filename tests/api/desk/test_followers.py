"""How many may follow what changes: strangers never take what is left for who is signed in."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.desk.followers import Follower, Followers
from api.desk.refusals import Overloaded, TooManyStreams

MOST, MOST_STRANGERS, MOST_OF_ONE = 6, 3, 2
_WHO = st.builds(Follower, id=st.sampled_from("abcdefgh"), is_stranger=st.booleans())


def few() -> Followers:
    return Followers(most=MOST, most_of_one=MOST_OF_ONE, most_strangers=MOST_STRANGERS)


@given(st.lists(_WHO, max_size=20))
def test_whoever_comes_there_is_room_for_who_is_signed_in_and_none_beyond_the_whole(
    who: list[Follower],
) -> None:
    followers, let_in = few(), list[Follower]()
    with ExitStack() as present:
        for one in who:
            strangers = sum(each.is_stranger for each in let_in)
            is_full = len(let_in) == MOST or (one.is_stranger and strangers == MOST_STRANGERS)
            try:
                followers.check(one)
            except Overloaded:
                assert is_full
            except TooManyStreams:
                assert not is_full
                assert let_in.count(one) == MOST_OF_ONE
            else:
                assert not is_full
                assert let_in.count(one) < MOST_OF_ONE
                present.enter_context(followers.with_one_more(one))
                let_in.append(one)
            assert followers.total == len(let_in)
    assert followers.total == 0


def test_who_goes_leaves_room_also_for_another_stranger() -> None:
    followers = few()
    with ExitStack() as present:
        for n in range(MOST_STRANGERS):
            present.enter_context(followers.with_one_more(Follower(id=str(n), is_stranger=True)))
        with pytest.raises(Overloaded):
            followers.check(Follower(id="new", is_stranger=True))
        followers.check(Follower(id="new"))
    followers.check(Follower(id="new", is_stranger=True))
