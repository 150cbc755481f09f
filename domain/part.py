"""What a reservation may be a part of, and be undone with."""

from enum import StrEnum


class PartOf(StrEnum):
    GROUP = "group"
    SERIES = "series"
