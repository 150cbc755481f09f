"""A driver who was there, was kept off by us or cut short, and left: what of the slot they lost, and that it costs them
no fee.

Kept off: they came and never charged, while the bay was broken, silent or taken. Cut short: their session ended because
the charger failed while the vehicle still took energy, none began after it, and they left before the slot's end.
Lost is the time of the trouble that they met, from when it kept them until it ended, or the slot did: when they leave
changes nothing. A flicker (`policy.fault_debounce`) is no loss. Nor is a start that was refused: it may have been a
missing cable.

Where nothing else is free the reservation ends UNFULFILLED, and the policy's compensation is given as a whole
(`compensation`). From who left before that no fee is taken for booking, cancelling or the session;
what was delivered is paid.
"""

from datetime import datetime, timedelta

from domain.causes import Cause
from domain.charging.trouble import BROKEN, Trouble, TroubleCause, blame, troubled
from domain.reservation.progress import Progress
from domain.terms.policy import Policy

_KEEPS_OFF = BROKEN | {TroubleCause.SILENT, TroubleCause.OCCUPIED}


def kept_off_by(progress: Progress, policy: Policy) -> Cause | None:
    """None: they were not, or not for longer than a flicker."""
    if lost_to_us(progress) <= policy.fault_debounce:
        return None
    return blame(_met(progress)) or Cause.SYSTEM


def lost_to_us(progress: Progress) -> timedelta:
    since = _since(progress)
    if since is None:
        return timedelta(0)
    return troubled(max(since, progress.slot.start), progress.slot.end, _met(progress))


def _since(progress: Progress) -> datetime | None:
    """From when what we failed at kept them; None: it did not."""
    if progress.ended_by is not None and progress.ended_by.is_operators:
        return None
    if progress.transaction_started_at is None:
        return progress.arrived_at
    left = progress.departed_at
    was_cut = progress.cut_short and left is not None and left < progress.slot.end
    return progress.transaction_ended_at if was_cut else None


def _met(progress: Progress) -> list[Trouble]:
    """Before they left. A stop for trouble that nobody told of otherwise lasted while they were there."""
    left = progress.departed_at or progress.cancelled_at or progress.slot.end
    # With the session of the slot before: a charger that is silent goes on charging.
    silent = {TroubleCause.SILENT} if progress.there_since_before else set()
    met = [one for one in progress.troubles_here if one.cause in _KEEPS_OFF - silent and one.began_at <= left]
    ended, place = progress.transaction_ended_at, progress.assignment
    if progress.cut_short and ended is not None and place is not None:
        met.append(
            Trouble(
                cause=TroubleCause.FAULT,
                charger_id=place.charger_id,
                connector_number=place.connector_number,
                began_at=ended,
                noticed_at=ended,
                ended_at=max(ended, left),
            )
        )
    return met
