"""What happened at the sites of `make up` before anybody looked: charges that were paid, one that was cancelled, and a
driver who does not come.

By the API, as people do it, and at the pace of the clock: nothing is made up, so no booking is older than the stack
(what is: `past.py`). Asked for again on the same day it is the same.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import structlog

from domain.reservation.lifecycle import FINAL
from runtime.stack.fixtures import FLEET, FLEET_DRIVERS, SITE_OF, bay_of
from runtime.stack.stack import Stack
from simulator.scenarios.caller import Caller, Refused
from simulator.scenarios.expectation import Unmet

_log = structlog.get_logger()
_BEN, _CLEO = "driver-ben", "driver-cleo"
_CHARGES = (
    (_BEN, "harbour-4", 40, 25),
    (FLEET_DRIVERS[1], "museum-2", 45, 20),
    (FLEET_DRIVERS[2], "harbour-3", 35, 15),
)
"""Who, at which charger, booked for how many minutes from now, and charging for how many seconds. Neither at the
bay that is kept for who is new here, nor where somebody comes later (`life.py`); nor is it Ana, whom who is new here
signs in as: nobody charges at two places at once.
"""
_OTHERS_AT = "museum-3"
"""Who cancels, and who does not come."""
_LOOKS_EVERY_S = 1.0
_PATIENCE_S = 120.0


async def charge_a_little(stack: Stack, now: datetime) -> Sequence[str]:
    """Codes of the reservations that came to their end, and of who does not come. What is refused is left out."""
    async with httpx.AsyncClient(base_url=stack.api_url, timeout=30, trust_env=False) as http:

        def person(who: str) -> _Person:
            return _Person(stack, http, who, now.date())

        lives = [
            *(
                person(who).charges(charger, timedelta(minutes=minutes), seconds)
                for who, charger, minutes, seconds in _CHARGES
            ),
            person(_CLEO).cancels(_OTHERS_AT, now + timedelta(days=1, hours=3)),
            person(_CLEO).does_not_come(_OTHERS_AT, now + timedelta(minutes=2)),
        ]
        done = await asyncio.gather(*lives, return_exceptions=True)
    for one in done:
        if isinstance(one, Refused | Unmet | TimeoutError | httpx.HTTPError):
            _log.info("life_not_lived", why=repr(one))
        elif isinstance(one, BaseException):
            raise one
    return [one for one in done if isinstance(one, str)]


class _Person:
    """A driver, or the fleet for one of its own. `day`: of the keys under which they book; each day has its own."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, who: str, day: date) -> None:
        self._of_fleet = who in FLEET_DRIVERS
        self._who = who
        self._day = day
        self._app = Caller(http, stack.issuer.fleet(FLEET) if self._of_fleet else stack.issuer.driver(who))

    async def charges(self, charger_id: str, lasts: timedelta, seconds: float) -> str:
        """From the booking to the payment, with a car that waits there."""
        start = datetime.now(UTC)
        code = await self._book(charger_id, start, start + lasts, "charge")
        for step in ("check-in", "start"):
            await self._act(code, step)
        await self._until(code, lambda seen: "stop" in seen["possible"])
        await asyncio.sleep(seconds)
        await self._act(code, "stop")
        await self._until(code, lambda seen: seen["state"] in FINAL)
        return code

    async def cancels(self, charger_id: str, start: datetime) -> str:
        code = await self._book(charger_id, start, start + timedelta(hours=1), "cancel")
        await self._act(code, "cancel")
        return code

    async def does_not_come(self, charger_id: str, start: datetime) -> str:
        """What that costs is told once they are waited for no longer."""
        return await self._book(charger_id, start, start + timedelta(minutes=30), "no-show")

    async def _book(self, charger_id: str, start: datetime, end: datetime, what: str) -> str:
        body: dict[str, Any] = {
            "site_id": SITE_OF[charger_id].id,
            "bay": bay_of(charger_id),
            "start": start.isoformat(),
            "end": end.isoformat(),
        }
        body |= {"driver_id": self._who} if self._of_fleet else {"payment_method": "pm_card_visa"}
        key = f"life-{self._day.isoformat()}-{what}-{self._who}"
        answer = await self._app.post("/v1/reservations", body, pending=True, key=key)
        return str(answer["reservation"]["code"])

    async def _act(self, code: str, step: str) -> None:
        await self._until(code, lambda seen: step in seen["possible"])
        await self._app.post(f"/v1/reservations/{code}/{step}", None, pending=True)

    async def _until(self, code: str, fulfilled: Callable[[dict[str, Any]], bool]) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                if fulfilled(await self._app.get(f"/v1/reservations/{code}")):
                    return
                await asyncio.sleep(_LOOKS_EVERY_S)
