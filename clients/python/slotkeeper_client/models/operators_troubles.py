"""Operators troubles: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from slotkeeper_client.shapes import Answer, Body, Open


class TroubleCause(StrEnum):
    FAULT = "fault"
    UNAVAILABLE = "unavailable"
    LOCK_FAILURE = "lock_failure"
    SILENT = "silent"
    OCCUPIED = "occupied"
    START_FAILED = "start_failed"


class TroubleEnd(StrEnum):
    """The evidence that ended it."""

    OWN_WORD = "own_word"
    ALL_CONNECTORS = "all_connectors"
    BOOTED = "booted"
    SESSION = "session"
    OPERATOR = "operator"


class EndTroubleIn(Body):
    reason: str


class TroubleOut(Answer):
    """An interval in which a charger, or one of its connectors, was not well."""

    id: int
    site_id: str
    charger_id: str
    connector_id: int | None
    """Null: the charger as a whole"""
    connector_number: int | None
    plug: str
    """OCPI type: of an EVSE, only its plugs of that type. Empty: the whole place"""
    cause: Open[TroubleCause]
    detail: str
    """The charger's own error code"""
    began_at: datetime
    noticed_at: datetime
    """When we heard of it"""
    ended_at: datetime | None
    """Null: it stands"""
    ended_by: Open[TroubleEnd]
    """`own_word`; of a whole charger also `all_connectors`, `booted`, `session`; `operator`"""
    end_reason: str
    """The operator's words"""


class TroublesOut(Answer):
    items: list[TroubleOut]
    next_cursor: str | None
