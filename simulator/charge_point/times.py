"""Times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime

from simulator.charge_point.messages import CommandRefusedError


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
