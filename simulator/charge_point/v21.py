"""OCPP 2.1 on the wire, where it differs from 2.0.1: a reservation that was used for nothing is told."""

from __future__ import annotations

from simulator.charge_point.state import Hold
from simulator.charge_point.v201 import Charger201


class Charger21(Charger201):
    """A 2.1 charging station."""

    async def came_to_nothing(self, hold: Hold) -> None:
        """H03.FR.11: the driver's token used the reservation, and then no transaction followed."""
        await self.hold_ended(hold, "NoTransaction")
