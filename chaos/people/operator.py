"""The operator: acts on reservations now and then, and resolves what waits for a person once the storm is over."""

import asyncio
import random
import time
from collections import Counter
from typing import Any

from chaos.people.app import Answer
from chaos.people.world import World

_LIST = "/v1/operations/reservations"
_READ = f"{_LIST}/{{code}}"
_EVERY_S = (4.0, 10.0)
_VERBS = {"reassign": 4.0, "waive": 3.0, "cancel": 1.5, "force-release": 0.5}
_KINDS = ("no_show", "cancellation", "change", "overstay")
_PATIENCE_S = 15.0


class Operator:
    def __init__(self, world: World, token: str, dice: random.Random) -> None:
        self._world = world
        self._token = token
        self._dice = dice
        self.acts: Counter[str] = Counter()
        """`<verb> <status>`; 0: nobody answered."""
        self.resolved: Counter[str] = Counter()
        """What had waited for a person, by problem."""

    async def live(self) -> None:
        while time.monotonic() < self._world.until:
            await asyncio.sleep(self._dice.uniform(*_EVERY_S))
            try:
                await self._act()
            except Exception as error:  # noqa: BLE001 - a fault of the harness must be seen, not end it
                self._world.beliefs.own_faults.append(f"operator: {error!r}")

    async def resolve_what_waits(self) -> int:
        """How many reservations waited for a person; each is resolved."""
        waiting = await self._listed("?needs_attention=true&open_only=true")
        for item in waiting:
            answer = await self._send(item["code"], "resolve", {"reason": "seen to after the storm"})
            if answer is not None and answer.status < 400:
                self.resolved[item["needs_attention"]] += 1
        return len(waiting)

    async def _act(self) -> None:
        """On any reservation that is open: who it is about is luck, as in life."""
        open_ones = await self._listed("?open_only=true")
        if not open_ones:
            return
        item = self._dice.choice(sorted(open_ones, key=lambda one: str(one["code"])))
        verb = self._dice.choices(list(_VERBS), list(_VERBS.values()))[0]
        body: dict[str, Any] = {"reason": "a storm"}
        if verb == "waive":
            body["kind"] = self._dice.choice(_KINDS)
        answer = await self._send(item["code"], verb, body)
        self.acts[f"{verb} {0 if answer is None else answer.status}"] += 1

    async def _listed(self, query: str) -> list[dict[str, Any]]:
        answer = await self._world.app.send(self._token, "GET", _LIST, query=query, patience=_PATIENCE_S)
        return [] if answer is None or answer.status != 200 else list(answer.document["items"])

    async def _send(self, code: str, verb: str, body: dict[str, Any]) -> Answer | None:
        key = f"operator-{self._dice.getrandbits(64):016x}"
        return await self._world.app.send(
            self._token, "POST", f"{_READ}/{verb}", code=code, body=body, key=key, patience=_PATIENCE_S
        )
