"""Two guests exchange their slots: who might, on a day by chance, and whether it was both or none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random

from chaos.audit.evidence import Violation
from days.found import Found, wrong
from days.script import Deed, Visit
from days.truth import Swapped
from domain.facts.fact import code_of
from domain.facts.timeline import SlotSwapped
from domain.reservation.lifecycle import State

_IN_GOOD_TIME = (60.0, 75.0)
"""Minutes before either slot: later nobody swaps (`domain.reservation.swapping`)."""


def with_swap(random: Random, visits: Mapping[str, Visit], deeds: list[Deed]) -> list[Deed]:
    """Perhaps one offers theirs to another, both having booked before."""
    booked = {deed.who: deed for deed in deeds if deed.what == "book" and _is_kept(deed, deeds)}
    if random.random() < 0.5 or len(booked) < 2:
        return deeds
    one, other = sorted(random.sample(sorted(booked), 2))
    starts = [float(booked[name].how["start"]) for name in (one, other)]
    minute = round(min(starts) - random.uniform(*_IN_GOOD_TIME), 2)
    if visits[one].driver == visits[other].driver or starts[0] == starts[1] or minute < 1:
        return deeds
    before = [
        replace(deed, minute=min(deed.minute, round(minute - random.uniform(0.2, 1), 2)))
        if deed in (booked[one], booked[other])
        else deed
        for deed in deeds
    ]
    return [*before, Deed(minute=minute, what="swap", who=one, how={"other": other})]


def _is_kept(booking: Deed, deeds: list[Deed]) -> bool:
    """At the first site, paid at once, by one who comes for that slot alone."""
    theirs = [deed.what for deed in deeds if deed.who == booking.who]
    plain = booking.how["pays"] and not {"card", "site"} & booking.how.keys()
    return bool(plain) and theirs.count("book") == theirs.count("come") == 1


def a_swap_is_of_both_or_of_none(found: Found) -> Iterator[Violation]:
    """Each has what the other had, or nothing changed; as it was told, and right then."""
    for swap in found.truth.swaps:
        before, after = (swap.gives, swap.wants), (swap.wants, swap.gives)
        allowed = {True: [after], False: [before], None: [before, after]}[swap.done]
        if swap.held not in allowed:
            yield wrong("swapped_in_part", swap.giver, {"held": str(swap.held), "done": swap.done})


def both_live_on_by_what_they_swapped(found: Found) -> Iterator[Violation]:
    """Who was told by their relay, too, unless they had given the slot up before they heard."""
    for swap in found.truth.swaps:
        if not swap.done:
            continue
        for visit, slot in ((swap.taker, swap.gives), (swap.giver, swap.wants)):
            view = found.views[found.day.guests[visit].code]
            told = any(
                entry.code == code_of(SlotSwapped) and entry.parameters.get("start") == slot.start.isoformat()
                for entry in view.timeline
            )
            if not told and view.state != State.CANCELLED and _is_as_before(found, swap, visit):
                yield wrong("swap_unheard", visit, view.state)


def _is_as_before(found: Found, swap: Swapped, visit: str) -> bool:
    """Not moved by its driver meanwhile."""
    view = found.views[found.day.guests[visit].code]
    had = swap.gives if visit == swap.giver else swap.wants
    return view.slot_start == had.start


SWAPS: tuple[Callable[[Found], Iterator[Violation]], ...] = (
    a_swap_is_of_both_or_of_none,
    both_live_on_by_what_they_swapped,
)
