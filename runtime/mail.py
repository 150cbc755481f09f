"""The mail server by the settings, and where the pages are that mails lead to."""

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.telling.urgency import Urgency
from telling.mail import Mailing
from telling.mail_server import Encryption, MailServer
from texts.messages.letter import Pages


class MailSettings(BaseSettings):
    """By which mail server people are told. Without a host nobody is told by mail. The same for all workers."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_MAIL_", env_ignore_empty=True)

    host: str | None = Field(default=None, max_length=255, examples=["smtp.example.com"])
    port: int = Field(default=587, ge=1, le=65535)
    encryption: Encryption = Encryption.STARTTLS
    """`starttls` (demanded), `tls` from the first byte (mostly port 465), `none` on one's own network only."""
    roots: Path | None = None
    """PEM, of who signs the server's certificate; unset: whom the machine trusts."""
    user: str | None = Field(default=None, max_length=320)
    password: SecretStr | None = None
    sender: str = Field(default="", max_length=320, examples=["Example Charging <no-reply@example.com>"])
    """The From of all mails; needed with a host."""
    pages_url: HttpUrl | None = Field(default=None, examples=["https://charging.example.com"])
    """Where the pages are that mails lead to: `/r/<code>`, `/preferences`; needed with a host."""

    news_seconds: float = Field(default=30.0, ge=0, le=3600)
    """How long news wait for others that go into the same mail."""
    records_seconds: float = Field(default=300.0, ge=0, le=24 * 3600)
    """The same for receipts and the like."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("USER and PASSWORD go together")
        if self.host is None:
            return self
        if self.pages_url is None or self.pages_url.query or self.pages_url.fragment:
            raise ValueError("a mail leads to pages: PAGES_URL, without a query")
        if not self.sender.isprintable() or "@" not in parseaddr(self.sender)[1]:
            raise ValueError("SENDER must be an address, perhaps with a name before it")
        return self


def mailing_of(settings: MailSettings) -> Mailing | None:
    """None: there is no mail server."""
    if settings.host is None:
        return None
    server = MailServer(
        host=settings.host,
        port=settings.port,
        encryption=settings.encryption,
        sender=settings.sender,
        user=settings.user,
        password=None if settings.password is None else settings.password.get_secret_value(),
        roots=settings.roots,
    )
    return Mailing(server=server, pages=pages_of(settings))


def pages_of(settings: MailSettings) -> Pages:
    """Where all that people are told leads to, by whichever channel."""
    return Pages(origin="" if settings.pages_url is None else str(settings.pages_url).rstrip("/"))


def waits_of(settings: MailSettings) -> Mapping[Urgency, timedelta]:
    return {
        Urgency.NOW: timedelta(),
        Urgency.SOON: timedelta(seconds=settings.news_seconds),
        Urgency.RECORD: timedelta(seconds=settings.records_seconds),
    }
