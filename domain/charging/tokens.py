"""Tokens (idTags): what identifies a driver at a charger."""

from enum import StrEnum


class TokenKind(StrEnum):
    RFID = "rfid"
    APP = "app"
    """Issued by us for one reservation; valid only in its window."""


def normalised_token(value: str) -> str:
    """idTags are compared without regard to case (OCPP 1.6 CiString20, 2.0.1 H03)."""
    return value.strip().upper()
