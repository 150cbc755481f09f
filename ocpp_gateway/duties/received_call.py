"""One message being handled: who sent it, on which connection, when. And what handling it came to."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.charging.clocks import AGREES, EDGE, READINGS, Presence, offset_of
from domain.charging.connector import ConnectorStatus
from ocpp_gateway.wire.answers import Answer
from ocpp_gateway.wire.reports import CertificateAsked

KnownStatus = tuple[ConnectorStatus, str]
"""Status and error code."""


_REMEMBERED = 8
ANSWER_WITHIN = timedelta(minutes=1)
"""A status that comes so soon after it was asked for may be the answer."""
_IN_DISORDER = timedelta(seconds=1)
_MOST_PLACES = 64
_RESETS_WITHIN = timedelta(minutes=2)


class Liveness:
    """What one connection has shown so far, to tell what happens now from what was queued before.

    `presence`: since when it is there, when it was away, and how far its clock is off. `presented`: tokens last shown
    over it, or given to it by a remote start. `begun`: 1.6 transactions that began over it by such a token, so that
    whatever is told of them over it is of now. `welcome`: the last that was let in, or so given, and when; None once a
    transaction has named it.
    """

    __slots__ = ("_asked", "_readings", "_resets", "_stamps", "begun", "presence", "presented", "welcome")

    def __init__(self, presence: Presence) -> None:
        self.presence = presence
        self.presented: tuple[str, ...] = ()
        self.begun: tuple[str, ...] = ()
        self.welcome: tuple[str, datetime] | None = None
        self._readings: tuple[tuple[datetime, timedelta], ...] = ()
        self._asked: dict[int, datetime] = {}
        self._stamps: dict[tuple[int, int | None], tuple[datetime, datetime]] = {}
        self._resets: tuple[tuple[int, datetime], ...] = ()

    def named(self, id_tag: str | None) -> None:
        """By a transaction."""
        if self.welcome is not None and self.welcome[0] == id_tag:
            self.welcome = None

    def present(self, id_tag: str) -> None:
        if id_tag not in self.presented:
            self.presented = (*self.presented, id_tag)[-_REMEMBERED:]

    def begins(self, id_tag: str | None, transaction_id: str) -> None:
        """A transaction, by a token that is among those presented or not."""
        if id_tag in self.presented and transaction_id not in self.begun:
            self.begun = (*self.begun, transaction_id)[-_REMEMBERED:]

    def asks_status(self, number: int, at: datetime) -> None:
        """Of connector `number`; 0: of all."""
        self._asked[number] = at

    def was_asked(self, number: int, at: datetime) -> bool:
        """Was the status of the connector, told `at`, asked for? Or else its charger tells by itself what changes."""
        asked = max(filter(None, (self._asked.get(number), self._asked.get(0))), default=None)
        return asked is not None and at - asked <= ANSWER_WITHIN

    def hears(self, place: tuple[int, int | None], stamp: datetime, at: datetime) -> bool:
        """A word of the place (connector, plug). False: by the charger's `stamp`s a later one was heard just before.

        Firmware whose parts send for themselves does so. Where more than a moment lies between, the clock was set.
        """
        last, heard = self._stamps.get(place, (stamp, at))
        both_exact = stamp.microsecond and last.microsecond
        since = last if both_exact else last.replace(microsecond=0)
        if stamp < since <= stamp + _IN_DISORDER and at - heard <= _IN_DISORDER:
            return False
        if len(self._stamps) >= _MOST_PLACES:
            self._stamps.clear()
        self._stamps[place] = stamp, at
        return True

    def resets(self, number: int, at: datetime) -> None:
        """We have the charger restart EVSE `number`; 0: itself."""
        self._resets = (*self._resets, (number, at))[-_REMEMBERED:]

    def goes_on(self, number: int) -> None:
        """It has refused that, or waits until nobody charges."""
        self._resets = tuple(one for one in self._resets if one[0] != number)

    def was_reset(self, number: int | None, at: datetime) -> bool:
        """Just now, by us, where `number` is? None: where that is nobody says."""
        places = (0, number)
        return any(
            at - when <= _RESETS_WITHIN and (number is None or place in places)
            for place, when in self._resets
        )

    def send(self, id_tag: str, at: datetime) -> None:
        """By a remote start."""
        self.present(id_tag)
        self.welcome = (id_tag, at)

    def take_back(self, id_tag: str) -> None:
        """The charger has refused it."""
        self.named(id_tag)

    def read_clock(self, told: datetime, received: datetime) -> None:
        """The charger has said what time it is now. Soon after it came it may still be telling what it queued, and
        what it stamps with a time at which it was away may be of then: a clock runs on, what was then does not."""
        if (
            told == received
            or received - self.presence.connected_since < EDGE
            or self.presence.may_still_tell_of(told, received)
        ):
            return
        self._readings = (*self._readings, (received, received - told))[-READINGS:]
        if self.presence.was_away(told) and received - self._readings[0][0] <= AGREES:
            return
        offset = offset_of([behind for _, behind in self._readings])
        if offset is not None and offset != self.presence.offset:
            self.presence = replace(self.presence, offset=offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCall:
    """`statuses`: what is known to be committed, by connector number, so that repetitions cost no query.

    `liveness`: None where nothing is known of the connection: then the charger's times are believed.
    `part`: which of the things that it tells, counted from 0.
    """

    charger_id: str
    epoch: int
    message_id: str
    at: datetime
    part: int = 0
    statuses: dict[int, KnownStatus] = field(default_factory=dict)
    liveness: Liveness | None = None

    def event_id(self, identity: str) -> str:
        return f"{self.charger_id}:{identity}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`refused_transaction`: it began although refused, and is to be stopped once the answer is out. `unpaid`: refused
    for a deposit that is awaited.

    `events`: something was committed that reservations wait for. `statuses`: now committed. `booted`: the charger
    has begun anew, and with it what it knows of us. `statuses_doubted`: what its connectors said before is to be
    written again when they repeat it. `sessions_doubted`: what runs there is to be asked about.
    `to_sign`: a certificate that the charger is to get.
    """

    answer: Answer
    refused_transaction: str | None = None
    unpaid: bool = False
    booted: bool = False
    events: bool = False
    statuses: dict[int, KnownStatus] = field(default_factory=dict)
    statuses_doubted: bool = False
    sessions_doubted: bool = False
    to_sign: CertificateAsked | None = None
