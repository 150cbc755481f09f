"""Habits of meters: units, registers, wild values."""

from __future__ import annotations

from typing import Any

from simulator.vendors.memory import Memory
from simulator.vendors.said import Payload, Said, Version

LIFETIME_WH = 7_930_179
WILD = 4_294_967_295


def with_decimals(version: Version, said: Said, memory: Memory) -> list[Said]:
    """1.6 registers that are no whole numbers (K4.1)."""
    odd = {name: said.payload[name] + 0.4 for name in ("meterStart", "meterStop") if name in said.payload}
    return [said.but(**odd)]


def other_types(version: Version, said: Said, memory: Memory) -> list[Said]:
    """Texts where the schema has numbers, and numbers where it has texts."""
    odd = {name: str(said.payload[name]) for name in ("meterStart", "meterStop") if name in said.payload}
    said = said.but(**odd)
    for sample, _context in said.registers():
        sample["value"] = float(sample["value"]) if version == "1.6" else str(sample["value"])
    return [said]


def lifetime(version: Version, said: Said, memory: Memory) -> list[Said]:
    """Readings between start and stop are of the outlet's lifetime register, and name no transaction (K3.1)."""
    if version == "1.6" and said.action == "MeterValues":
        return [_of_the_outlet(version, said.without("transactionId"))]
    if said.payload.get("eventType") != "Updated" or "meterValue" not in said.payload:
        return [said]
    readings = {"evseId": said.connector, "meterValue": said.payload["meterValue"]}
    return [said.without("meterValue"), _of_the_outlet(version, Said("MeterValues", readings))]


def _of_the_outlet(version: Version, said: Said) -> Said:
    for sample, _context in said.registers():
        sample["value"] = _value(version, float(sample["value"]) + LIFETIME_WH)
    return said


def one_wild_value(version: Version, said: Said, memory: Memory) -> list[Said]:
    """The first reading of each transaction is all ones (K3.2)."""
    periodic = [sample for sample, context in said.registers() if context == "Sample.Periodic"]
    if periodic and memory.first("wild", said.transaction):
        for sample in periodic:
            sample["value"] = _value(version, WILD)
    return [said]


def kilowatt_hours(version: Version, said: Said, memory: Memory) -> list[Said]:
    """Every register in kWh, and so it says."""
    for sample, _context in said.registers():
        _in_kilowatt_hours(version, sample)
        if version == "1.6":
            sample["unit"] = "kWh"
        else:
            sample["unitOfMeasure"] = {"unit": "kWh"}
    return [said]


def times_a_thousand(version: Version, said: Said, memory: Memory) -> list[Said]:
    """2.x: Wh with a multiplier of three."""
    for sample, _context in said.registers():
        _in_kilowatt_hours(version, sample)
        sample["unitOfMeasure"] = {"unit": "Wh", "multiplier": 3}
    return [said]


def called_watt_hours(version: Version, said: Said, memory: Memory) -> list[Said]:
    """Readings on the way in kWh that call themselves Wh; beginning and end are right."""
    for sample, context in said.registers():
        if context == "Sample.Periodic":
            _in_kilowatt_hours(version, sample)
    return [said]


def _in_kilowatt_hours(version: Version, sample: Payload) -> None:
    sample["value"] = _value(version, float(sample["value"]) / 1000)


def _value(version: Version, number: float) -> Any:
    """1.6 has texts."""
    return f"{number:.12g}" if version == "1.6" else number
