"""Operators messages: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from slotkeeper_client.models.shared import Channel
from slotkeeper_client.shapes import Answer, Open


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    BOUNCED = "bounced"
    REFUSED = "refused"
    NO_ADDRESS = "no_address"
    GIVEN_UP = "given_up"
    NOT_OFFERED = "not_offered"
    UNTRUE = "untrue"
    UNWANTED = "unwanted"
    UNREADABLE = "unreadable"


class CarriedOut(Answer):
    id: int
    template: str
    reservation: str | None
    text: str


class SentMessageOut(Answer):
    """`address`: empty once it was removed. `state`: null: of a newer version."""

    id: int
    driver_id: str | None
    fleet_id: str | None
    channel: Open[Channel]
    address: str
    recorded_at: datetime
    sendings: int
    """How often it was to be sent: once, and whenever an operator said so"""
    state: Open[MessageState] | None
    """Of the last sending"""
    attempts: int
    delivered_at: datetime | None
    next_attempt_at: datetime | None


class SentMessageWithNoticesOut(SentMessageOut):
    """`notices`: what it carries, in the order in which it is told, in the caller's language."""

    notices: list[CarriedOut]


class SentMessagesOut(Answer):
    items: list[SentMessageOut]
    next_cursor: str | None
