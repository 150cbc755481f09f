"""Chargers that break, reboot and lose their link."""

import asyncio
import random
from collections import Counter

from chaos.people.bays import Bays

_DEED_S, _BACK_S = 20.0, 30.0
_FAULT_S, _AWAY_S = (2.0, 7.0), (1.0, 12.0)


class Chargers:
    def __init__(self, bays: Bays, dice: random.Random) -> None:
        self._bays = bays
        self._dice = dice
        self.troubles: Counter[str] = Counter()

    async def trouble(self) -> None:
        """One at one charger, from its beginning to its end."""
        charger = self._bays.chargers[self._dice.choice(sorted(self._bays.chargers))]
        kind = self._dice.choice(["fault", "reboot", "reboot_forgetting", "cut"])
        fault_s, away_s = self._dice.uniform(*_FAULT_S), self._dice.uniform(*_AWAY_S)
        self.troubles[kind] += 1
        match kind:
            case "fault":
                await self._bays.deed(charger.fault(1), _DEED_S)
                await asyncio.sleep(fault_s)
                await self._bays.deed(charger.recover(1), _DEED_S)
            case "cut":
                await charger.vanish()
                await asyncio.sleep(away_s)
                await self._bays.deed(charger.come_back(), _BACK_S)
            case _:
                charger.misbehaviour.forget_holds_on_reboot = kind == "reboot_forgetting"
                await self._bays.deed(charger.reboot(), _BACK_S)

    async def mend(self) -> None:
        """Every charger is in order and reachable, and nobody's car stands at it."""

        async def mended(name: str) -> None:
            charger = self._bays.chargers[name]
            await self._bays.deed(charger.come_back(), _BACK_S)
            await self._bays.deed(charger.recover(1), _DEED_S)
            if charger.connector(1).plugged:
                await self._bays.deed(charger.unplug(1), _DEED_S)

        await asyncio.gather(*(mended(name) for name in self._bays.chargers))
