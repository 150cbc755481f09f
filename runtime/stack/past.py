"""The days before `make up`: its newer chargers stood there offline, and let in whose card they knew.

They tell it when they are connected for the first time, by the messages that any charger queues, with the times of
their own clocks: the gateway judges and keeps it as it would anybody's. OCPP 1.6 cannot say that something was queued,
so those chargers have no past; and nothing was booked then, so there are no bills.

Where that breaks off, the same is told again at the next start, under the same names, so that nothing is there twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from runtime.stack.fixtures import CARDS, SITES, VAN_CARDS
from runtime.stack.stack import Stack
from simulator.charge_point.past import PastVisit

_ANA, _BEN = CARDS
_VAN_2, _VAN_3 = VAN_CARDS
_WEEK = (
    (1, "harbour-2", _BEN, time(12, 20), 35, 95),
    (1, "harbour-4", _ANA, time(18, 5), 150, 11),
    (1, "harbour-2", _VAN_2, time(20, 10), 55, 80),
    (1, "museum-2", _VAN_3, time(21, 0), 40, 120),
    (2, "harbour-2", _VAN_3, time(6, 15), 45, 110),
    (2, "museum-2", _ANA, time(17, 40), 40, 90),
    (2, "harbour-2", _VAN_2, time(20, 0), 60, 75),
    (3, "harbour-4", _BEN, time(9, 30), 180, 11),
    (3, "harbour-2", _VAN_2, time(19, 45), 50, 85),
    (3, "museum-2", _VAN_3, time(20, 30), 55, 100),
    (4, "museum-2", _BEN, time(13, 10), 30, 125),
    (4, "harbour-4", _ANA, time(18, 20), 120, 11),
    (4, "harbour-2", _VAN_3, time(20, 40), 45, 90),
    (5, "harbour-2", _BEN, time(12, 45), 40, 100),
    (5, "museum-2", _ANA, time(16, 55), 35, 110),
    (5, "harbour-4", _VAN_2, time(19, 0), 210, 20),
    (6, "harbour-2", _ANA, time(10, 15), 45, 95),
    (6, "harbour-2", _VAN_3, time(20, 5), 50, 85),
    (7, "museum-2", _BEN, time(11, 30), 40, 115),
    (7, "harbour-4", _ANA, time(18, 10), 165, 11),
    (8, "harbour-2", _BEN, time(12, 30), 30, 105),
    (8, "museum-2", _VAN_2, time(20, 25), 60, 80),
)
"""How many days ago, where, by whose card, from when on the site's clock, for how many minutes, with how many kW."""


class KeptPast:
    """Beside the data of a stack: from which moment on its past is told, and whether all of it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._since, self._mark = folder / "since", folder / "told"

    @property
    def since(self) -> datetime | None:
        """None: nothing was told so far."""
        return datetime.fromisoformat(self._since.read_text()) if self._since.exists() else None

    @property
    def is_told(self) -> bool:
        return self._mark.exists()

    def begin(self, now: datetime) -> None:
        """Before anything is told."""
        self._folder.mkdir(parents=True, exist_ok=True)
        written = self._folder / "since.new"
        written.write_text(now.isoformat())
        written.replace(self._since)

    def done(self) -> None:
        self._mark.touch()


async def past_to_tell(
    kept: KeptPast, charged_before: Callable[[], Awaitable[bool]], now: datetime
) -> Mapping[str, Sequence[PastVisit]]:
    """By charger; empty: all of it is told. Where somebody charged before any was told, that is the past there is."""
    if kept.is_told:
        return {}
    if kept.since is None:
        if await charged_before():
            return {}
        kept.begin(now)
    return past_of(kept.since or now)


async def let_past_be_told(
    kept: KeptPast, told: Callable[[], Awaitable[None]], say: Callable[[str], None], patience_s: float
) -> None:
    """`told` returns when all of it was. Longer than the patience nobody waits: the next start tells it again."""
    if kept.is_told or kept.since is None:
        return
    try:
        async with asyncio.timeout(patience_s):
            await told()
    except TimeoutError:
        say("the week before is not told whole; it is told again at the next start")
    else:
        kept.done()


async def has_past(stack: Stack) -> bool:
    """Has anybody charged here before? Then it is the past that there is."""
    async with httpx.AsyncClient(base_url=stack.api_url, timeout=30, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {stack.issuer.operator('olga')}"}
        answer = await http.get("/v1/operations/sessions", params={"limit": 1}, headers=headers)
        answer.raise_for_status()
        return bool(answer.json()["items"])


def past_of(now: datetime) -> Mapping[str, Sequence[PastVisit]]:
    """By charger."""
    found: dict[str, list[PastVisit]] = {}
    zones = {charger.id: ZoneInfo(site.zone) for site in SITES for charger in site.chargers}
    for ago, charger_id, card, at, minutes, kilowatts in _WEEK:
        zone = zones[charger_id]
        day = now.astimezone(zone).date() - timedelta(days=ago)
        visit = PastVisit(
            connector=1,
            card=card,
            start=datetime.combine(day, at, zone).astimezone(UTC),
            lasts=timedelta(minutes=minutes),
            power_w=kilowatts * 1000,
        )
        found.setdefault(charger_id, []).append(visit)
    return found
