"""Operators credits: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from slotkeeper_client.models.shared import OperatorsCreditOut
from slotkeeper_client.shapes import Answer


class OperatorsCreditsOut(Answer):
    items: list[OperatorsCreditOut]
    next_cursor: str | None
