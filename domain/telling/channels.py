"""By which ways a person can be reached."""

from enum import StrEnum


class Channel(StrEnum):
    MAIL = "mail"
    PUSH = "push"
    SMS = "sms"
    VOICE = "voice"
