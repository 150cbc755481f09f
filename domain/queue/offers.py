"""How long an offer stands, until when an entry does, and what becomes of an entry that was not answered."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import (
    BookingFailed,
    BookingTooLate,
    NoAccess,
    PaymentProviderAway,
    SiteClosed,
    SlotUnavailable,
    SnoozesUsed,
    UnderMaintenance,
)
from domain.facts.refused_waiting import NoSnoozeLeft
from domain.terms.policy import Policy

COUNTED_FOR = timedelta(days=1)
"""So long an offer that came to nothing counts at its site, of whichever entry it was."""
IN_A_ROW = 3
"""After so many offers that were let pass one place is left to the public, until so many could have stood."""
SHORTEST_ANSWER = timedelta(minutes=2)
"""Who would have less time to answer is not asked, where the site's patience is not shorter still."""


_OURS = frozenset(
    {
        BookingFailed.code,
        BookingTooLate.code,
        NoAccess.code,
        PaymentProviderAway.code,
        SiteClosed.code,
        SlotUnavailable.code,
        UnderMaintenance.code,
    }
)


class EntryState(StrEnum):
    """`waiting` and `offered` and `accepted` are open."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    """Its reservation is being made, or paid."""
    BOOKED = "booked"
    """By its offer."""
    BOOKED_OTHERWISE = "booked_otherwise"
    """Its driver has a reservation of the site within the window that they did not get by the list."""
    LEFT = "left"
    DECLINED = "declined"
    REMOVED = "removed"
    """They let too many offers pass."""
    OVER = "over"
    """Nothing can be booked in its window any more."""


OPEN = (EntryState.WAITING, EntryState.OFFERED, EntryState.ACCEPTED)


def stands_until(policy: Policy, latest_start: datetime) -> datetime:
    """From here on no slot of the window can be offered: by then a driver is asked, has answered, and can still come.

    Never while the hold of an offer would be open to its driver, who has not booked it.
    """
    return latest_start - max(policy.slots.lead, policy.early_start)


def answer_by(policy: Policy, start: datetime, now: datetime) -> datetime | None:
    """Of an offer that is made `now`, of a slot that begins at `start`. None: it is too near to be offered.

    At most half of what is left: who comes next shall have the same chance.
    """
    patience = policy.waiting.patience
    left = stands_until(policy, start) - now
    stands = min(patience, left / 2)
    return now + stands if stands >= min(SHORTEST_ANSWER, patience) else None


def check_unused(policy: Policy, unused: int) -> None:
    """`unused`: offers of the site to one person that came to nothing within COUNTED_FOR: let pass, declined, or
    accepted and not paid for. By leaving and joining again nobody keeps a place from others. Raises SnoozesUsed.
    """
    most = policy.waiting.most_snoozes
    if unused > most:
        raise SnoozesUsed(NoSnoozeLeft(most=most))


def passing_counts_from(policy: Policy, now: datetime) -> datetime:
    return now - IN_A_ROW * policy.waiting.patience


def left_to_public(let_pass: int) -> int:
    """Places, after so many offers of a slot that were let pass since `passing_counts_from`."""
    return let_pass // IN_A_ROW


def is_ours(refused: str) -> bool:
    """`refused`: code of what refused an offer that was accepted; empty: it was not paid. It counts against nobody."""
    return refused in _OURS


def check_may_snooze(policy: Policy, let_pass: int) -> None:
    """`let_pass`: offers of the site that the person has let pass within COUNTED_FOR, by whichever entry. Raises
    SnoozesUsed.
    """
    if not snoozes_left(policy, let_pass):
        raise SnoozesUsed(NoSnoozeLeft(most=policy.waiting.most_snoozes))


def snoozes_left(policy: Policy, let_pass: int) -> int:
    """`let_pass`: as of `check_may_snooze`."""
    return max(0, policy.waiting.most_snoozes - let_pass)


def passed(policy: Policy, let_pass: int, now: datetime, until: datetime) -> tuple[EntryState, datetime]:
    """After an offer that somebody let pass, who had let pass so many before it (`check_may_snooze`); and when they are
    asked again.

    `until`: so long their entry stands.
    """
    if not snoozes_left(policy, let_pass):
        return EntryState.REMOVED, now
    return asked_again(policy, now, until)


def asked_again(policy: Policy, now: datetime, until: datetime) -> tuple[EntryState, datetime]:
    """After an offer that came to nothing: what becomes of the entry, which stands `until` then, and from when on its
    driver is asked again."""
    again = now + policy.waiting.snooze
    return (EntryState.WAITING, again) if again < until else (EntryState.OVER, now)
