"""Some life at the sites of `make up`: slots booked over the coming days, a fleet that pays by invoice, a credit.

By the API, as people would; asked for again it is the same, and each day brings its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import structlog

from runtime.stack.fixtures import DRIVER, FLEET, FLEET_DRIVERS, SITE_OF, bay_of
from runtime.stack.stack import Stack

_log = structlog.get_logger()
_CARD = "pm_card_visa"
_DAYS = 4
_SATURDAY = 5
_NEXT = timedelta(hours=1)
"""Whoever is to charge at once (`charges.py`) has nothing else meanwhile."""
_AT = {
    DRIVER: ("museum-1", time(18, 0), 60),
    "driver-ben": ("harbour-2", time(12, 30), 45),
    FLEET_DRIVERS[0]: ("harbour-2", time(19, 0), 90),
    FLEET_DRIVERS[1]: ("museum-1", time(19, 15), 90),
    FLEET_DRIVERS[2]: ("harbour-2", time(20, 45), 60),
}
"""Who, at which charger, from when on the site's clock, and for how many minutes; the vans on working days, in
the evening: who looks as their dispatcher finds their mornings free. Neither at the bay that is kept for who is new
here, nor at those where somebody charges at once (`charges.py`).
"""
_ACCOUNT = {
    "party": {
        "name": "Parcel Fleet GmbH",
        "address": ["Hof 3", "24103 Kiel"],
        "country": "DE",
        "tax_id": "DE987654321",
    },
    "currency": "EUR",
    "days_to_pay": 14,
    "limit_minor": 500_000,
}

_CREDIT = {"amount_minor": 500, "currency": "EUR", "reason": "Welcome to the two sites"}
"""Of Ben's, so that the first bill of Ana's, whom who is new here signs in as, is paid by a card."""


async def bring_life(stack: Stack, now: datetime) -> int:
    """How many slots are booked then, of those that were to be. What is refused is left out."""
    async with httpx.AsyncClient(base_url=stack.api_url, timeout=30, trust_env=False) as http:
        operator = _bearer(stack.issuer.operator("olga"))
        await http.put(f"/v1/operations/invoice-accounts/{FLEET}", json=_ACCOUNT, headers=operator)
        await _plan(http, _bearer(stack.issuer.fleet(FLEET)))
        credit = operator | {"Idempotency-Key": "life-credit"}
        await http.post("/v1/operations/drivers/driver-ben/credits", json=_CREDIT, headers=credit)
        booked = 0
        for who, start in to_be_booked(now):
            booked += await _booked(stack, http, who, start)
    return booked


def to_be_booked(now: datetime) -> Iterator[tuple[str, datetime]]:
    """Who, and from when on by the clock of their site: today's that are to come, and those of the days after."""
    for ahead in range(_DAYS):
        for who, (charger_id, at, _) in _AT.items():
            zone = ZoneInfo(SITE_OF[charger_id].zone)
            day = now.astimezone(zone).date() + timedelta(days=ahead)
            start = datetime.combine(day, at, zone)
            if who == DRIVER and ahead == 0:
                continue  # whoever is new here books as them at once, and nothing is to be in their way
            if start > now + _NEXT and not (who in FLEET_DRIVERS and day.weekday() >= _SATURDAY):
                yield who, start


async def _plan(http: httpx.AsyncClient, fleet: dict[str, str]) -> None:
    """What the fleet has said of itself: its vans, on which cost center they go, and what they may spend a month."""
    await http.put("/v1/fleet/cost-centers/TOURS", json={"name": "Parcels, inner city"}, headers=fleet)
    await http.put("/v1/fleet/budgets/TOURS", json={"limit_minor": 30_000, "hard": False}, headers=fleet)
    for number, who in enumerate(FLEET_DRIVERS, start=1):
        van = {"plate": f"KI EL {number}", "plugs": ["IEC_62196_T2_COMBO"]}
        made = await http.post(
            "/v1/vehicles", json=van, headers=fleet | {"Idempotency-Key": f"life-van-{number}"}
        )
        said = {"vehicle_id": made.json().get("id"), "cost_center": "TOURS"}
        await http.put(f"/v1/fleet/drivers/{who}", json=said, headers=fleet)


async def _booked(stack: Stack, http: httpx.AsyncClient, who: str, start: datetime) -> bool:
    charger_id, _, minutes = _AT[who]
    day, begins = start.date(), start.astimezone(UTC)
    of_fleet = who in FLEET_DRIVERS
    body: dict[str, Any] = {
        "site_id": SITE_OF[charger_id].id,
        "bay": bay_of(charger_id),
        "start": begins.isoformat(),
        "end": (begins + timedelta(minutes=minutes)).isoformat(),
    }
    if of_fleet:
        body["driver_id"] = who
    else:
        body["payment_method"] = _CARD
    token = stack.issuer.fleet(FLEET) if of_fleet else stack.issuer.driver(who)
    headers = _bearer(token) | {"Idempotency-Key": f"life-{day.isoformat()}-{who}"}
    answer = await http.post("/v1/reservations", json=body, headers=headers)
    if answer.status_code != httpx.codes.CREATED:
        _log.info("life_not_booked", who=who, day=day.isoformat(), status=answer.status_code)
    return answer.status_code == httpx.codes.CREATED


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
