"""A reservation whose workflow is gone: how its story ends, and what becomes of a session that goes on.

A story that was not over ends by our failure: no fee of ours, and what was delivered is paid. Nobody ends its session:
- A story that was not over: the slot stays the driver's until it ends. Then, where the site stops sessions at the
  slot's end, the charger is asked to stop it; elsewhere it goes on until they leave. Nobody makes the slot longer.
- A story that was over: the charger is asked to stop it at once, as the workflow would have.

It is settled when it has ended. Where no end comes within some time, it is settled as far as the charger has told, and
what is told later is a follow-up.
"""

from copy import deepcopy
from datetime import datetime, timedelta
from enum import StrEnum

from domain.causes import Cause
from domain.reservation.lifecycle import HOLDING, State
from domain.reservation.progress import Progress
from domain.terms.policy import AtSlotEnd, Policy

STOPPED_WITHIN = timedelta(minutes=5)
"""After the first time that the charger was asked."""
LEFT_WITHIN = timedelta(hours=6)
"""After the slot."""


def left_alone(progress: Progress, at: datetime) -> Progress:
    """As it is to be settled, if the workflow was gone `at` that instant. `progress` stays as it is."""
    if progress.is_over or not (progress.state in HOLDING or progress.state is State.NO_SHOW):
        return progress
    ended = deepcopy(progress)
    ended.cancelled(at, Cause.SYSTEM)
    ended.ended_by = Cause.SYSTEM  # of a no-show, too
    return ended


class Meanwhile(StrEnum):
    """What is done about the session before its reservation is settled."""

    WAIT = "wait"
    STOP = "stop"
    """Ask the charger, and wait."""
    SETTLE = "settle"
    """Wait no longer."""


def meanwhile(progress: Progress, policy: Policy, *, found_at: datetime, now: datetime) -> Meanwhile:
    """`progress`: as it is to be settled. `found_at`: when the workflow was found to be gone."""
    stops = progress.is_over or policy.at_slot_end is AtSlotEnd.STOP
    until = found_at if progress.is_over else max(progress.stay_ends, found_at)
    if now < until:
        return Meanwhile.WAIT
    if now >= until + (STOPPED_WITHIN if stops else LEFT_WITHIN):
        return Meanwhile.SETTLE
    return Meanwhile.STOP if stops else Meanwhile.WAIT
