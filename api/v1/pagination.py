"""Keyset pages over lists ordered by (slot start, code), newest first. Cursors are opaque to clients."""

import base64
import binascii
import json
from datetime import datetime

from api.errors import ApiProblem
from db.queries.reservations import Position

LARGEST_PAGE = 100


def encode(position: Position) -> str:
    text = json.dumps([position.slot_start.isoformat(), position.code])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str | None) -> Position | None:
    """Raises ApiProblem(cursor_invalid) for anything that `encode` did not make."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        start, code = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        position = Position(datetime.fromisoformat(start), code)
        if position.slot_start.tzinfo is None or not isinstance(code, str) or not code.isprintable():
            raise ValueError(cursor)
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise ApiProblem(
            "cursor_invalid", "send next_cursor of the page before, unchanged, or none"
        ) from error
    return position
