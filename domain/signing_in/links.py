"""Links that sign in whoever reads the mail they are in: how long they last, and how many are sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import SignInLinkOver
from domain.facts.refused_signing_in import LinkOver

LINK_LASTS = timedelta(minutes=15)
"""From when it is sent."""
SENT_WITHIN = timedelta(hours=1)
"""Who asked longer ago does not wait for it any more."""
MOST_AN_HOUR = 5
MOST_A_DAY = 10
"""To one address."""
MOST_IN_ALL = 300
"""In an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBefore:
    """How many links were to be sent: to the address within an hour and a day, and to anybody within an hour."""

    in_hour: int
    in_day: int
    in_all: int


def may_be_sent(before: AskedBefore) -> bool:
    """Who asked is told the same either way: else they would learn that there is such an address."""
    return before.in_hour < MOST_AN_HOUR and before.in_day < MOST_A_DAY and before.in_all < MOST_IN_ALL


def check_link(*, until: datetime | None, used_at: datetime | None, now: datetime) -> None:
    """`until` None: it was never sent. Raises SignInLinkOver."""
    if until is None or until <= now or used_at is not None:
        raise SignInLinkOver(LinkOver())
