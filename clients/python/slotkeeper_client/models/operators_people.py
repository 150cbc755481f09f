"""Operators people: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from slotkeeper_client.shapes import Answer


class PersonOut(Answer):
    id: str
    drivers: list[str]
    """All who are that person, by id"""
