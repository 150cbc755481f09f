"""What a gateway is told at its start, as values; `runtime.settings` reads them from the environment."""

from dataclasses import dataclass
from datetime import timedelta

from ocpp_gateway.admission.tls import TlsOptions
from ocpp_gateway.duties.certificates.authority import Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOptions:
    """`port` 0: any free one. `metrics_port` None: no health and metrics server. Times in seconds."""

    host: str = "127.0.0.1"
    port: int = 0
    metrics_port: int | None = None
    instance: str = "local"
    allow_unauthenticated: bool = False
    minimum_profile: int = 1
    """OCPP security profile that a charger without one of its own must at least use."""
    tls: TlsOptions | None = None
    behind_tls: bool = False
    max_connections: int = 20_000
    heartbeat_s: int = 60
    call_timeout_s: float = 30.0
    flush_s: float = 3.0
    sweep_s: float = 1.0
    ping_interval_s: float = 30.0
    ping_timeout_s: float = 30.0
    slow_reader_s: float = 30.0
    lease_expiry_s: float = 180.0
    events_kept: timedelta = timedelta(days=90)
    """How long what chargers reported is kept once everybody concerned has heard it."""
    probe_after_s: float = 10.0
    """From a charger's arrival or boot until it is asked what it can do: its own messages come first."""
    hold_watch_s: float = 30.0
    """Between two comparisons of what chargers show with what we hold there."""
    hold_settle_s: float = 25.0
    """How long a connector must show the same before it counts."""
    silent_session_s: float = 24 * 3600.0
    """From the last word of a session, and of its charger, which is away, until it has ended as inferred."""
    messages_per_second: int = 50
    """Of one charger, on average; ten times as many at once."""
    strict_schemas: bool = False
    """Refuse whatever breaks its schema instead of reading what is needed of it."""
    authority: Authority | None = None
    """Signs what chargers ask to have signed; None: they are refused."""
    compression: bool = False
    """permessage-deflate costs a few hundred kilobytes a charger; most chargers do not offer it."""
