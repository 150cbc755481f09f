"""Credits: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from slotkeeper_client.models.shared import CreditOut
from slotkeeper_client.shapes import Answer


class CreditsOut(Answer):
    items: list[CreditOut]
    next_cursor: str | None
