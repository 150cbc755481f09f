"""Makes a failing day small: whatever can be left out, and the same kind of violation still comes, is left out."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

from days.living import Outcome
from days.script import Deed, Script

Live = Callable[[Script], Awaitable[Outcome]]


async def shrunk(failed: Outcome, live: Live, *, attempts: int, tried: Callable[[int, int], None]) -> Outcome:
    """At most so many days are lived for it. `tried` hears how many, and how many deeds are left."""
    smallest, used = failed, 0

    async def is_still_wrong(script: Script) -> bool:
        nonlocal smallest, used
        used += 1
        outcome = await live(script)
        tried(used, len(smallest.script.deeds))
        if outcome.kinds & failed.kinds:
            smallest = outcome
            return True
        return False

    progress = True
    while progress and used < attempts:
        progress = False
        for without in _candidates(smallest.script):
            if used >= attempts:
                break
            script = without(smallest.script)
            if script is not None and await is_still_wrong(script):
                progress = True
    return smallest


Without = Callable[[Script], Script | None]


def _candidates(script: Script) -> Iterator[Without]:
    """From the coarse to the fine: people, chargers' troubles in halves, single deeds, knobs, rules."""
    for who in script.visits:
        yield lambda now, who=who: _of_others(now, who)  # type: ignore[misc]
    size = len(script.deeds) // 2
    while size >= 1:
        for begin in range(0, len(script.deeds), size):
            part = script.deeds[begin : begin + size]
            yield lambda now, part=part: _without_deeds(now, part)  # type: ignore[misc]
        size //= 2
    for number, charger in enumerate(script.chargers):
        for knob in charger.knobs:
            yield lambda now, number=number, knob=knob: _without_knob(now, number, knob)  # type: ignore[misc]
    for rule in script.rules:
        yield lambda now, rule=rule: (  # type: ignore[misc]
            replace(now, rules={k: v for k, v in now.rules.items() if k != rule})
            if rule in now.rules
            else None
        )


def _of_others(script: Script, who: str) -> Script | None:
    left = tuple(deed for deed in script.deeds if deed.who != who)
    return script.with_deeds(left) if len(left) < len(script.deeds) else None


def _without_deeds(script: Script, part: Sequence[Deed]) -> Script | None:
    left = tuple(deed for deed in script.deeds if deed not in part)
    return script.with_deeds(left) if len(left) < len(script.deeds) else None


def _without_knob(script: Script, number: int, knob: str) -> Script | None:
    charger = script.chargers[number]
    if knob not in charger.knobs:
        return None
    plain = replace(charger, knobs={name: value for name, value in charger.knobs.items() if name != knob})
    return replace(script, chargers=(*script.chargers[:number], plain, *script.chargers[number + 1 :]))
