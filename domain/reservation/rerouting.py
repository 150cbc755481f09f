"""When a driver is moved, to what, and what they are still owed: the rules of a reroute. Their grace: `grace`."""

from datetime import datetime, timedelta

from domain.causes import Cause
from domain.charging.commands import CommandOutcome
from domain.charging.trouble import TroubleCause, blame, troubled
from domain.place.slots import Slot
from domain.reservation.device_hold import USELESS
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.terms.policy import Policy

CANDIDATES = 5
"""Connectors tried before the driver is told that nothing is free."""
STARTS = 2
"""Remote starts that a charger may reject before the driver is moved (the first may be a missing cable)."""


def start_is_hopeless(progress: Progress) -> bool:
    return progress.starts_rejected >= STARTS


def slot_still_owed(progress: Progress, policy: Policy, before: State, now: datetime) -> Slot:
    """What is left of the slot in state `before`; the time a present driver lost since the trouble is given back."""
    if now <= progress.slot.start:
        return progress.slot
    lost = timedelta(0)
    if before in (State.ARRIVED, State.CHARGING):
        there_from = max(progress.slot.start, progress.arrived_at or progress.slot.start)
        lost = troubled(there_from, now, progress.troubles_here)
    return Slot(now, max(progress.slot.end + lost, now + policy.slots.shortest))


def kept_from_charging(progress: Progress) -> Cause | None:
    """Of a driver who came and never charged by the slot's end: what of ours stands in the way; None: nothing.

    A single start that was refused may have been a missing cable: no fee is taken for it, and nothing is owed.
    """
    standing = progress.standing_troubles
    return blame(one for one in standing if one.cause is not TroubleCause.START_FAILED)


def is_locked_at_once(progress: Progress, policy: Policy, before: State, now: datetime) -> bool:
    """A slot that is still far away is locked when it is due, like any other."""
    return before is not State.CONFIRMED or now >= progress.slot.start - policy.lock_lead


def is_worth_moving_to(outcome: CommandOutcome) -> bool:
    """By the new charger's answer to ReserveNow. One that cannot hold, or does not answer, is better than none."""
    return outcome not in USELESS
