"""The mail server that takes everything."""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session

from simulator.mailbox.mails import Mails


class Taker:
    """Of aiosmtpd: what becomes of a mail."""

    def __init__(self, mails: Mails) -> None:
        self._mails = mails

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        for to in envelope.rcpt_tos:
            self._mails.take(to, content if isinstance(content, bytes) else str(content).encode())
        return "250 OK"


async def serve_smtp(mails: Mails, host: str, port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(Taker(mails), hostname="mailbox.local", loop=loop), host, port
    )
