"""All that may be done on a day, by the names that scripts use. What is not possible as things stand is not done."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from days.app import App
from days.bay import Bay
from days.breaking import Breaking
from days.scene import Scene
from days.script import Deed, explained

Doing = Callable[..., Awaitable[None]]


class Deeds:
    def __init__(self, day: Scene) -> None:
        self._day = day
        app, breaking = App(day), Breaking(day)
        self._bay = bay = Bay(day, app)
        self._of_guests: Mapping[str, Doing] = {
            "book": app.book,
            "pay": app.pay,
            "cancel": app.cancel,
            "on_my_way": app.on_my_way,
            "extend": app.extend,
            "reschedule": app.reschedule,
            "swap": app.swap,
            "answer": app.answer,
            "operate": app.operate,
            "come": bay.come,
            "draw": bay.draw,
            "is_full": bay.is_full,
            "stop_and_start": bay.stop_and_start,
            "leave": bay.leave,
        }
        self._of_chargers: Mapping[str, Doing] = {
            "power_cut": breaking.power_cut,
            "reboot": breaking.reboot,
            "vanish": breaking.vanish,
            "fault": breaking.fault,
            "recover": breaking.recover,
            "lose_answer": breaking.lose_answer,
            "repeat": breaking.repeat,
            "slow_relay": breaking.slow_relay,
            "lose_tasks": breaking.lose_tasks,
            "provider_fails": breaking.provider_fails,
            "provider_slow": breaking.provider_slow,
        }

    async def do(self, deed: Deed) -> None:
        """Raises KeyError for a deed or somebody that does not exist."""
        self._day.tell(f"> {explained(deed)}")
        guest = self._day.guests.get(deed.who)
        if guest is not None:
            guest = guest.swapped or guest
        how: dict[str, Any] = dict(deed.how)
        if guest is not None:
            await self._of_guests[deed.what](guest, **how)
        else:
            await self._of_chargers[deed.what](self._day.chargers[deed.who], **how)

    async def close_the_site(self) -> None:
        """In the evening: all go home, and whatever is broken is repaired."""
        day = self._day
        day.tell("> the evening: all go home, and everything works")
        await day.control.clear_faults()
        for charger in day.chargers.values():
            if charger.dead or not charger.device.online:
                charger.dead = False
                await charger.device.come_back()
            for number in range(charger.plan.connectors + 1):
                await charger.device.recover(number)
            await day.settle()
        for outage in day.truth.outages:
            outage.ended = outage.ended or day.time.now()
        for guest in day.guests.values():
            guest.gone = True
            if guest.parked is not None:
                await self._bay.goes_away(guest)
                await day.settle()
