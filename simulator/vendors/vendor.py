"""The shape of a vendor's profile: a few habits of speech and conduct, where they were seen, and in which versions."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal, NamedTuple

from simulator.vendors.conduct import TEXTBOOK, Conduct
from simulator.vendors.memory import Memory
from simulator.vendors.said import Payload, Said, Version

Habit = Callable[[Version, Said, Memory], list[Said]]
"""What becomes of one message. The message is the habit's to change; the memory says what went before."""
Occasion = Literal["always", "coverage", "power", "fault"]
"""When the profile shows: always, after a loss of the connection, of power, or after a fault of the charger."""
EVERY_VERSION: tuple[Version, ...] = ("1.6", "2.0.1", "2.1")
MODERN: tuple[Version, ...] = ("2.0.1", "2.1")


class Flaw(NamedTuple):
    """What is against the schema in a message. `path`: names with slashes between; `kind`: too_long, wrong_type, …"""

    action: str
    path: str
    kind: str
    versions: tuple[Version, ...] = EVERY_VERSION


class UnknownVendorError(LookupError):
    """There is no profile of this name."""

    code = "unknown_vendor"


class WrongVersionError(ValueError):
    """The profile does not exist in this version."""

    code = "wrong_version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One profile.

    Attributes:
        name: made up, at most 20 characters; the charger gives it as its model.
        shows: what is odd about it, for people.
        source: the field case (K…) or the section of the protocol notes (§…) that it was taken from.
        versions: of OCPP, in which it exists.
        habits: each is applied to what the one before it made of a message.
        conduct: what it does beside talking.
        occasion: what must happen for it to show.
        flaws: which of the schema's rules it breaks.
    """

    name: str
    shows: str
    source: str
    versions: tuple[Version, ...] = EVERY_VERSION
    habits: tuple[Habit, ...] = ()
    conduct: Conduct = TEXTBOOK
    occasion: Occasion = "always"
    flaws: tuple[Flaw, ...] = ()

    def says(
        self, version: Version, action: str, payload: Payload, state: Memory
    ) -> list[tuple[str, Payload]]:
        """What this vendor's charger sends where the textbook's would send this call; perhaps nothing.

        `payload` is left as it is; `state` is the charger's, the same for all that it says.

        Raises:
            WrongVersionError: the profile does not exist in `version`.
        """
        if version not in self.versions:
            raise WrongVersionError(f"{self.name} does not speak {version}")
        meant = Said(action, deepcopy(payload))
        state.before(meant)
        spoken = [self._introduced(version, meant)]
        for habit in self.habits:
            spoken = [part for said in spoken for part in habit(version, said, state)]
        state.after(Said(action, payload))
        return [(part.action, part.payload) for part in spoken]

    def _introduced(self, version: Version, said: Said) -> Said:
        """Quirks are noted by model, so a boot names it."""
        if said.action != "BootNotification":
            return said
        if version == "1.6":
            return said.but(chargePointVendor="Field", chargePointModel=self.name)
        station = said.payload["chargingStation"] | {"vendorName": "Field", "model": self.name}
        return said.but(chargingStation=station)
