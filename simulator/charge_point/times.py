"""Times on the wire, and the clock a charger lives by."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from simulator.charge_point.messages import CommandRefusedError


class Timer(Protocol):
    def cancel(self) -> None: ...


class Time(Protocol):
    """What time it is, and what is to be done when some has passed."""

    def now(self) -> datetime: ...

    def later(self, delay_s: float, work: Callable[[], None]) -> Timer: ...


class WallTime:
    """As on the wall."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def later(self, delay_s: float, work: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(delay_s, work)


class SetTime(WallTime):
    """The same, unless it is set to a moment. `at`: aware UTC."""

    at: datetime | None = None

    def now(self) -> datetime:
        return self.at or super().now()


def read_time(text: str) -> datetime:
    """Reads an OCPP dateTime; without a zone it is UTC.

    Raises:
        CommandRefusedError: it is no time at all (PropertyConstraintViolation).
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandRefusedError("PropertyConstraintViolation", f"no dateTime: {text}") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
