"""Habits of boots."""

from __future__ import annotations

from simulator.vendors.memory import Memory
from simulator.vendors.said import Said, Version

TOO_LONG = 26


def long_serial(version: Version, said: Said, memory: Memory) -> list[Said]:
    """A serial number of 26 characters where 25 are allowed (K4.2)."""
    if said.action != "BootNotification":
        return [said]
    if version == "1.6":
        return [
            said.but(chargePointSerialNumber=said.payload["chargePointSerialNumber"].rjust(TOO_LONG, "S"))
        ]
    station = said.payload["chargingStation"]
    return [
        said.but(chargingStation=station | {"serialNumber": station["serialNumber"].rjust(TOO_LONG, "S")})
    ]
