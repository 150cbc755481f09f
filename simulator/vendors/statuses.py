"""Habits of statuses: which are told, of which connectors, and how often."""

from __future__ import annotations

from simulator.vendors.memory import Memory
from simulator.vendors.said import Said, Version
from simulator.vendors.transactions import put_in, renumbered

IN_USE = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Occupied"})
FLAPS = 12


def never_free_again(version: Version, said: Said, memory: Memory) -> list[Said]:
    """The Available after somebody left is missing; the next one comes with a boot."""
    before = memory.statuses.get(said.connector or 0)
    return [] if said.status == "Available" and before in IN_USE else [said]


def only_the_whole(version: Version, said: Said, memory: Memory) -> list[Said]:
    """1.6: statuses of connector 0, and of no other."""
    return [] if said.status is not None and said.connector else [said]


def whole_stays_faulted(version: Version, said: Said, memory: Memory) -> list[Said]:
    """1.6: a fault is told of each connector and of 0, the recovery of the connectors only (K2.2)."""
    if said.connector == 0 and said.status == "Available" and memory.statuses.get(0) == "Faulted":
        return []
    return [said]


def sibling_unavailable(version: Version, said: Said, memory: Memory) -> list[Said]:
    """While one plug is in use, the others of the same bay are Unavailable (K6)."""
    if said.status is None or not said.connector:
        return [said]
    used, before = said.status in IN_USE, memory.statuses.get(said.connector) in IN_USE
    if used is before:
        return [said]
    others = [number for number in range(1, memory.connectors + 1) if number != said.connector]
    word = "Unavailable" if used else "Available"
    return [said, *(said.with_status(word, number) for number in others)]


def flapping(version: Version, said: Said, memory: Memory) -> list[Said]:
    """A car that pauses and goes on a dozen times for each time that it begins (K7.1)."""
    if version == "1.6":
        pair = [said.with_status("SuspendedEV"), said.with_status("Charging")] if said.status else []
        return [said, *(pair * FLAPS if said.status == "Charging" else [])]
    said = renumbered(said, memory)
    info = said.payload.get("transactionInfo", {})
    if info.get("chargingState") != "Charging" or not memory.first("flapping", said.transaction):
        return [said]
    return [said, *put_in(said, ["SuspendedEV", "Charging"] * FLAPS, memory)]


def suspended_first(version: Version, said: Said, memory: Memory) -> list[Said]:
    """SuspendedEVSE, then Charging; in 1.6 both before the start of the transaction (§9 of what stations do)."""
    if version != "1.6":
        said = renumbered(said, memory)
        info = said.payload.get("transactionInfo", {})
        if not said.begins or info.get("chargingState") != "Charging":
            return [said]
        info["chargingState"] = "SuspendedEVSE"
        return [said, *put_in(said, ["Charging"], memory)]
    if not said.begins:
        return [said]
    status = {"connectorId": said.connector, "errorCode": "NoError", "timestamp": said.payload["timestamp"]}
    early = [Said("StatusNotification", status | {"status": word}) for word in ("SuspendedEVSE", "Charging")]
    return [*early, said]
