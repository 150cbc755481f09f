"""The pages about booking and places, and how their examples are read."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.place.slots import Slot
from tests.docs.pages import REPOSITORY

PAGE = "\n".join((REPOSITORY / page).read_text() for page in ("docs/booking.md", "docs/places.md"))


ZONE = "Europe/Berlin"


BERLIN = ZoneInfo(ZONE)


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


_SPAN = re.compile(r"(\w{3}) (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})(?:–(\d{2}:\d{2}))?")


Row = tuple[str, ...]


def rows(*header: str) -> list[Row]:
    """Of the one table that has it."""
    wanted = f"| {' | '.join(header)} |\n"
    assert PAGE.count(wanted) == 1, header
    body = PAGE.partition(wanted)[2].split("\n\n")[0].splitlines()[1:]
    return [tuple(cell.strip().strip("`") for cell in line.split("|")[1:-1]) for line in body]


def document(name: str) -> Any:
    (found,) = re.findall(rf"^```json {name}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return json.loads(found)


def span(said: str) -> Slot:
    """`Mon 2026-11-30 11:30–12:30` on the site's clock; one that ends at an earlier hour ends on the next day."""
    found = _SPAN.fullmatch(said)
    assert found is not None, said
    day = date.fromisoformat(found[2])
    assert WEEKDAYS[day.weekday()] == found[1], said
    start = datetime.combine(day, time.fromisoformat(found[3]), BERLIN)
    end = datetime.combine(day, time.fromisoformat(found[4] or found[3]), BERLIN)
    if end <= start:
        end += timedelta(days=1)
    return Slot(start.astimezone(UTC), end.astimezone(UTC))


def shown(at: datetime) -> str:
    local = at.astimezone(BERLIN)
    return f"{WEEKDAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"
