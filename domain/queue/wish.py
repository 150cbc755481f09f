"""What somebody waits for, and whether that may be waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import SlotInvalid, WaitingWishUnusable
from domain.facts.refused_waiting import NothingLeftToWaitFor, OneBayAtATime, WindowTooLong, WindowTooShort
from domain.place.energy import EnergyWanted, for_each_of
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, check_length
from domain.queue.offers import answer_by, stands_until
from domain.reservation.code import reservation_code
from domain.terms.policy import Policy, SlotRules

LONGEST_WINDOW = timedelta(days=1)
MOST_AT_SITE = 500
"""Open entries of one site."""
_SEPARATOR = "\x1f"
"""Cannot occur in a caller's Idempotency-Key, by which other codes are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasts:
    """How long the slot is, by pool: more than one length where what is asked for is energy."""

    by_pool: Mapping[str, timedelta]

    @property
    def shortest(self) -> timedelta:
        return min(self.by_pool.values())


def check_bays(bays: int) -> None:
    """`bays`: wanted together. Until as many are free at once, keeping what is free already would take it from those
    who wait for one; so nobody waits for more. Raises WaitingWishUnusable.
    """
    if bays > 1:
        raise WaitingWishUnusable(OneBayAtATime(bays=bays))


def check_wish(window: Slot, lasts: Lasts, policy: Policy, now: datetime) -> datetime:
    """Until when the entry stands. Raises WaitingWishUnusable."""
    if window.length > LONGEST_WINDOW:
        raise WaitingWishUnusable(WindowTooLong(longest=LONGEST_WINDOW))
    if window.length < lasts.shortest:
        raise WaitingWishUnusable(WindowTooShort(length=lasts.shortest))
    latest = window.end - lasts.shortest
    if answer_by(policy, latest, now) is None:
        raise WaitingWishUnusable(NothingLeftToWaitFor(until=stands_until(policy, latest)))
    return stands_until(policy, latest)


def offer_code(account: str, entry_id: str, round_: int) -> str:
    """Of the reservation that the entry's offer becomes: each offer's own, the same at each attempt to make it."""
    return reservation_code(account, _SEPARATOR.join(("waiting-list", entry_id, str(round_))))


def lasts_of(
    pools: Sequence[PoolFacts], slots: SlotRules, length: timedelta | None, energy: EnergyWanted | None
) -> Lasts:
    """In those of `pools` whose slots may be so long. Raises SlotInvalid, EnergyBeyondSlot where there are none."""
    rules = {pool.id: slots.of(pool.id) for pool in pools}
    if energy is not None:
        return Lasts(by_pool={id_: one.length for id_, one in for_each_of(energy, pools, rules).items()})
    length = length or timedelta(0)
    fitting = [id_ for id_, own in rules.items() if _takes(length, own)]
    if not fitting:
        check_length(length, slots.of(pools[0].id))
    return Lasts(by_pool=dict.fromkeys(fitting, length))


def _takes(length: timedelta, rules: SlotRules) -> bool:
    try:
        check_length(length, rules)
    except SlotInvalid:
        return False
    return True
