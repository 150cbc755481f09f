"""Settings: small, typed, one class a concern, read from the environment at the entry points only.

A blank variable counts as unset. Secrets have no defaults. Adapters take values, never these classes.
"""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field, FilePath, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.money.bookkeeping import Bookkeeping
from domain.money.chart import ACCOUNTS, Chart
from domain.money.currencies import currency_of

DATABASE_URL_EXAMPLE = "postgresql://user:password@localhost:5432/slotkeeper"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


class DatabaseSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DATABASE_", env_ignore_empty=True)

    url: SecretStr = Field(examples=[DATABASE_URL_EXAMPLE])
    """`DATABASE_URL`, e.g. postgresql+psycopg://user:password@host:5432/slotkeeper"""
    pool_size: int = Field(default=10, ge=1, le=200)


class TemporalSettings(BaseSettings):
    """TLS and API keys come from the same TEMPORAL_* variables, read by the SDK's own envconfig."""

    model_config = SettingsConfigDict(env_prefix="TEMPORAL_", env_ignore_empty=True)

    address: str = Field(default="127.0.0.1:7233", pattern=r"^([^/\s:\[\]]+|\[[^/\s\]]+\]):\d+$")
    """host:port"""
    namespace: str = "default"


class StripeSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="STRIPE_", env_ignore_empty=True)

    api_key: SecretStr = Field(examples=["sk_test_…"])
    webhook_secret: SecretStr = Field(examples=["whsec_…"])
    api_base: str | None = None
    """Unset: Stripe itself. Set: the stand-in's address."""
    publishable_key: str = Field(default="", examples=["pk_test_…"])
    """For the pages, where drivers pay by card; it is no secret."""


class TokenSettings(BaseSettings):
    """How bearer tokens are checked: exactly one of the two key sources."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_JWT_", env_ignore_empty=True)

    public_key_file: Path | None = None
    jwks_url: str | None = None
    issuer: str = "slotkeeper"
    audience: str = "slotkeeper-api"


def _origins(said: object) -> object:
    if not isinstance(said, str):
        return said
    origins = tuple(one.strip() for one in said.split(",") if one.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin: scheme and host, e.g. https://book.example")
    return origins


class ApiSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_API_", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = 8080
    origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = ()
    """Of web pages whose scripts may call the API (CORS), with commas between, e.g. https://book.example."""
    keep_alive_seconds: int = Field(default=75, ge=1, le=3600)
    """How long a connection may lie idle: longer than callers and load balancers keep theirs (api/serving.py)."""


class GatewaySettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_GATEWAY_", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = 9000
    metrics_port: int | None = None
    instance: str = "local"
    """Names the instance's task queue and its leases; unique among running gateways."""
    allow_unauthenticated: bool = False
    """Security profile 0: only ever for a closed lab network."""
    minimum_security_profile: int = Field(default=1, ge=1, le=3)
    """For chargers without one of their own: 1 password, 2 TLS and password, 3 client certificate."""
    tls_certificate: Path | None = None
    """PEM, with intermediates. Set: the port speaks wss only. SIGHUP and changed files are read again."""
    tls_key: Path | None = None
    tls_second_certificate: Path | None = None
    """An RSA certificate beside an ECDSA one, or the other way round: for chargers that know only either."""
    tls_second_key: Path | None = None
    tls_client_roots: Path | None = None
    """PEM bundle of the roots of client certificates. Set: profile 3 is possible."""
    tls_revoked: Path | None = None
    """PEM file with a CRL for each issuer of client certificates."""
    tls_client_organization: str | None = None
    """What O in a client certificate must be."""
    behind_tls: bool = False
    """A proxy in front ends TLS: what arrives without counts as profile 2. Nobody else may reach the port."""
    heartbeat_seconds: int = 60
    call_timeout_seconds: float = Field(default=30.0, gt=0, le=35)
    """For a charger's answer; at most what the API waits for a command."""
    max_connections: int = Field(default=20_000, ge=1)
    """Sockets beyond this are answered 503: memory and file descriptors end somewhere."""
    messages_per_second: int = Field(default=50, ge=1)
    """Of one charger, on average; beyond it, and ten seconds' worth at once, its messages wait unread."""
    strict_schemas: bool = False
    """For runs that certify a charger: whatever breaks its schema is refused instead of read and noted as a quirk."""
    ca_command: FilePath | None = None
    """An executable that signs chargers' certificates: it reads the request (PEM) and writes the chain."""
    ca_timeout_seconds: float = Field(default=30.0, gt=0, le=300)
    compression: bool = False
    """permessage-deflate, where a charger offers it: less traffic for much more memory."""
    events_kept_days: int = Field(default=90, ge=7)
    """How long charger events are kept once everybody concerned has heard them; faults four times as long."""
    ask_after_seconds: float = Field(default=10.0, gt=0, le=600)
    """From a charger's arrival or boot until it is asked what it can do, and what became of what ran there."""
    watch_seconds: float = Field(default=30.0, gt=0, le=600)
    """Between two looks at whether chargers show what we hold there, and whether sessions are in doubt."""
    settle_seconds: float = Field(default=25.0, gt=0, le=600)
    """How long a connector must show the same, or contradict a session, before it counts."""
    silent_session_hours: float = Field(default=24.0, ge=1, le=24 * 30)
    """After so long without a word of it and of its charger, which is away, a session has ended as inferred."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("TLS_CERTIFICATE and TLS_KEY go together")
        if (self.tls_second_certificate is None) != (self.tls_second_key is None):
            raise ValueError("TLS_SECOND_CERTIFICATE and TLS_SECOND_KEY go together")
        more = (self.tls_second_certificate, self.tls_client_roots, self.tls_revoked)
        if self.tls_certificate is None and any(path is not None for path in more):
            raise ValueError("TLS needs TLS_CERTIFICATE and TLS_KEY")
        if self.tls_revoked is not None and self.tls_client_roots is None:
            raise ValueError("TLS_REVOKED needs TLS_CLIENT_ROOTS")
        if self.minimum_security_profile == 3 and self.tls_client_roots is None:
            raise ValueError("profile 3 needs TLS_CLIENT_ROOTS")
        if self.minimum_security_profile == 2 and self.tls_certificate is None and not self.behind_tls:
            raise ValueError("profile 2 needs TLS_CERTIFICATE, or BEHIND_TLS")
        if self.allow_unauthenticated and self.minimum_security_profile > 1:
            raise ValueError("ALLOW_UNAUTHENTICATED contradicts MINIMUM_SECURITY_PROFILE")
        return self


class WorkerSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_WORKER_", env_ignore_empty=True)

    cached_workflows: int = Field(default=1000, ge=0)
    reconcile_every: timedelta = timedelta(seconds=60)
    """How often the reconciler looks for holds and authorisations whose workflow is gone; seconds in the variable."""
    orphan_after: timedelta = timedelta(seconds=60)
    compare_every: timedelta = timedelta(minutes=5)
    """How often some reservations are compared with their workflows."""
    compare_at_once: int = Field(default=30, ge=1)
    """So many of the open ones, and so many of those that closed since the time before."""
    compare_all_every: timedelta = timedelta(days=1)
    reconcile_money_every: timedelta = timedelta(hours=1)
    """How often our books are compared with the payment provider's."""
    reconcile_money_days: int = Field(default=3, ge=1, le=180)
    """Of how many days, beside what is still open."""
    events_every: timedelta = Field(
        default=timedelta(seconds=30), ge=timedelta(seconds=1), le=timedelta(hours=1)
    )
    """How often one of the workers asks the payment provider for events that no webhook has brought."""
    subscriptions_every: timedelta = Field(
        default=timedelta(minutes=30), ge=timedelta(seconds=1), le=timedelta(days=1)
    )
    """How often one of them lists the subscriptions that tiers come of."""
    shutdown_patience: timedelta = timedelta(seconds=40)
    """Longer than any charger command, so that a restart interrupts none."""
    metrics_port: int | None = None
    """/metrics, on all interfaces"""
    health_port: int | None = None
    """/healthz and /readyz, on all interfaces"""


def _read_json(value: Any) -> Any:
    """Raises ValueError for a text that is no JSON."""
    return json.loads(value) if isinstance(value, str) else value


class LedgerSettings(BaseSettings):
    """How the books are kept: trial balances and exports by month."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_LEDGER_", env_ignore_empty=True)

    zone: str = Field(default="UTC", examples=["Europe/Berlin"])
    """On whose clock a month begins."""
    chart: Chart = Chart.SKR03
    """Whose numbers accounts are exported under."""
    accounts: Annotated[dict[str, str], NoDecode, BeforeValidator(_read_json)] = Field(
        default_factory=dict, examples=['{"revenue:energy": "8400"}']
    )
    """Numbers of your own, as JSON; they go before the chart's."""
    datev_consultant: int = Field(default=1001, ge=1001, le=9_999_999)
    datev_client: int = Field(default=1, ge=1, le=99_999)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.zone not in available_timezones():
            raise ValueError("ZONE must name a zone of the IANA database, as Europe/Berlin")
        if unknown := sorted(set(self.accounts) - set(ACCOUNTS)):
            raise ValueError(f"ACCOUNTS names no account of the ledger: {', '.join(unknown)}")
        if not all(re.fullmatch(r"[0-9]{4,8}", number) for number in self.accounts.values()):
            raise ValueError("ACCOUNTS gives numbers of four to eight digits")
        for number, shared in (
            Bookkeeping(chart=self.chart, own_numbers=self.accounts).shared_numbers().items()
        ):
            raise ValueError(f"ACCOUNTS gives {number} to more than one account: {', '.join(shared)}")
        return self


CurrencyLimits = Annotated[dict[str, int], NoDecode, BeforeValidator(_read_json)]
"""Currency → minor units."""


class AuthoritySettings(BaseSettings):
    """What an operator of each role gives away alone, for one reservation or driver, as JSON by currency."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_AUTHORITY_", env_ignore_empty=True)

    support: CurrencyLimits = Field(default_factory=lambda: {"EUR": 50_00}, examples=['{"EUR": 5000}'])
    """Whose token has no `role`, too."""
    manager: CurrencyLimits = Field(default_factory=lambda: {"EUR": 500_00}, examples=['{"EUR": 50000}'])
    """They decide about what others ask for up to the same sum."""
    finance: CurrencyLimits = Field(default_factory=lambda: {"EUR": 5_000_00}, examples=['{"EUR": 500000}'])
    """They decide about any sum that others ask for."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        for limits in (self.support, self.manager, self.finance):
            if unknown := sorted(code for code in limits if not currency_of(code).chargeable):
                raise ValueError(f"no card is charged in {', '.join(unknown)}")
            if any(most < 0 for most in limits.values()):
                raise ValueError("a limit is not negative")
        return self


class IssuerSettings(BaseSettings):
    """Who issues receipts, credit notes and statements. Without a name nothing is issued: what is due waits."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_ISSUER_", env_ignore_empty=True)

    name: str | None = Field(default=None, max_length=200, examples=["Example Charging GmbH"])
    address: str = Field(default="", max_length=400, examples=["Hafenstraße 1, 20457 Hamburg"])
    """Its lines, divided by commas."""
    country: str = Field(default="DE", pattern=r"^[A-Z]{2}$")
    tax_id: str = Field(default="", max_length=40, examples=["DE123456789"])
    """The VAT number, with its country's letters."""
    registration: str = Field(default="", max_length=200, examples=["Amtsgericht Hamburg, HRB 12345"])
    contact: str = Field(default="", max_length=200, examples=["billing@example.com"])
    footer: str = Field(default="", max_length=500)
    """At the foot of each page: who manages the company, its bank."""
    series: str = Field(default="R-", pattern=r"^[A-Za-z0-9/.-]{1,16}$")
    """What every number begins with. Another one begins a series of its own, from one on."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.name is not None and not (self.address and self.tax_id):
            raise ValueError("an issuer has a NAME, an ADDRESS and a TAX_ID")
        return self


class LogSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_LOG_", env_ignore_empty=True)

    format: Literal["json", "console"] = "json"
    level: str = "INFO"
