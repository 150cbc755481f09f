"""Server-sent events, as the WHATWG's HTML standard has them (9.2.6), without comments."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Event(Generic[Told]):
    """`id`: of what is known now; given back as `last_event_id`, only what has changed since is told."""

    id: str
    data: Told


async def events_in(lines: AsyncIterator[str]) -> AsyncIterator[Event[str]]:
    """`lines` without their ends."""
    last, data = "", list[str]()
    async for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line and data:
            yield Event(last, "\n".join(data))
            data.clear()
        elif field == "id":
            last = value
        elif field == "data":
            data.append(value)
