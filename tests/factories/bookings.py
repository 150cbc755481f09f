"""Requests for holds around a fixed noon."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.holds import PlaceHold
from domain.place.slots import Slot
from domain.reservation.code import reservation_code

NOON = datetime(2030, 6, 3, 12, 0, tzinfo=UTC)
"""A Monday. `now` of most tests is the morning before."""


def make_slot(start_minutes: float = 0, minutes: float = 60, *, after: datetime = NOON) -> Slot:
    """`start_minutes` after noon, `minutes` long."""
    start = after + timedelta(minutes=start_minutes)
    return Slot(start, start + timedelta(minutes=minutes))


def make_booking(name: str = "one", **over: Any) -> PlaceHold:
    """A booking of site `north`, pool `north-dc`, by its own driver `driver-<name>`, asked at 09:00."""
    values: dict[str, Any] = {
        "code": reservation_code("tests", name),
        "account": f"driver-{name}",
        "driver_id": f"driver-{name}",
        "fleet_id": None,
        "site_id": "north",
        "pool_id": "north-dc",
        "connector_type": None,
        "slot": make_slot(),
        "now": NOON - timedelta(hours=3),
    }
    return PlaceHold(**(values | over))
