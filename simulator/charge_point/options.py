"""What a virtual charge point may be made of."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from simulator.charge_point.dialling import Connect, over_the_network
from simulator.charge_point.knobs import Misbehaviour
from simulator.charge_point.messages import Message
from simulator.charge_point.station import TxStartPoint
from simulator.charge_point.times import Time, WallTime
from simulator.vendors import Vendor

Version = Literal["1.6", "2.0.1", "2.1"]


def new_transaction_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Options:
    """Fixed when the charger is made; only the knobs may be turned later.

    Attributes:
        url: `ws://host:port/ocpp` or `wss://…`; the identity is appended as the last path segment.
        password: Basic authentication with the identity as user; None sends no header. The CSMS may change it;
            the charger then connects again with the new one.
        tls: for wss, as `simulator.charge_point.tls.client_context` makes it.
        misbehaviour: the knobs; change its attributes, at any moment.
        energy_step_wh: drawn by each charging connector every `meter_interval_s`.
        meter_interval_s: None leaves the meter to `charge()`.
        heartbeat_s: None obeys the CSMS's boot answer.
        boot_retry_s: pause after a Pending or Rejected boot; None obeys the CSMS.
        boot_on_reconnect: a boot follows every reconnect, as most chargers do. False is the letter of the
            specifications: after a mere loss of connection only changed statuses are reported.
        keep_log: False keeps no frames (long runs, benches); then `log` stays empty.
        on_message: called with every frame.
        time: its clock and timers.
        connect: how it reaches the CSMS.
        plugs: of each EVSE (2.x), for one car at a time.
        transaction_id: a name for each transaction that begins (2.x).
        profile: whose peculiarities it has; they are turned into words and knobs when it is made.
    """

    identity: str
    version: Version
    url: str
    password: str | None
    tls: ssl.SSLContext | None = None
    connectors: int = 1
    plugs: int = 1
    power_w: int = 22_000
    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)
    energy_step_wh: int = 100
    meter_interval_s: float | None = None
    heartbeat_s: float | None = None
    boot_retry_s: float | None = None
    reconnect: bool = True
    reconnect_delay_s: float = 0.2
    boot_on_reconnect: bool = True
    connection_timeout_s: float = 30.0
    call_timeout_s: float = 30.0
    transaction_attempts: int = 3
    transaction_retry_s: float = 1.0
    tx_start_point: TxStartPoint = "PowerPathClosed"
    reservations: bool = True
    reserve_any: bool = True
    vendor: str = "Slotkeeper"
    model: str = "Virtual"
    keep_log: bool = True
    on_message: Callable[[Message], None] | None = None
    time: Time = field(default_factory=WallTime)
    connect: Connect = over_the_network
    transaction_id: Callable[[], str] = new_transaction_id
    profile: Vendor | None = None

    def __post_init__(self) -> None:
        """For what is made of them: a dataclass calls this only if it has it itself."""
