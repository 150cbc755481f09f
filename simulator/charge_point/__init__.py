"""Virtual charge points: real WebSockets and real OCPP frames against a CSMS, for demo, tests and benches."""

from simulator.charge_point.knobs import Misbehaviour
from simulator.charge_point.messages import (
    CallRefusedError,
    CallTimeoutError,
    ChargePointError,
    Message,
    NotConnectedError,
)
from simulator.charge_point.state import ConnectorState, Hold, Transaction
from simulator.charge_point.virtual import VirtualChargePoint

__all__ = [
    "CallRefusedError",
    "CallTimeoutError",
    "ChargePointError",
    "ConnectorState",
    "Hold",
    "Message",
    "Misbehaviour",
    "NotConnectedError",
    "Transaction",
    "VirtualChargePoint",
]
