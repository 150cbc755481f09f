"""What a hold asks of a pool: a window, and which connectors may be given; how near a start is decides that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Which connectors may be given, whatever is promised on them.

    `ids`: in the pool's order, which decides between equals; of those, `doubtful` only if no
    other is free, then `scarce`, at bays that others need more.
    `refusal_if_none`: told when there are none. `serving`: where other holds may be moved to. `limit`: how many
    berths the pool may carry holds on at once, None: the walk-in share does not apply.
    """

    ids: Sequence[int]
    serving: Sequence[int]
    limit: int | None
    refusal_if_none: NoPlaceReason
    doubtful: frozenset[int] = frozenset()
    scarce: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What candidates come to: berths that `serve`, whether each of them is wanted, and whether there are no others."""

    serving: frozenset[int]
    all_wanted: bool
    all_serve: bool


def reach_of(candidates: Candidates, berth_of: Mapping[int, int]) -> Reach:
    """`berth_of`: connector id → berth, of the whole pool."""
    serving = frozenset(berth_of[c] for c in candidates.serving)
    return Reach(
        serving=serving,
        all_wanted=len({berth_of[c] for c in candidates.ids}) >= len(serving),
        all_serve=len(serving) == len({*berth_of.values()}),
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """A hold in search of a connector: one of `candidates`, for `window` (slot and turnover buffer)."""

    window: Slot
    candidates: Candidates


class Nearness(NamedTuple):
    """How near a start is: all that who may serve depends on. `begun`: now or before; `soon`: within the lock lead;
    `watched`: within the fault watch.
    """

    begun: bool
    soon: bool
    watched: bool
