"""Berths, what serves one car at a time: connectors that share a bay, an EVSE or a power cable, joined to one."""

from collections.abc import Iterable


def joined(ids: Iterable[int], groups: Iterable[Iterable[int]]) -> dict[int, int]:
    """Each id → the smallest id that it is connected to through `groups`, which may overlap. Unknown ids do nothing."""
    berth = {each: each for each in ids}
    for group in groups:
        together = {berth[each] for each in group if each in berth}
        berth = {each: min(together) if root in together else root for each, root in berth.items()}
    return berth
