"""In which pools a slot may be as long as it is: some have lengths of their own, as bays for lorries."""

from collections.abc import Sequence

from domain.place.pool import Pool
from domain.place.slots import Slot, check_slot, takes


def taking(pools: Sequence[Pool], slot: Slot, *, on_the_spot: bool = False) -> list[Pool]:
    """Those whose rules allow it, in their order. Raises SlotInvalid where none's do."""
    found = [
        pool for pool in pools if takes(pool.policy.slots, slot, pool.facts.zone, on_the_spot=on_the_spot)
    ]
    if not found:
        first = pools[0]
        check_slot(slot, first.policy.slots, first.now, first.facts.zone, on_the_spot=on_the_spot)
    return found
