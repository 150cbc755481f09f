"""The energy of a transaction that tells no register, but what was taken in from one reading to the next. Pure.

Each such reading counts once, in the order of time, as far as the connector can have delivered it since the one before.
A register outranks them, whatever it shows; not one whose beginning and end both say zero while three of them do not.
"""

from collections.abc import Iterable

from domain.charging.meter_bounds import AGREE
from domain.charging.readings import Basis, Discarded, Limits, Metered, Part, Reading, Told, Why


def outrank(intervals: Iterable[Reading], found: Metered) -> bool:
    """Are they billed although `found` was made of a register?"""
    if found.basis is Basis.NOTHING:
        return True
    bounds = (found.begin, found.end)
    if found.energy_wh or any(one is None or one.wh for one in bounds):
        return False
    return sum(one.wh > 0 for one in intervals) >= AGREE


def summed(intervals: Iterable[Reading], limits: Limits) -> Metered:
    """What they come to. The same for every order of arrival, and for readings that came twice."""
    ordered = sorted(intervals, key=lambda one: one.order[1:])
    named = [one for one in ordered if one.told is not Told.CONNECTOR] or ordered
    own = [one for one in named if not one.location] or named
    others = [one for one in ordered if one not in own]
    discarded = [Discarded(reading=one, why=Why.OTHER_REGISTER) for one in others]
    counted: list[Reading] = []
    last_at = limits.started_at
    for one in own:
        why = _why_not(one, counted, limits)
        most = None if last_at is None else limits.deliverable_wh(one.at - last_at)
        if why is None and most is not None and one.wh > most:
            why = Why.IMPLAUSIBLE
        if why is not None:
            discarded.append(Discarded(reading=one, why=why))
            continue
        counted.append(one)
        last_at = one.at
    if not counted:
        return Metered(energy_wh=0, basis=Basis.NOTHING, discarded=tuple(discarded))
    energy = sum(one.wh for one in counted)
    return Metered(
        energy_wh=energy,
        basis=Basis.INTERVALS,
        parts=(Part(begin=counted[0], end=counted[-1], energy_wh=energy),),
        discarded=tuple(discarded),
    )


def _why_not(one: Reading, counted: list[Reading], limits: Limits) -> Why | None:
    if one.wh < 0:
        return Why.NEGATIVE
    if limits.started_at is not None and one.at <= limits.started_at:
        # Taken in before the transaction.
        return Why.OTHER_REGISTER
    if limits.ended_at is not None and one.at > limits.ended_at:
        return Why.AFTER_END
    # Of two that end at the same time the lower comes first.
    return Why.OUTRANKED if counted and counted[-1].at == one.at else None
