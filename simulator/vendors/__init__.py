"""Chargers as they are sold: what sets their OCPP apart from the textbook's. Pure, without clock and sockets."""

from simulator.vendors.catalogue import VENDORS, vendor
from simulator.vendors.conduct import Conduct
from simulator.vendors.memory import Memory
from simulator.vendors.said import Payload, Said, Version
from simulator.vendors.vendor import Flaw, Occasion, UnknownVendorError, Vendor, WrongVersionError

__all__ = [
    "VENDORS",
    "Conduct",
    "Flaw",
    "Memory",
    "Occasion",
    "Payload",
    "Said",
    "UnknownVendorError",
    "Vendor",
    "Version",
    "WrongVersionError",
    "vendor",
]
