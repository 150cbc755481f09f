"""What a guest does at a bay: come, present a card, plug in, charge, leave, try again."""

from typing import Any

from contracts.publication import ReservationView
from days.app import App
from days.people import Charger, Guest
from days.scene import Scene
from days.script import Deed
from days.site import POWER_W, chance_of
from days.truth import Try
from domain.reservation.lifecycle import State

_LOOKS_AGAIN = 4
"""Minutes after which somebody who cannot charge tries again."""
_MOST_TRIES = 8


class Bay:
    def __init__(self, day: Scene, app: App) -> None:
        self._day = day
        self._app = app

    async def come(self, guest: Guest, *, to: str, starts: str, checks_in: bool) -> None:
        """And try again some minutes later when the bay is not there for them."""
        if guest.parked is not None or guest.gone:
            return
        guest.tries += 1
        view = await self._app.view(guest)
        if view is not None and view.proposed is not None and "accept_move" in view.possible:
            other_time = view.proposed.slot is not None
            willing = chance_of(self._day.script.seed, guest.name) < 0.6
            await self._app.answer(guest, view.proposed, accepts=willing and not other_time)
        where = await self._where(guest, to)
        if where is not None:
            await self._tried(guest, *where)
        if where is None or where[0].is_taken(where[1]):
            if guest.code:
                await self._app.ask(guest, "check_in")
            self._again(guest, to=to, starts=starts, checks_in=False)
            return
        charger, number = where
        self._day.tell(f"  {guest.name} is at {charger.id}/{number}")
        if checks_in and guest.code:
            await self._app.ask(guest, "check_in")
        guest.parked, charger.cars[number] = (charger.name, number), guest
        self._day.truth.parked.append((guest.name, charger.id, number, self._day.time.now(), None))
        if not await self._starts(guest, charger, number, starts):
            await self.goes_away(guest)
            self._again(guest, to=to, starts=starts, checks_in=False)

    def _again(self, guest: Guest, **how: Any) -> None:
        if guest.tries < _MOST_TRIES:
            day = self._day
            minute = day.calendar.minute_of(day.time.now()) + _LOOKS_AGAIN
            day.do_at(Deed(minute=minute, what="come", who=guest.name, how=how))

    async def _where(self, guest: Guest, to: str) -> tuple[Charger, int] | None:
        view = await self._app.view(guest)
        own = None
        if view is not None and view.charger_id is not None and view.connector_number is not None:
            name = "c" + view.charger_id.removeprefix("SITE-")
            own = (self._day.chargers[name], view.connector_number)
        if to == "own" and own is not None:
            return own
        places = [
            (charger, number)
            for charger in self._day.chargers.values()
            for number in range(1, charger.plan.connectors + 1)
            if (charger, number) != own and not charger.is_taken(number)
        ]
        if not places:
            return None
        return places[int(chance_of(self._day.script.seed, guest.name, guest.tries) * len(places))]

    async def _tried(self, guest: Guest, charger: Charger, number: int, *, let_in: bool = False) -> None:
        self._seen(guest, charger, number, await self._app.view(guest), let_in=let_in)

    def _seen(
        self, guest: Guest, charger: Charger, number: int, view: ReservationView | None, *, let_in: bool
    ) -> None:
        place = (charger.id, number)
        self._day.truth.tries.append(
            Try(
                visit=guest.name,
                charger=charger.id,
                connector=number,
                at=self._day.time.now(),
                own=view is not None and (view.charger_id, view.connector_number) == place,
                state="" if view is None else view.state,
                let_in=let_in,
            )
        )

    async def _starts(self, guest: Guest, charger: Charger, number: int, starts: str) -> bool:
        """Whether there is any point in staying: the charger has taken the card, or the app's start."""
        device = charger.device
        if charger.dead:
            return False
        if starts == "card first" and not await self._swipes(guest, charger, number):
            return False
        await device.plug_in(number, _plug_of(guest, charger))
        await self._day.settle()
        if starts == "app" and guest.code and await self._sends(guest, charger, number):
            return True
        if device.connector(number).authorisation is None:  # not shown yet, or the cable came too late for it
            return await self._swipes(guest, charger, number)
        return True

    async def _sends(self, guest: Guest, charger: Charger, number: int) -> bool:
        """A start by the app. One that its charger accepted is ours to keep, as a card that we took."""
        view = await self._app.view(guest)
        done = await self._app.ask(guest, "start_charging")
        if done and charger.device.connector(number).transaction is not None:
            self._seen(guest, charger, number, view, let_in=True)
        return done

    async def _swipes(self, guest: Guest, charger: Charger, number: int) -> bool:
        """Whether the card was taken. Refused by us at their own bay, in their time, is kept."""
        device = charger.device
        view, was_online = await self._app.view(guest), device.online and not charger.loses_answer
        charger.loses_answer = False
        if await device.swipe(number, guest.card):
            if was_online and device.online and charger.asks_us:
                await self._tried(guest, charger, number, let_in=True)
            return True
        if (
            view is not None
            and charger.asks_us
            and was_online
            and device.online
            and device.connector(number).usable
            and (view.charger_id, view.connector_number) == (charger.id, number)
            and view.state in (State.LOCKED, State.ARRIVED)
            and view.slot_start - self._day.policy.early_start <= self._day.time.now() < view.slot_end
        ):
            self._day.truth.refusals.append(
                (guest.code, charger.id, number, self._day.time.now(), view.state)
            )
        return False

    async def draw(self, guest: Guest, *, wh: int) -> None:
        if (here := self._here(guest)) is not None:
            charger, number = here
            leg = self._day.truth.running(charger.id, number)
            if not charger.dead and leg is not None:
                await charger.device.charge(number, min(wh, leg.at_most(self._day.time.now(), POWER_W)))

    async def is_full(self, guest: Guest) -> None:
        if (here := self._here(guest)) is not None and not here[0].dead:
            await here[0].device.finish_charging(here[1])

    async def stop_and_start(self, guest: Guest) -> None:
        if (here := self._here(guest)) is not None and not here[0].dead:
            charger, number = here
            await charger.device.stop_by_card(number, guest.card)
            await self._day.settle()

            async def again() -> None:
                if self._here(guest) == here and not charger.dead:
                    await charger.device.swipe(number, guest.card)

            self._day.time.at(self._day.time.now() + self._day.calendar.span(1), again)

    async def leave(self, guest: Guest, *, ends: str) -> None:
        guest.gone = True
        if (here := self._here(guest)) is None:
            return
        charger, number = here
        if not charger.dead and ends == "card":
            await charger.device.stop_by_card(number, guest.card)
        elif not charger.dead and ends == "app":
            await self._app.ask(guest, "stop_charging")
        await self._day.settle()
        await self.goes_away(guest)

    async def goes_away(self, guest: Guest) -> None:
        here = self._here(guest)
        if here is None:
            return
        charger, number = here
        guest.parked = None
        await charger.device.unplug(number)
        del charger.cars[number]
        parked = self._day.truth.parked
        n = max(n for n, entry in enumerate(parked) if entry[0] == guest.name)
        parked[n] = (*parked[n][:4], self._day.time.now())

    def _here(self, guest: Guest) -> tuple[Charger, int] | None:
        return None if guest.parked is None else (self._day.chargers[guest.parked[0]], guest.parked[1])


def _plug_of(guest: Guest, charger: Charger) -> int:
    """A car fits one of the plugs, at whatever EVSE."""
    return 1 + guest.visit.driver % charger.plan.plugs
