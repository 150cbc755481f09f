"""Who or what is behind an outcome, a fee or a move."""

from enum import StrEnum


class Cause(StrEnum):
    """Who or what is behind an outcome. A cause on the operator's side only produces credits (promise P3)."""

    DRIVER = "driver"
    OPERATOR = "operator"
    CHARGER_FAULT = "charger_fault"
    CHARGER_OFFLINE = "charger_offline"
    START_REJECTED = "start_rejected"
    CONNECTOR_OCCUPIED = "connector_occupied"
    MAINTENANCE = "maintenance"
    """Planned."""
    SYSTEM = "system"

    @property
    def is_operators(self) -> bool:
        return self is not Cause.DRIVER
