"""How much of a reservation may honestly be promised."""

from enum import StrEnum


class EnforcementLevel(StrEnum):
    """The honest promise (P7 of docs/ARCHITECTURE.md)."""

    HARD = "hard"
    """The device holds the connector and the backend refuses others."""
    BACKEND = "backend"
    """Only the backend refuses others."""
    SOFT = "soft"
    """Best effort: the charger may start without asking."""
