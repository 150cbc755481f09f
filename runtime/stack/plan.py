"""Where the parts of a stack live: ports and folders. Fixed for `make up`, free for the demo and tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.embedded.ports import free_port, require_free
from simulator.identity.people import Person

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """TCP ports on the loopback interface."""

    api: int
    gateway: int
    temporal: int
    temporal_ui: int
    postgres: int
    stripe: int
    identity: int
    mail: int
    """SMTP."""
    mailbox: int
    """The page that shows what arrived there."""
    forecourt: int
    """The page of the virtual chargers."""
    receiver: int
    """The engineers' receiver of webhooks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """Ports at which our own processes find the servers, when somebody stands in between."""

    postgres: int
    temporal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """When the gateway looks after what chargers show and leave open, in seconds: see its settings of these names."""

    ask_after_seconds: float
    watch_seconds: float
    settle_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """`folder` holds logs, keys and, when `keep`, all data between runs. `ui`: the Temporal UI."""

    folder: Path
    ports: Ports
    keep: bool
    ui: bool = True
    log_level: str = "INFO"
    offline_after_seconds: int = 60
    """The heartbeat interval told to chargers."""
    watch: Watch | None = None
    """None: the gateway's own."""
    copies: Mapping[str, int] = field(default_factory=dict)
    """How many run of `api`, `worker` and `gateway`, where it is not one. The first has the plan's port."""
    detour: Detour | None = None
    people: tuple[Person, ...] = ()
    """Who can sign in to the pages, at a stand-in for an issuer; none: nobody."""

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def past(self) -> Path:
        """What is known of the past that chargers tell."""
        return self.folder / "past"

    @property
    def receiver_secret(self) -> Path:
        """Once the receiver is an endpoint."""
        return self.folder / "tokens" / "receiver"


class UpSettings(BaseSettings):
    """What `make up` may be told. A port of 0 means any free one. Two stacks need other ports and folders."""

    model_config = SettingsConfigDict(env_prefix="SLOTKEEPER_UP_", env_ignore_empty=True)

    folder: Path = REPOSITORY / ".slotkeeper"
    api_port: int = Field(default=8080, ge=0, le=65535)
    gateway_port: int = Field(default=9000, ge=0, le=65535)
    temporal_port: int = Field(default=7233, ge=0, le=65535)
    temporal_ui_port: int = Field(default=8233, ge=0, le=65535)
    postgres_port: int = Field(default=5433, ge=0, le=65535)
    stripe_port: int = Field(default=12111, ge=0, le=65535)
    identity_port: int = Field(default=8090, ge=0, le=65535)
    mail_port: int = Field(default=1025, ge=0, le=65535)
    mailbox_port: int = Field(default=8025, ge=0, le=65535)
    forecourt_port: int = Field(default=8026, ge=0, le=65535)
    receiver_port: int = Field(default=8027, ge=0, le=65535)


def free_ports() -> Ports:
    """Ports that nobody uses now."""
    return Ports(
        api=free_port(),
        gateway=free_port(),
        temporal=free_port(),
        temporal_ui=free_port(),
        postgres=free_port(),
        stripe=free_port(),
        identity=free_port(),
        mail=free_port(),
        mailbox=free_port(),
        forecourt=free_port(),
        receiver=free_port(),
    )


def chosen_ports(settings: UpSettings) -> Ports:
    """The ports of the settings. Raises EmbeddedServerFailed `port_in_use`, before anything is started."""

    def chosen(port: int) -> int:
        return require_free(port) if port else free_port()

    return Ports(
        api=chosen(settings.api_port),
        gateway=chosen(settings.gateway_port),
        temporal=chosen(settings.temporal_port),
        temporal_ui=chosen(settings.temporal_ui_port),
        postgres=chosen(settings.postgres_port),
        stripe=chosen(settings.stripe_port),
        identity=chosen(settings.identity_port),
        mail=chosen(settings.mail_port),
        mailbox=chosen(settings.mailbox_port),
        forecourt=chosen(settings.forecourt_port),
        receiver=chosen(settings.receiver_port),
    )
