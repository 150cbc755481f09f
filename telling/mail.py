"""The target "a mail server": letters to confirmed addresses, and codes to those that are to be confirmed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from activities.telling.facts import ToSend, messages_in
from db.delivery.outbox import Delivery
from db.delivery.waiting import waiting_for
from db.engine import Sessions
from db.queries import messages, sign_in_links
from db.queries.messages import Addressed
from db.tables import Notification, Target
from delivery.target import TryAgain
from domain.signing_in.links import LINK_LASTS, SENT_WITHIN
from domain.telling.confirming import CODE_ALPHABET, CODE_LASTS, CODE_LENGTH
from domain.telling.gathering import may_be_told
from domain.telling.states import MessageState
from domain.telling.urgency import GATHERED_FOR, Urgency
from domain.terms.invitations import digest_of, shown
from telling.mail_server import Bounced, MailServer, Refused, send
from texts.languages import Language
from texts.messages.letter import Letter, Pages, Told, code_letter, letter_of, link_letter
from texts.messages.mail import html_of, text_of
from texts.reader import Reader

LONGEST_PAUSE = timedelta(minutes=5)
"""Between two attempts; who greylists lets a mail in after some minutes."""
GIVEN_UP_AFTER = timedelta(days=1)
"""Who was not told by then has other sorrows, and the next message is not to wait for it."""
_LINK_BYTES = 32
_HEADER_LINE = 300
"""Characters; RFC 5322 (2.1.1) allows 998."""
AT_ONCE = 8
"""Connections: servers refuse those who open many. What is not among them is not tried yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """`waits`: how long a notice waits for others that go into the same mail."""

    server: MailServer
    pages: Pages
    waits: Mapping[Urgency, timedelta] = field(default_factory=lambda: GATHERED_FOR)


class MailTarget:
    """Outcomes: those of MessageState.

    A mail comes at least once, each time under the same Message-ID.
    """

    def __init__(self, sessions: Sessions, mailing: Mailing) -> None:
        self._sessions = sessions
        self._server = mailing.server
        self._pages = mailing.pages

    @property
    def name(self) -> Target:
        return Target.MAIL

    @property
    def ready(self) -> bool:
        return True

    async def deliver(self, delivery: Delivery) -> str:
        if delivery.kind not in set(ToSend):
            raise TryAgain(f"this version does not know events of kind {delivery.kind!r}")
        now = datetime.now(UTC)
        if now - delivery.received_at > GIVEN_UP_AFTER:
            return MessageState.GIVEN_UP.value
        async with self._sessions() as session:
            to = await messages.addressed(session, int(delivery.key))
        if to is None or (delivery.kind != ToSend.CODE and not to.confirmed):
            return MessageState.NO_ADDRESS.value
        if delivery.kind == ToSend.CODE:
            return await self._send(delivery, to, await self._code(to, now))
        if delivery.kind == ToSend.LINK:
            return await self._link(delivery, to, now)
        return await self._message(delivery, to, now)

    async def _message(self, delivery: Delivery, to: Addressed, now: datetime) -> str:
        """It may have been decided hours ago: what is untrue by now is left out, and quiet hours are kept, unless what
        waits behind it wakes them anyway.
        """
        number = int(delivery.payload["message"])
        async with self._sessions() as session:
            notices = await messages.carried(session, number)
            waiting = await waiting_for(await session.connection(), self.name, {delivery.key})
            left = await messages.still_true(session, {number, *messages_in(waiting)})
        if not notices:
            return MessageState.UNREADABLE.value
        true = {one.id for one in left}
        told = [notice for notice in notices if notice.id in true]
        if not told:
            return MessageState.UNTRUE.value
        if not may_be_told(left, to.preferences, now):
            raise TryAgain("it is not told in quiet hours")
        letter = letter_of([_told(notice) for notice in told], _reader(to), self._pages)
        return await self._send(delivery, to, letter)

    async def _code(self, to: Addressed, now: datetime) -> Letter:
        """With a code that is new at each attempt: of those that were sent, only the last one counts."""
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        async with self._sessions.begin() as session:
            await messages.keep_code(session, to.point_id, digest_of(code), now + CODE_LASTS)
        return code_letter(shown(code), CODE_LASTS, _reader(to), self._pages)

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
        return await self._send(delivery, to, link_letter(secret, LINK_LASTS, _reader(to), self._pages))

    async def _send(self, delivery: Delivery, to: Addressed, letter: Letter) -> str:
        mail = mail_of(letter, to.address, self._server.sender, delivery.event_id, delivery.at)
        try:
            await send(self._server, mail, to.address)
        except Bounced as bounced:
            async with self._sessions.begin() as session:
                await messages.note_bounced(session, to.point_id, bounced.why, datetime.now(UTC))
            return MessageState.BOUNCED.value
        except Refused:
            return MessageState.REFUSED.value
        return MessageState.SENT.value


def mail_of(letter: Letter, address: str, sender: str, durable_id: str, at: datetime) -> EmailMessage:
    """`durable_id`: the same at each attempt. Raises ValueError for a header that would hold more than one line."""
    mail = EmailMessage(policy=SMTP)
    domain = parseaddr(sender)[1].rpartition("@")[2]
    mail["From"] = sender
    mail["To"] = address
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{durable_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<{letter.preferences.address}>"
    mail.set_content(text_of(letter))
    mail.add_alternative(html_of(letter), subtype="html")
    mail["Content-Language"] = letter.language
    # Bodies are in short lines by now. A subject that is folded right behind its name is taken for spam by some.
    mail.policy = SMTP.clone(max_line_length=_HEADER_LINE)
    return mail


def _reader(to: Addressed) -> Reader:
    known = {language.value: language for language in Language}
    return Reader(known.get(to.preferences.language, next(iter(Language))))


def _told(notice: Notification) -> Told:
    return Told(
        code=notice.template,
        parameters=notice.parameters,
        reservation=notice.reservation_code,
        zone=notice.zone,
    )
