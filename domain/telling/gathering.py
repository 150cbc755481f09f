"""When a notice is told, with which others, and which are not told any more.

Of what one person has still to be told, all goes together as soon as one of it is due. What is held back for quiet
hours does not go along. What a later notice made untrue before it was told, is not told.

What was decided may be sent hours later only, when the mail server is back: then it is asked again what of it is true,
and whether this is an hour for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.telling.channels import READ_BY_THEIR_OWNER, Channel
from domain.telling.preferences import Preferences
from domain.telling.untrue import made_untrue
from domain.telling.urgency import GATHERED_FOR, OF_SIGNING_IN, URGENCIES, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """`id`: of the notice, in the order in which they were written. `code`: of URGENCIES. `subject`: the reservation,
    or the offer; empty: none.
    """

    id: int
    code: str
    subject: str
    at: datetime

    @property
    def urgency(self) -> Urgency:
        return URGENCIES[self.code]

    def goes_by(self, channel: Channel, preferences: Preferences) -> bool:
        """Who sits at somebody else's browser does not choose that its owner learns nothing of it."""
        return preferences.goes_by(channel, self.urgency) or (
            self.code in OF_SIGNING_IN and channel in READ_BY_THEIR_OWNER
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """`told`: ids that go now, by channel; a channel that nothing goes by is not there. `over`: all that nobody has to
    look at again, whether it goes by some channel or none. `untrue`: of these, which one made it so. `waits`: when
    each of the others is looked at next.
    """

    told: Mapping[Channel, tuple[int, ...]]
    over: frozenset[int]
    untrue: Mapping[int, int]
    waits: Mapping[int, datetime]


def gathered(
    untold: Iterable[Untold],
    preferences: Preferences,
    reached: frozenset[Channel],
    now: datetime,
    waits: Mapping[Urgency, timedelta] = GATHERED_FOR,
) -> Gathered:
    """What becomes of all that one person has not been told by `now`. `reached`: channels by which they can be.
    `waits`: how long a notice waits for others.
    """
    in_order = sorted(untold, key=lambda one: one.id)
    untrue = untrue_among(in_order)
    left = [one for one in in_order if one.id not in untrue]
    due = {one.id: preferences.told_at(one.urgency, one.at + waits[one.urgency]) for one in left}
    told = _told_now(left, due, preferences, now)
    by_channel = {
        channel: tuple(one.id for one in told if one.goes_by(channel, preferences))
        for channel in sorted(reached)
    }
    over = {one.id for one in told} | untrue.keys()
    return Gathered(
        told={channel: ids for channel, ids in by_channel.items() if ids},
        over=frozenset(over),
        untrue=untrue,
        waits={
            one.id: max(due[one.id], preferences.told_at(one.urgency, now))
            for one in left
            if one.id not in over
        },
    )


def _told_now(
    left: Sequence[Untold], due: Mapping[int, datetime], preferences: Preferences, now: datetime
) -> Sequence[Untold]:
    """All that may be told at this hour, if one of it is due."""
    allowed = [one for one in left if preferences.told_at(one.urgency, now) <= now]
    return allowed if any(due[one.id] <= now for one in allowed) else ()


def untrue_among(notices: Iterable[Untold]) -> Mapping[int, int]:
    """Of one person's: the last that made it so, by what it made untrue."""
    found: dict[int, int] = {}
    by: dict[tuple[str, str], int] = {}
    """By subject and code: the last notice that makes such ones before it untrue."""
    for one in sorted(notices, key=lambda one: one.id, reverse=True):
        if not one.subject:
            continue
        if (one.subject, one.code) in by:
            found[one.id] = by[one.subject, one.code]
        for code in made_untrue(one.code):
            by.setdefault((one.subject, code), one.id)
    return found


def may_be_told(left: Iterable[Untold], preferences: Preferences, now: datetime) -> bool:
    """Is it an hour for any of it? The rest goes along, as nobody is woken twice by one message."""
    return any(preferences.told_at(one.urgency, now) <= now for one in left)
