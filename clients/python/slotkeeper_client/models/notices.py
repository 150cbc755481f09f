"""Notices: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from slotkeeper_client.models.shared import Channel
from slotkeeper_client.shapes import Answer, Body, Open


class Language(StrEnum):
    """Each has its catalogue, `texts/catalogues/<value>.po`. The first is spoken when nothing else is asked
    for.
    """

    EN = "en"
    DE = "de"


class Urgency(StrEnum):
    NOW = "now"
    SOON = "soon"
    RECORD = "record"


class BrowserKeysIn(Body):
    """Of a browser's subscription (W3C Push API), as its `toJSON()` gives them."""

    p256dh: str
    auth: str


class ChannelsIn(Body):
    """By how soon something has to be told. An empty list: not at all."""

    now: list[Channel] = Field(default_factory=lambda: [Channel("mail")])
    """It needs an answer, or is about the next hours"""
    soon: list[Channel] = Field(default_factory=lambda: [Channel("mail")])
    """It changes what one plans"""
    record: list[Channel] = Field(default_factory=lambda: [Channel("mail")])
    """To be kept: receipts and the like"""


class ChannelsOut(Answer):
    now: list[Open[Channel]]
    soon: list[Open[Channel]]
    record: list[Open[Channel]]


class ContactCodeIn(Body):
    code: str
    """As it was sent to the address, however it is written"""


class ContactPointIn(Body):
    channel: Channel
    """One of `GET /v1/telling-channels`"""
    address: str
    """E-mail; of `sms`, `voice` a phone number with its country; of `push` a subscription's endpoint"""
    keys: BrowserKeysIn | None = None
    """Of `push`, and of no other"""


class ContactPointOut(Answer):
    id: int
    channel: Open[Channel]
    address: str
    added_at: datetime
    confirmed_at: datetime | None
    """Null: nothing but its code is sent there"""
    bounced_at: datetime | None
    """It takes nothing any more; add it again once it does"""


class ContactPointsOut(Answer):
    items: list[ContactPointOut]


class NoticeOut(Answer):
    """`driver_id`: empty where it is for the fleet. `reservation`: null where it is about none."""

    at: datetime
    driver_id: str
    template: str
    parameters: dict[str, Any]
    text: str
    id: int
    fleet_id: str | None
    reservation: str | None


class NoticesOut(Answer):
    items: list[NoticeOut]
    next_cursor: str | None


class QuietHoursIn(Body):
    """Over midnight where `end` is the earlier."""

    start: str
    end: str
    zone: str
    """IANA name"""


class QuietHoursOut(Answer):
    start: str
    end: str
    zone: str


class TellingChannelOut(Answer):
    channel: Open[Channel]
    carries: list[Open[Urgency]]
    """What may go there; nobody is called for what can wait"""
    application_server_key: str | None
    """Of `push`: what browsers subscribe with, base64url"""


class TellingChannelsOut(Answer):
    items: list[TellingChannelOut]


class TellingPreferencesIn(Body):
    language: Language | None = None
    """Null: the first that there is"""
    quiet_hours: QuietHoursIn | None = None
    """Null: one may be told at any time"""
    woken: bool = True
    """What has to be told now is told in quiet hours, too"""
    channels: ChannelsIn | None = None


class TellingPreferencesOut(Answer):
    language: str | None
    quiet_hours: QuietHoursOut | None
    woken: bool
    channels: ChannelsOut
