"""A target of letters: whom and what it is to be said is read when it is sent, whichever channel carries it."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from activities.telling.facts import ToSend, messages_in
from activities.telling.instead import InsteadFinder
from db.delivery.outbox import Delivery, Settled, settle
from db.delivery.waiting import waiting_for
from db.engine import Sessions
from db.queries import messages, sign_in_links
from db.queries.messages import Addressed
from db.tables import Notification, Target
from delivery.target import TryAgain
from domain.signing_in.links import LINK_LASTS, SENT_WITHIN
from domain.telling.channels import Channel
from domain.telling.confirming import CODE_ALPHABET, CODE_LASTS, CODE_LENGTH, CODE_SENT_WITHIN
from domain.telling.gathering import Untold, may_be_told
from domain.telling.parting import Parting
from domain.telling.states import MessageState
from domain.telling.urgency import Urgency
from domain.terms.invitations import digest_of, shown
from telling.answers import Bounced, Gone, Refused
from telling.farewells import farewell
from telling.told import told_with_offers
from texts.languages import Language
from texts.messages.letter import Letter, Pages, code_letter, farewell_letter, letter_of, link_letter
from texts.reader import Reader

LONGEST_PAUSE = timedelta(minutes=5)
"""Between two attempts; who greylists lets a mail in after some minutes."""
GIVEN_UP_AFTER = timedelta(days=1)
"""Who was not told by then has other sorrows, and the next message is not to wait for it."""
_LINK_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One attempt. `durable_id`: the same at each attempt with the same words; a code has another one each time.
    `urgency`: of what it says that has to be told soonest. `subject`: what all of it is about; empty: of several.
    """

    durable_id: str
    at: datetime
    to: Addressed
    letter: Letter
    urgency: Urgency
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Of a channel: how many are under way at once, the longest pause between two attempts with one, and for how long
    what was not taken is tried again.
    """

    at_once: int
    longest_pause: timedelta = LONGEST_PAUSE
    lasts: timedelta = GIVEN_UP_AFTER


@dataclass(frozen=True, slots=True)
class _Waits:
    """A message that was not taken yet, and the notices that it carries."""

    event_id: str
    delivery_id: int
    notices: Sequence[Notification]

    def of(self, some: Container[int]) -> Sequence[Notification]:
        return [notice for notice in self.notices if notice.id in some]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """All that waits for one address: a message, those behind it, and by their ids the notices of all of them that are
    still true. `is_asked_for`: also a link to sign in, whose reader sits in front of a page and sleeps at no hour.
    """

    own: _Waits
    others: Sequence[_Waits]
    left: Mapping[int, Untold]
    is_asked_for: bool


class LetterTarget(ABC):
    """Outcomes: those of MessageState. What is sent comes at least once, each time under the same id."""

    def __init__(self, sessions: Sessions, pages: Pages, pace: Pace) -> None:
        self._sessions = sessions
        self._instead = InsteadFinder(sessions)
        self._pages = pages
        self.pace = pace

    @property
    @abstractmethod
    def name(self) -> Target: ...

    @property
    def ready(self) -> bool:
        return True

    @abstractmethod
    async def send(self, sending: Sending) -> None:
        """It is taken when this returns.

        Raises Bounced and Gone of the address, Refused of this message, TryAgain and TargetAway. None of them says
        what the other side wrote: that may be an address.
        """

    async def deliver(self, delivery: Delivery) -> str:
        if delivery.kind not in set(ToSend):
            raise TryAgain(f"this version does not know events of kind {delivery.kind!r}")
        now = datetime.now(UTC)
        if delivery.kind == ToSend.FAREWELL:
            return await self._farewell(delivery, now)
        if now - delivery.received_at > self.pace.lasts:
            return MessageState.GIVEN_UP.value
        async with self._sessions() as session:
            to = await messages.addressed(session, int(delivery.key))
        if to is None or (delivery.kind != ToSend.CODE and not to.confirmed):
            return MessageState.NO_ADDRESS.value
        if delivery.kind == ToSend.CODE:
            return await self._code(delivery, to, now)
        if delivery.kind == ToSend.LINK:
            return await self._link(delivery, to, now)
        return await self._message(delivery, to, now)

    async def _message(self, delivery: Delivery, to: Addressed, now: datetime) -> str:
        """It may have been decided hours ago: what is untrue by now, or is wanted otherwise, is left out, and quiet
        hours are kept. What waits behind it goes along: after an outage nobody is told five times in a row.
        """
        line = await self._waiting(delivery)
        own, left = line.own, line.left
        if not own.notices:
            return MessageState.UNREADABLE.value
        if not own.of(left):
            return MessageState.UNTRUE.value
        channel = Channel(self.name.value)
        wanted = {at: one for at, one in left.items() if one.goes_by(channel, to.preferences)}
        if not own.of(wanted):
            return MessageState.UNWANTED.value
        if not (line.is_asked_for or may_be_told(wanted.values(), to.preferences, now)):
            raise TryAgain("it is not told in quiet hours")
        together = [own, *(other for other in line.others if other.of(wanted))]
        outcome = await self._sent(await self._together(delivery, to, together, wanted, now))
        if outcome == MessageState.SENT:
            await self._settle(together[1:])
        return outcome

    async def _waiting(self, delivery: Delivery) -> "_Line":
        number = int(delivery.payload["message"])
        async with self._sessions() as session:
            waiting = await waiting_for(await session.connection(), self.name, {delivery.key})
            own = _Waits(delivery.event_id, delivery.id, await messages.carried(session, number))
            others, numbers = list[_Waits](), {number}
            for one in waiting:
                for behind in messages_in([one]) if one.delivery_id != delivery.id else ():
                    notices = await messages.carried(session, behind)
                    others.append(_Waits(one.event_id, one.delivery_id, notices))
                    numbers.add(behind)
            left = await messages.still_true(session, numbers)
        return _Line(
            own=own,
            others=others,
            left={one.id: one for one in left},
            is_asked_for=len(messages_in(waiting)) < len(waiting),
        )

    async def _together(
        self,
        delivery: Delivery,
        to: Addressed,
        waits: Sequence["_Waits"],
        wanted: Mapping[int, Untold],
        now: datetime,
    ) -> Sending:
        """What has to be told soonest is said first. Its id is the last one's: who took the first of them already,
        and drops what has the same id, would else drop the others.
        """
        told = [notice for one in waits for notice in one.of(wanted)]
        urgencies = [*Urgency]
        told.sort(key=lambda notice: urgencies.index(wanted[notice.id].urgency))
        subjects = {notice.reservation_code for notice in told}
        return Sending(
            durable_id=waits[-1].event_id,
            at=delivery.at,
            to=to,
            letter=letter_of(await told_with_offers(told, self._instead, now), _reader(to), self._pages),
            urgency=wanted[told[0].id].urgency,
            subject=subjects.pop() if len(subjects) == 1 else "",
        )

    async def _settle(self, gone_along: Sequence["_Waits"]) -> None:
        """Nobody else has them in hand: of a key only the oldest is ever claimed."""
        if not gone_along:
            return
        settled = [Settled(id=one.delivery_id, outcome=MessageState.SENT.value) for one in gone_along]
        async with self._sessions.begin() as session:
            await settle(await session.connection(), settled, datetime.now(UTC))

    async def _code(self, delivery: Delivery, to: Addressed, now: datetime) -> str:
        """New at each attempt: of those that were sent, only the last one counts. Who has confirmed by one of them, or
        asked too long ago, gets none.
        """
        if to.confirmed:
            return MessageState.SENT.value
        if now - delivery.received_at > CODE_SENT_WITHIN:
            return MessageState.GIVEN_UP.value
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        async with self._sessions.begin() as session:
            await messages.keep_code(session, to.point_id, digest_of(code), now + CODE_LASTS)
        letter = code_letter(shown(code), CODE_LASTS, _reader(to), self._pages)
        return await self._sent(_anew(delivery, to, letter))

    async def _link(self, delivery: Delivery, to: Addressed, now: datetime) -> str:
        """New at each attempt, as codes are; who signed in by it already, or asked too long ago, gets none."""
        secret = secrets.token_urlsafe(_LINK_BYTES)
        async with self._sessions.begin() as session:
            link = await sign_in_links.link_by_id(session, int(delivery.payload["link"]))
            if link is None or now - link.asked_at > SENT_WITHIN:
                return MessageState.GIVEN_UP.value
            if link.used_at is not None:
                return MessageState.SENT.value
            link.digest, link.until = sign_in_links.digest_of(secret), now + LINK_LASTS
        return await self._sent(
            _anew(delivery, to, link_letter(secret, LINK_LASTS, _reader(to), self._pages))
        )

    async def _farewell(self, delivery: Delivery, now: datetime) -> str:
        async def say(to: Addressed, why: Parting) -> None:
            letter = farewell_letter(why, _reader(to), self._pages)
            await self.send(
                Sending(
                    durable_id=delivery.event_id, at=delivery.at, to=to, letter=letter, urgency=Urgency.NOW
                )
            )

        return await farewell(self._sessions, delivery, say, now=now, lasts=self.pace.lasts)

    async def _sent(self, sending: Sending) -> str:
        to = sending.to.point_id
        try:
            await self.send(sending)
        except Bounced as bounced:
            async with self._sessions.begin() as session:
                await messages.note_bounced(session, to, bounced.why, datetime.now(UTC))
            return MessageState.BOUNCED.value
        except Gone:
            async with self._sessions.begin() as session:
                await messages.note_gone(session, to, datetime.now(UTC))
            return MessageState.BOUNCED.value
        except Refused:
            return MessageState.REFUSED.value
        return MessageState.SENT.value


def _anew(delivery: Delivery, to: Addressed, letter: Letter) -> Sending:
    """With words that are made at each attempt: who takes the same id for the same message would leave those that
    count unsent.
    """
    return Sending(
        durable_id=f"{delivery.event_id}_{delivery.attempts}",
        at=delivery.at,
        to=to,
        letter=letter,
        urgency=Urgency.NOW,
    )


def _reader(to: Addressed) -> Reader:
    known = {language.value: language for language in Language}
    return Reader(known.get(to.preferences.language, next(iter(Language))))
