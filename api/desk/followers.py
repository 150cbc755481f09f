"""Who follows what changes, and how many more may: of all, of one, and of strangers together."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.desk.refusals import Overloaded, TooManyStreams
from domain.facts.refused_for_now import TooManyLooking, TooManyOwnStreams

_COME_BACK_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """`id`: the subject of who is signed in; of a stranger, what their browser keeps."""

    id: str = field(repr=False)
    is_stranger: bool = False


class Followers:
    """Strangers cost nothing to be many of: they never take what is left for who is signed in."""

    def __init__(self, *, most: int, most_of_one: int, most_strangers: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._most_strangers = most_strangers
        self._by_follower: Counter[Follower] = Counter()
        self._strangers = 0

    @property
    def total(self) -> int:
        return self._by_follower.total()

    def check(self, one: Follower) -> None:
        """May they follow one more? Raises Overloaded, and TooManyStreams of their own."""
        is_full = self.total >= self._most
        if is_full or (one.is_stranger and self._strangers >= self._most_strangers):
            raise Overloaded(TooManyLooking(), retry_after_s=_COME_BACK_S)
        if self._by_follower[one] >= self._most_of_one:
            raise TooManyStreams(TooManyOwnStreams(most=self._most_of_one))

    @contextmanager
    def with_one_more(self, one: Follower) -> Iterator[None]:
        self._count(one, 1)
        try:
            yield
        finally:
            self._count(one, -1)

    def _count(self, one: Follower, by: int) -> None:
        self._strangers += by * one.is_stranger
        self._by_follower[one] += by
        if not self._by_follower[one]:
            del self._by_follower[one]
