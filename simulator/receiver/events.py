"""Events as an engineer's receiver takes them, verified by the Standard Webhooks specification alone.

Nothing here is of the sender's: whoever builds a receiver does the same, by the specification
(https://www.standardwebhooks.com) or with one of its libraries.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_MOST = 300
_TOLERATED_S = 300


class Verdict(StrEnum):
    VERIFIED = "verified"
    NO_SECRET = "no secret yet"  # noqa: S105 - it says that there is none
    UNSIGNED = "not signed"
    STALE = "too old"
    FORGED = "wrong signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`times`: how often it came so far; the sender may repeat itself. `answered`: with which status."""

    id: str
    kind: str
    at: datetime
    verdict: Verdict
    answered: int
    times: int
    body: str


def verdict_of(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Verdict:
    event_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "").split()
    if not (event_id and stamp.isascii() and stamp.isdigit() and signatures):
        return Verdict.UNSIGNED
    if abs(now.timestamp() - int(stamp)) > _TOLERATED_S:
        return Verdict.STALE
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        return Verdict.NO_SECRET
    digest = hmac.new(key, f"{event_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    expected = f"v1,{base64.b64encode(digest).decode()}".encode()
    is_ours = any(hmac.compare_digest(expected, one.encode()) for one in signatures)
    return Verdict.VERIFIED if is_ours else Verdict.FORGED


class Receiver:
    """`secret`: asked for at each event, as the endpoint may be made after the receiver. `answers`: what it says to
    what it verified: an engineer may look what becomes of a receiver that is down.
    """

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret
        self._events: deque[Event] = deque(maxlen=_MOST)
        self.answers = 204

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status to answer."""
        now = datetime.now(UTC)
        verdict = verdict_of(self._secret(), headers, body, now)
        status = self.answers if verdict is Verdict.VERIFIED else 401
        event_id = headers.get("webhook-id", "")
        kind, shown = _read(body)
        times = 1 + sum(one.id == event_id for one in self._events)
        event = Event(
            id=event_id, kind=kind, at=now, verdict=verdict, answered=status, times=times, body=shown
        )
        self._events.append(event)
        return status

    def all(self) -> Sequence[Event]:
        """The newest last."""
        return list(self._events)


def _read(body: bytes) -> tuple[str, str]:
    """Its kind, and it as people read it."""
    try:
        document = json.loads(body)
    except ValueError:
        return "?", body.decode(errors="replace")
    kind = str(document.get("type", "?")) if isinstance(document, dict) else "?"
    return kind, json.dumps(document, indent=2, ensure_ascii=False)
