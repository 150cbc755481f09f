"""The settings of the pages, for the process that serves them."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PagesSettings(BaseSettings):
    """What the pages need beside the API: their own address, and who signs people in (OpenID Connect)."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_PAGES_", env_ignore_empty=True)

    address: str = "http://127.0.0.1:8080"
    """Where people find them, e.g. https://book.example. Where it is https, cookies go by nothing else."""
    issuer: str | None = None
    """E.g. https://login.example; without one nobody can sign in."""
    client_id: str = "slotkeeper"
    client_secret: SecretStr | None = None
    scope: str = "openid email profile"
    payments_stand_in: str = ""
    """Of `make up`: where drivers pay without a payment provider."""
    doors: str = ""
    """Of `make up`: whom one press on the first page signs in, a JSON list of [hint, label, page]."""
    beside: str = ""
    """Of `make up`: addresses of the stand-ins' own pages, as JSON by what they are: forecourt, mailbox, receiver."""


class MailedSettings(BaseSettings):
    """Whether workers have a mail server: then people are offered to be told by mail, and to sign in by a link."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_MAIL_", env_ignore_empty=True, extra="ignore")

    host: str | None = Field(default=None, max_length=255, examples=["smtp.example.com"])
