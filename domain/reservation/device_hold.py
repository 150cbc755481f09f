"""The hold on the charger: what we know of it, and how much its answers let us promise.

It is a cache of ours (docs/decisions/0006). When it is pushed: `device_pushes`.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.charging.commands import CommandOutcome
from domain.charging.enforcement import EnforcementLevel

OUT_OF_ORDER = frozenset({CommandOutcome.FAULTED, CommandOutcome.UNAVAILABLE})
"""Answers to ReserveNow that speak of the connector, not of the hold."""
USELESS = OUT_OF_ORDER | {CommandOutcome.OCCUPIED}
"""A driver is not moved to a connector that answers so."""


@dataclass(slots=True, kw_only=True)
class DeviceHold:
    """`held`: the charger accepted ReserveNow and nothing has been heard to the contrary."""

    held: bool = False
    answered_at: datetime | None = None
    """When the charger last answered a ReserveNow: a status from before says nothing about that hold."""
    pushed_again: int = 0
    called_broken: bool = False
    """By its last answer the connector is broken, and nothing else has been heard of that."""

    def sending(self) -> None:
        """A new ReserveNow replaces whatever the charger holds."""
        self.held = False

    def answered(self, outcome: CommandOutcome, at: datetime) -> None:
        """NO_RESPONSE may have been taken: it counts as held until something says otherwise."""
        self.held = outcome.may_take_effect
        self.called_broken = outcome in OUT_OF_ORDER
        self.answered_at = at

    def lost(self) -> None:
        """Pushed again for a loss."""
        self.pushed_again += 1

    def gone(self) -> None:
        """Given back, consumed, forgotten in a boot, or expected no more."""
        self.held = False

    def is_doubted_by(self, status_at: datetime) -> bool:
        """Does an Available from `status_at` mean that it was never taken? A hold that stands is not doubted for it."""
        return not self.held and (self.answered_at is None or status_at > self.answered_at)


def promised(
    outcome: CommandOutcome, *, held: EnforcementLevel, not_held: EnforcementLevel
) -> EnforcementLevel:
    """What may be promised after this answer. `held`, `not_held`: by the charger's capability record."""
    if outcome is CommandOutcome.NOT_CONNECTED:
        return EnforcementLevel.SOFT  # a charger that is offline may start without asking us
    return held if outcome is CommandOutcome.ACCEPTED else not_held
