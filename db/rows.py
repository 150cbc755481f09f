"""Many rows as one parameter: JSON that Postgres reads with `json_to_recordset`.

One array a column would be the other way; psycopg writes text arrays element by element in Python, measured at
ten times the cost of everything else that a batch of two hundred needs.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def as_rows(rows: Iterable[dict[str, Any]]) -> str:
    """`rows` as a JSON array of objects, each with its place `n` from 0. Instants become RFC 3339 text."""
    return _encoder.encode([{"n": n, **row} for n, row in enumerate(rows)]).decode()


def nested(json: bytes) -> msgspec.Raw:
    """JSON that is written already, as a value inside a row."""
    return msgspec.Raw(json)
