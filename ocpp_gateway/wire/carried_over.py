"""Fields that firmware carried over from the other protocol family writes as there. Pure.

They mean there what they say, and what this version calls them is known.
"""

from collections.abc import Mapping
from typing import Any

_BOOT_OF_1_6 = {
    "chargePointVendor": "vendorName",
    "chargePointModel": "model",
    "chargePointSerialNumber": "serialNumber",
    "firmwareVersion": "firmwareVersion",
}
_STATION = "chargingStation"


def carried_over(action: str, fields: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """What a message says in the other family's fields, by this version's. `fields`: those that its schema has."""
    if action != "BootNotification":
        return {}
    if _STATION in fields and _STATION not in message:
        described = {ours: message[told] for told, ours in _BOOT_OF_1_6.items() if told in message}
        return {_STATION: described} if described else {}
    station: Any = message.get(_STATION) if _STATION not in fields else None
    if not isinstance(station, Mapping):
        return {}
    return {
        told: station[ours]
        for told, ours in _BOOT_OF_1_6.items()
        if ours in station and told in fields and told not in message
    }
