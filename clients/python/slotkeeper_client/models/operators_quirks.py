"""Operators quirks: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime

from slotkeeper_client.models.shared import QuirkKind
from slotkeeper_client.shapes import Answer, Open


class ModelQuirkOut(Answer):
    vendor: str
    model: str
    firmware: str
    action: str
    path: str
    """Of the field; empty: the message itself"""
    kind: Open[QuirkKind]
    """What had to be done: `missing` (done without), `too_long` (cut), `wrong_type`, `wrong_word` (read as
    what it must mean), `out_of_range` (taken as it is), `dropped` (left out), `broken_frame` (JSON or frame
    against its grammar), `unmetered` (what a session took is unknown), `unit_in_doubt` (Wh that may be
    kWh), `id_in_use` (one transaction id at two EVSEs)
    """
    example: str
    chargers: int
    """How many of this model showed it"""
    seen: int
    """How many messages"""
    last_at: datetime


class ModelQuirksOut(Answer):
    items: list[ModelQuirkOut]
    next_cursor: str | None
