"""A real mail server on a port of its own, which answers as a test wants, and keeps what it has taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from telling.mail_server import Encryption, MailServer

SENDER = "Example Charging <no-reply@charging.example>"
Say = Callable[[str], str | None]


class Postbox:
    """`at_rcpt`: its answer to RCPT by the address; `at_data`: to what was sent; None: it is taken. `asking`: how many
    wait for its answer to RCPT. `each_takes_s`: the answers to MAIL, RCPT and DATA.
    """

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.raw: list[bytes] = []
        self.at_rcpt: Say = lambda _: None
        self.at_data: Say = lambda _: None
        self.at_mail: Say = lambda _: None
        self.asking = 0
        self.each_takes_s = 0.0
        self._asked = asyncio.Condition()
        self.lets_go = asyncio.Event()
        self.lets_go.set()

    @property
    def server(self) -> MailServer:
        return MailServer(host="127.0.0.1", port=self.port, encryption=Encryption.NONE, sender=SENDER)

    async def asked_by(self, how_many: int) -> None:
        """Until so many wait for its answer."""
        async with self._asked:
            await self._asked.wait_for(lambda: self.asking >= how_many)

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.each_takes_s)
        if (answer := self.at_mail(address)) is not None:
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.each_takes_s)
        async with self._asked:
            self.asking += 1
            self._asked.notify_all()
        await self.lets_go.wait()
        self.asking -= 1
        if (answer := self.at_rcpt(address)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.each_takes_s)
        content = envelope.content
        assert isinstance(content, bytes)
        if (answer := self.at_data(envelope.rcpt_tos[0])) is not None:
            return answer
        mail: Any = message_from_bytes(content, policy=default)
        self.taken.append(mail)
        self.raw.append(content)
        self.recipients.append(envelope.rcpt_tos[0])
        return "250 OK"


@asynccontextmanager
async def running_postbox(**options: Any) -> AsyncIterator[Postbox]:
    """`options`: of aiosmtpd's SMTP."""
    postbox = Postbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(postbox, hostname="postbox.example", loop=loop, **options), "127.0.0.1", 0
    )
    postbox.port = server.sockets[0].getsockname()[1]
    try:
        yield postbox
    finally:
        postbox.lets_go.set()
        server.close()
        await server.wait_closed()
