"""The target "a mail server": letters to confirmed addresses, and codes to those that are to be confirmed."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from db.engine import Sessions
from db.tables import Target
from telling.letters import LetterTarget, Pace, Sending
from telling.mail_server import MailServer, send
from texts.messages.letter import Letter, Pages
from texts.messages.mail import html_of, text_of

_HEADER_LINE = 300
"""Characters; RFC 5322 (2.1.1) allows 998."""
AT_ONCE = 8
"""Connections: servers refuse those who open many. What is not among them is not tried yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    server: MailServer
    pages: Pages


class MailTarget(LetterTarget):
    """A mail comes each time under the same Message-ID."""

    def __init__(self, sessions: Sessions, mailing: Mailing) -> None:
        super().__init__(sessions, mailing.pages, Pace(at_once=AT_ONCE))
        self._server = mailing.server

    @property
    def name(self) -> Target:
        return Target.MAIL

    async def send(self, sending: Sending) -> None:
        to = sending.to.address
        mail = mail_of(sending.letter, to, self._server.sender, sending.durable_id, sending.at)
        await send(self._server, mail, to)


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
