"""Which vendors' quirks a day has met: a profile that nothing brings out proves nothing."""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, replace

from days.script import ChargerPlan
from simulator.charge_point.messages import Message
from simulator.vendors import VENDORS, Memory, Said, Vendor, Version, vendor
from simulator.vendors.vendor import Habit

CLOCK_AHEAD, CLOCK_BEHIND = "a clock ahead", "a clock behind"
ALL = (*sorted(VENDORS), CLOCK_AHEAD, CLOCK_BEHIND)
_OF_HOLDS = frozenset({"ReserveNow"})


@dataclass(slots=True)
class Met:
    """Of one charger. `odd`: messages that its vendor's profile has changed. `asked`: what it was asked, by action."""

    odd: int = 0
    asked: Counter[str] = field(default_factory=Counter)

    def hears(self, message: Message) -> None:
        if message.direction == "in" and message.kind == "call":
            self.asked[message.action] += 1

    def quirks(self, plan: ChargerPlan, lost: int) -> Counter[str]:
        """How often, by name. `lost`: transactions that it forgot."""
        met: Counter[str] = Counter()
        if plan.vendor:
            met[plan.vendor] = self.odd + self._by_conduct(plan.vendor, lost)
        if plan.clock_h:
            met[CLOCK_AHEAD if plan.clock_h > 0 else CLOCK_BEHIND] = 1
        return +met

    def _by_conduct(self, name: str, lost: int) -> int:
        """Where it shows in what the charger does."""
        conduct = vendor(name).conduct
        asked = sum(self.asked[action] for action in conduct.refuses or _OF_HOLDS)
        of_holds = conduct.refuses or conduct.lets_anybody_in or conduct.keeps_reserved_to_itself
        return (
            int(conduct.slash_at_the_end)
            + (asked if of_holds else 0)
            + (lost if conduct.forgets_transactions else 0)
        )


def watched(name: str, met: Met) -> Vendor:
    """The profile of this name, which tells of each message that it has changed."""
    profile = vendor(name)
    return replace(profile, habits=tuple(_watched(habit, met) for habit in profile.habits))


def _watched(habit: Habit, met: Met) -> Habit:
    def speak(version: Version, said: Said, memory: Memory) -> list[Said]:
        meant = deepcopy(said)
        spoken = habit(version, said, memory)
        met.odd += spoken != [meant]
        return spoken

    return speak


def told(met: Counter[str]) -> str:
    """The line that says which were met how often, and which never."""
    often = ", ".join(f"{name} {met[name]}" for name in ALL if met[name])
    never = ", ".join(name for name in ALL if not met[name])
    return f"quirks met: {often or 'none'}" + (f"; never: {never}" if never else "")
