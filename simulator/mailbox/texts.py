"""Texts to phones and calls: what a gateway would send on, kept to be looked at. It takes them as a real one does:
signed (Standard Webhooks), each id once.
"""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any

from webhooks.signature import signed_headers

_MOST = 500
_UNUSABLE = "0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """`channel`: `sms` or `voice`."""

    id: str
    at: datetime
    channel: str
    to: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the gateway answers."""

    status: int
    code: str = ""


class Texts:
    """`key`: of the signature. A number that ends with 0000 is none that anything can be sent to."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._texts: deque[Text] = deque(maxlen=_MOST)

    def take(self, headers: Mapping[str, str], body: bytes) -> Said:
        try:
            document = self._verified(headers, body)
            text = Text(at=datetime.now(UTC), **document)
        except (ValueError, KeyError, TypeError):
            return Said(401, "not_signed")
        if text.to.endswith(_UNUSABLE):
            return Said(422, "number_unusable")
        if text.id not in {one.id for one in self._texts}:
            self._texts.append(text)
        return Said(202)

    def all(self, to: str | None = None) -> Sequence[Text]:
        """`to`: only those to that number. Oldest first."""
        return [text for text in self._texts if to is None or text.to == to]

    def _verified(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """Raises ValueError, KeyError."""
        signed = signed_headers(self._key, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
        if not compare_digest(signed["webhook-signature"], headers["webhook-signature"]):
            raise ValueError("not signed by who has the secret")
        document: dict[str, Any] = json.loads(body)
        return document
