"""One day, lived on a stage: its deeds at their minutes, and between them whatever comes of them."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from days.deeds import Deeds
from days.operator import Operator
from days.people import Charger, Guest
from days.script import Deed, Script
from days.site import TARIFF, build, policy_of
from days.stage import Stage
from days.truth import Truth
from days.walk_ins import WalkInBiller
from db.engine import Sessions, create_sessions
from simulator.stripe_api.control_client import StripeApiControl

_OFFICE = 30
"""Minutes, after which they look at what there is."""
_LONGEST_EVENING = 960
"""Minutes after which everything has ended."""


class Day:
    """`control`: of the payment provider's stand-in. `events`: what was due and was done."""

    def __init__(self, script: Script, stage: Stage, engine: AsyncEngine, control: StripeApiControl) -> None:
        self.script, self.stage, self.engine, self.control = script, stage, engine, control
        self.sessions: Sessions = create_sessions(engine)
        self.time, self.calendar = stage.time, stage.calendar
        self.truth = Truth()
        self.biller = WalkInBiller(engine)
        self.chargers: dict[str, Charger] = {}
        self.guests = {name: Guest(name, visit) for name, visit in script.visits.items()}
        self.connectors: dict[tuple[str, int], int] = {}
        self.events = 0
        self.tariff = TARIFF
        self.policy = policy_of(script, stage.calendar)
        self._deeds = Deeds(self)
        self._operator = Operator(self)

    @property
    def places(self) -> dict[int, tuple[str, int]]:
        """Connectors by their id."""
        return {id_: place for place, id_ in self.connectors.items()}

    def site_of(self, charger_id: str) -> int:
        return next(c.plan.site for c in self.chargers.values() if c.id == charger_id)

    def quirks(self) -> Mapping[str, int]:
        """How often each has shown."""
        met: Counter[str] = Counter()
        for charger in self.chargers.values():
            lost = sum(leg.forgotten for leg in self.truth.legs if leg.charger == charger.id)
            met += charger.met.quirks(charger.plan, lost)
        return met

    async def live(self) -> None:
        self.connectors = await build(self.sessions, self.script, self.policy)
        await self.biller.open()
        for n, plan in enumerate(self.script.chargers, start=1):
            self.chargers[f"c{n}"] = charger = self.stage.charger(f"c{n}", plan)
            await charger.device.start()
        await self.settle()
        for deed in self.script.deeds:
            self.do_at(deed)
        evening = self.calendar.instant(self.script.evening)
        night = self.calendar.instant(self.script.evening + _LONGEST_EVENING)
        self.time.at(evening, self._deeds.close_the_site)
        self._look_now_and_then()
        while (due := self.time.next_due()) is not None and due < night:
            await self.time.jump()
            self.events += 1
            await self.settle()
            if due > evening and await self._all_over():
                break
        await self._operator.place_ends()
        await self.stage.tidy_up()
        for charger in self.chargers.values():
            await charger.device.stop()
        await self.settle()
        await self.biller.hear()

    def do_at(self, deed: Deed) -> None:
        async def do() -> None:
            await self._deeds.do(deed)

        self.time.at(self.calendar.instant(deed.minute), do)

    def _look_now_and_then(self) -> None:
        """Whoever bills walk-ins, and the operator; and after the evening somebody has to see that all is over."""

        async def look() -> None:
            return None

        evening = self.script.evening
        for minute in (*range(_OFFICE, evening, _OFFICE), evening + _OFFICE, evening + 3 * _OFFICE):
            self.time.at(self.calendar.instant(minute), self._office)
        for minute in range(evening + 5, evening + _LONGEST_EVENING, 5):
            self.time.at(self.calendar.instant(minute), look)

    async def _office(self) -> None:
        await self.biller.hear()
        await self._operator.place_ends()

    async def _all_over(self) -> bool:
        return all(
            [await self.stage.view(guest.code) is None for guest in self.guests.values() if guest.code]
        )

    async def settle(self) -> None:
        await self.stage.settle(list(self.chargers.values()), self._look)

    def _look(self) -> None:
        """At the plugs: what runs there now."""
        now = self.time.now()
        for charger in self.chargers.values():
            charger.look(self.truth, now)

    def tell(self, what: str) -> None:
        self.truth.told.append(f"{self.calendar.told(self.time.now())} {what}")
