"""The mail server that takes what we send, and what its answers mean."""

import asyncio
import functools
import re
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path

import aiosmtplib
import structlog

from delivery.target import TargetAway, TryAgain
from telling.answers import Bounced, Refused

log = structlog.get_logger(__name__)

_TIMEOUT_S = 8.0
"""Of all that it takes to hand one mail over; below what the relay allows an attempt."""
_GOODBYE_S = 1.0
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_CLOSING = 421
_LOG_IN_FIRST = 530
"""RFC 4954 §6."""

# Of an answer to RCPT. Servers keep what they have against the client, the login or the sender until then (Postfix:
# smtpd_delay_reject), so by its number alone a refusal may be about us as well as about the recipient.
_NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})
"""RFC 3463 §3.2, §3.3 and RFC 7505. Of the others 5.1.7 and 5.1.8 are the sender's, 5.1.0 is anybody's."""
_OF_THE_SENDER = frozenset({"5.1.7", "5.1.8"})
_NOT_LET_IN = "5.7."
"""RFC 3463 §3.8: what is not allowed, to whom it may concern: relaying, a client, a sender."""
_NO_SUCH_MAILBOX_PLAIN = frozenset({550, 551, 553})
"""RFC 5321 §4.2.3; where nothing more is said."""


class Encryption(StrEnum):
    NONE = "none"
    """Only ever on one's own machine or network."""
    STARTTLS = "starttls"
    """Demanded: without it nothing is sent."""
    TLS = "tls"
    """From the first byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """`sender`: as in From, perhaps with a name. `roots`: PEM, of who signs its certificate; None: whom the machine
    trusts. `user` None: it asks for nobody's name.
    """

    host: str
    port: int
    encryption: Encryption
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    roots: Path | None = None
    timeout_s: float = _TIMEOUT_S
    """Of one mail, from connecting to its being taken."""


async def send(server: MailServer, message: EmailMessage, to: str) -> None:
    """Accepted when this returns.

    Raises Bounced, Refused, TryAgain and TargetAway. None of them says what the server wrote: that may be an address.
    """
    try:
        await _hand_over(_client(server), server, message, to)
    except aiosmtplib.SMTPRecipientsRefused as refused:
        raise _of_recipient(refused.recipients[0]) from None
    except aiosmtplib.SMTPDataError as refused:
        raise _of_message(refused) from None
    except aiosmtplib.SMTPResponseException as refused:
        # Of the connection, of who we are or of the sender: the same for every mail.
        raise TargetAway(_codes(refused)) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise TargetAway(type(error).__name__) from None


def _client(server: MailServer) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.encryption is Encryption.TLS,
        start_tls=server.encryption is Encryption.STARTTLS,
        tls_context=None if server.encryption is Encryption.NONE else _context(server.roots),
        timeout=server.timeout_s,
    )


async def _hand_over(client: aiosmtplib.SMTP, server: MailServer, message: EmailMessage, to: str) -> None:
    """Raises what the client raises, and TimeoutError."""
    try:
        async with asyncio.timeout(server.timeout_s):
            await client.connect()
            await client.sendmail(parseaddr(server.sender)[1], [to], message.as_bytes())
    except (OSError, asyncio.CancelledError):
        client.close()  # the client's own context would now wait for who does not answer to answer QUIT
        raise
    finally:
        await _take_leave(client)


async def _take_leave(client: aiosmtplib.SMTP) -> None:
    """What was answered stays so, whether they say goodbye or not."""
    try:
        if client.is_connected:
            async with asyncio.timeout(_GOODBYE_S):
                await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        log.debug("mail_server_said_no_goodbye", error=type(error).__name__)
    finally:
        client.close()


@functools.cache
def _context(roots: Path | None) -> ssl.SSLContext:
    # Made once: reading the roots of a machine takes tens of milliseconds, in which nothing else is done.
    return ssl.create_default_context(cafile=roots)


def _of_recipient(refused: aiosmtplib.SMTPRecipientRefused) -> Exception:
    codes, enhanced = _codes(refused), _enhanced(refused)
    if refused.code in (_CLOSING, _LOG_IN_FIRST):
        return TargetAway(codes)
    if refused.code < 500:
        return TryAgain(codes)
    if enhanced in _OF_THE_SENDER or enhanced.startswith(_NOT_LET_IN):
        return TargetAway(codes)
    if enhanced in _NO_SUCH_MAILBOX or (not enhanced and refused.code in _NO_SUCH_MAILBOX_PLAIN):
        return Bounced(codes)
    return Refused(codes)


def _of_message(refused: aiosmtplib.SMTPDataError) -> Exception:
    if refused.code == _CLOSING:
        return TargetAway(_codes(refused))
    if refused.code >= 500:
        return Refused(_codes(refused))
    return TryAgain(_codes(refused))


def _codes(answer: aiosmtplib.SMTPResponseException) -> str:
    """`550 5.1.1`"""
    return f"{answer.code} {_enhanced(answer)}".rstrip()


def _enhanced(answer: aiosmtplib.SMTPResponseException) -> str:
    """`5.1.1`; empty: the server says none (RFC 2034)."""
    enhanced = _ENHANCED.match(answer.message)
    return enhanced[1] if enhanced else ""
