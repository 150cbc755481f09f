"""The hold on the charger, judged by facts that the gateway loads: is it to stand there, and is a loss of it news?

It is to stand while the last word of its workflow counts: the latest ReserveNow that was sent for it, until that
expires, or its driver comes. A card shown or a transaction begun is the end of it, until it is pushed again.

A loss has no identity of its own: a station that hears no answer says it again under a new message id, and a look at
what is shown sees it again and again. The same loss is told once (`is_told`, `is_news`); the workflow decides what to
do about it (`device_pushes`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.charging.commands import CommandOutcome
from domain.reservation.device_pushes import RE_PUSHES

MOST_TOLD = RE_PUSHES + 1
"""A missing hold is told at most so often; upon the last time the workflow stops pushing and promises less."""
REPEATS_WITHIN = timedelta(minutes=1)
"""Where the device does not show its holds, the same words later than this are of the hold pushed since."""

_MAY_HAVE_IT = frozenset({CommandOutcome.ACCEPTED, CommandOutcome.NO_RESPONSE, None})
"""Answers to the last push that what is shown afterwards may belie; a refusal has told the workflow itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """The last ReserveNow sent for a hold in force. `until`: its expiry. Instants aware UTC."""

    at: datetime
    until: datetime


def is_to_stand(push: Push | None, came_at: datetime | None, now: datetime) -> bool:
    """`came_at`: when the charger last told that the hold's driver is there; None: not since the lock."""
    if push is None or now >= push.until:
        return False
    return came_at is None or came_at < push.at


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLosses:
    """What the charger itself has said of one hold, for one reason.

    `last_at`: the last such loss that was told. `stood_again`: its connector has shown Reserved since.
    `shows_holds`: the device is known to show them, so a hold lost once more is also found by its status.
    """

    locked_at: datetime | None
    last_at: datetime | None
    shows_holds: bool
    stood_again: bool

    @property
    def since(self) -> datetime | None:
        """Names the next loss: the same for all who have seen the same ones before."""
        return self.last_at or self.locked_at


def is_told(losses: ToldLosses, now: datetime) -> bool:
    """Is a message that says so now the last one again?"""
    if losses.last_at is None or losses.stood_again:
        return False
    return losses.shows_holds or now - losses.last_at < REPEATS_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldMissing:
    """What was told, by any gateway, of one hold that the charger shows no more.

    `times`: at least one. `shown_anew`: the connector has shown something else since the last time. `heard_at`: when
    the workflow was told of it; None: not yet. `answer`: the charger's to the last push; None: not known here.
    """

    times: int
    shown_anew: bool
    heard_at: datetime | None
    answer: CommandOutcome | None


def is_news(told: ToldMissing | None, settle: timedelta, now: datetime) -> bool:
    """A loss not told yet, or the push that followed the last word has had its time (`settle`) and changed nothing."""
    if told is None:
        return True
    if told.times >= MOST_TOLD:
        return False
    if told.shown_anew:
        return True
    if told.heard_at is None or now - told.heard_at < settle:
        return False
    return told.answer in _MAY_HAVE_IT
