"""The mail server that takes what we send, and what its answers mean."""

import functools
import re
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path

import aiosmtplib

from delivery.target import TargetAway, TryAgain

_TIMEOUT_S = 8.0
"""Of one step; below what the relay allows an attempt."""
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_CLOSING = 421


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


class Bounced(Exception):
    """The recipient is refused for good. `why`: the server's codes."""

    code = "mail_bounced"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Refused(Exception):
    """This mail is refused for good, and the recipient is not."""

    code = "mail_refused"


async def send(server: MailServer, message: EmailMessage, to: str) -> None:
    """Accepted when this returns.

    Raises Bounced, Refused, TryAgain and TargetAway. None of them says what the server wrote: that may be an address.
    """
    try:
        await aiosmtplib.send(
            message.as_bytes(),
            sender=parseaddr(server.sender)[1],
            recipients=[to],
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.encryption is Encryption.TLS,
            start_tls=server.encryption is Encryption.STARTTLS,
            tls_context=None if server.encryption is Encryption.NONE else _context(server.roots),
            timeout=server.timeout_s,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        raise _of_recipient(refused.recipients[0]) from None
    except aiosmtplib.SMTPDataError as refused:
        raise _of_message(refused) from None
    except aiosmtplib.SMTPResponseException as refused:
        # Of the connection, of who we are or of the sender: the same for every mail.
        raise TargetAway(_codes(refused)) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise TargetAway(type(error).__name__) from None


@functools.cache
def _context(roots: Path | None) -> ssl.SSLContext:
    # Made once: reading the roots of a machine takes tens of milliseconds, in which nothing else is done.
    return ssl.create_default_context(cafile=roots)


def _of_recipient(refused: aiosmtplib.SMTPRecipientRefused) -> Exception:
    if refused.code == _CLOSING:
        return TargetAway(_codes(refused))
    if refused.code >= 500:
        return Bounced(_codes(refused))
    return TryAgain(_codes(refused))


def _of_message(refused: aiosmtplib.SMTPDataError) -> Exception:
    if refused.code == _CLOSING:
        return TargetAway(_codes(refused))
    if refused.code >= 500:
        return Refused(_codes(refused))
    return TryAgain(_codes(refused))


def _codes(answer: aiosmtplib.SMTPResponseException) -> str:
    """`550 5.1.1`"""
    enhanced = _ENHANCED.match(answer.message)
    return f"{answer.code} {enhanced[1]}" if enhanced else str(answer.code)
