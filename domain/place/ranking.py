"""In which order places are offered instead of a wanted one, and which of many: one rule for whoever was refused, for
changes that are refused, for who loses their place, and for groups.

What differs between them is who is a candidate: who loses a place is given none that is less than was booked
(`equal_or_better` of `replacing`), who was refused may take one. The order is the same for all:

1. what can be booked at once, before what is kept for others until later;
2. the time nearest to the wanted one, of two the earlier;
3. the wanted site, then the one that is the least out of the way (`away`);
4. the wanted plug;
5. the wanted pool;
6. power: enough of it, and no more than needed; where none is enough, the most;
7. the lower price, then what is kept more likely, then the name.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot

Place = TypeVar("Place")
Nearness = tuple[timedelta, datetime, bool, int]
Rank = tuple[bool, Nearness, bool, bool, bool, int, int, float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What was wanted, or is lost. None: whichever; of `power_w`: the more the better.

    `away`: metres, by other site: of the detour where the driver's route is known, else from the wanted one.
    """

    slot: Slot
    site_id: str
    pool_id: str | None = None
    plug: str | None = None
    power_w: int | None = None
    away: Mapping[str, int] = field(default_factory=dict)

    def nearness(self, site_id: str, slot: Slot) -> Nearness:
        """How near it is in time and place: what comes before the rest of `rank`. `site_id`: the wanted one, or one of
        `away`.
        """
        at_home = site_id == self.site_id
        off = abs(slot.start - self.slot.start)
        return off, slot.start, not at_home, 0 if at_home else self.away[site_id]

    def rank(
        self,
        facts: PoolFacts,
        slot: Slot,
        *,
        opens: datetime | None = None,
        price: int = 0,
        kept: float = 0.0,
    ) -> Rank:
        """Sorts the best first. `opens`: it can be booked then only. `price`: in minor units, more than as wanted;
        `kept`: how likely it is, 0 to 1; both are the same for all, where they are not known.
        """
        enough = self.power_w is not None and facts.power_w >= self.power_w
        return (
            opens is not None,
            self.nearness(facts.site_id, slot),
            self.plug not in (None, facts.connector_type),
            self.pool_id not in (None, facts.id),
            not enough,
            facts.power_w if enough else -facts.power_w,
            price,
            -kept,
            facts.id,
        )

    def ranked(self, pools: Iterable[PoolFacts]) -> list[PoolFacts]:
        """For the wanted time, best first."""
        return sorted(pools, key=lambda pool: self.rank(pool, self.slot))


def in_turns(ranked: Iterable[Place], kind: Callable[[Place], Hashable]) -> Iterator[Place]:
    """The best of each kind, then the second of each, and so on: who takes the first few has of each kind what there
    is, so that many of one leave room for another way out.
    """
    seen: dict[Hashable, int] = {}
    turns: list[tuple[int, Place]] = []
    for one in ranked:
        turn = seen[kind(one)] = seen.get(kind(one), 0) + 1
        turns.append((turn, one))
    return (one for _, one in sorted(turns, key=lambda each: each[0]))
