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
KEPT_AN_HOUR, KEPT_A_DAY, KEPT_IN_ALL = 1, 3, 50
"""Of these, for browsers that somebody was signed in with by the address before: strangers do not use it up."""
MOST_BY_ONE_AN_HOUR, MOST_BY_ONE_A_DAY = 3, 4
"""To one address, of strangers in one network: nor do they use up what is others'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBefore:
    """How many links were to be sent: to the address within an hour and a day; of these to strangers in the network
    that asks now; and to anybody within an hour.
    """

    in_hour: int
    in_day: int
    by_one_in_hour: int
    by_one_in_day: int
    in_all: int


def may_be_sent(before: AskedBefore, *, known: bool) -> bool:
    """Who asked is told the same either way: else they would learn that there is such an address. `known`: the browser
    that asks was signed in by that address before.
    """
    hour, day, everybody = (0, 0, 0) if known else (KEPT_AN_HOUR, KEPT_A_DAY, KEPT_IN_ALL)
    left = (
        before.in_hour < MOST_AN_HOUR - hour
        and before.in_day < MOST_A_DAY - day
        and before.in_all < MOST_IN_ALL - everybody
    )
    by_one = before.by_one_in_hour < MOST_BY_ONE_AN_HOUR and before.by_one_in_day < MOST_BY_ONE_A_DAY
    return left and (known or by_one)


def check_link(*, until: datetime | None, used_at: datetime | None, now: datetime) -> None:
    """`until` None: it was never sent. Raises SignInLinkOver."""
    if until is None or until <= now or used_at is not None:
        raise SignInLinkOver(LinkOver())
