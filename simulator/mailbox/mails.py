"""What was taken, the newest last."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count

_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    number: int
    at: datetime
    to: str
    subject: str
    text: str
    html: str


class Mails:
    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=_MOST)
        self._numbers = count(1)

    def take(self, to: str, content: bytes) -> None:
        message = message_from_bytes(content, policy=default)
        mail = Mail(
            number=next(self._numbers),
            at=datetime.now(UTC),
            to=to,
            subject=str(message["Subject"] or "").strip(),
            text=_body(message, "plain"),
            html=_body(message, "html"),
        )
        self._mails.append(mail)

    def all(self, to: str | None = None) -> Sequence[Mail]:
        """`to`: only those to that address."""
        return [mail for mail in self._mails if to is None or mail.to == to]

    def one(self, number: int) -> Mail | None:
        return next((mail for mail in self._mails if mail.number == number), None)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
