"""The target "a browser": a line and the page where it goes on, sealed for that browser and given to its push service.

RFC 8030 (the service), 8188 and 8291 (sealing), 8292 (who we are). What is sealed holds no secret all the same: it is
shown on a locked screen.
"""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from db.engine import Sessions
from db.tables import Target
from delivery.target import TryAgain
from domain.telling.urgency import Urgency
from telling.answers import Bounced, Gone, Refused
from telling.letters import LetterTarget, Pace, Sending
from texts.messages.brief import brief_of, cut
from texts.messages.letter import Pages
from webhooks.outgoing import WITHIN_S, Answer, post
from webhooks.outside import Inside
from webhooks.push_key import PushKey

_AT_ONCE = 64
_LONGEST_LINE, _SHORTER_LINE = 240, 60
"""Characters. RFC 8030 §7.2 promises 4096 bytes; who takes fewer gets the shorter one."""
_TOPIC_LENGTH = 32
"""RFC 8030 §5.4."""
_KEPT_FOR_S = {Urgency.NOW: 3600, Urgency.SOON: 12 * 3600, Urgency.RECORD: 24 * 3600}
"""How long the service keeps it for a browser that is away: what is about the next hours is soon over."""
_SOONEST = {Urgency.NOW: "high", Urgency.SOON: "normal", Urgency.RECORD: "low"}
"""RFC 8030 §5.3: a phone that saves its battery is woken by the first alone."""
_GONE = frozenset({404, 410})
_TOO_LONG = 413
_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """`http`: calls the public internet alone. Close it after use."""

    key: PushKey
    http: httpx.AsyncClient
    within_s: float = WITHIN_S


class PushTarget(LetterTarget):
    def __init__(self, sessions: Sessions, pages: Pages, pushing: Pushing) -> None:
        super().__init__(sessions, pages, Pace(at_once=_AT_ONCE))
        self._pushing = pushing

    @property
    def name(self) -> Target:
        return Target.PUSH

    async def send(self, sending: Sending) -> None:
        answer = await self._post(sending, _LONGEST_LINE)
        if answer.status == _TOO_LONG:
            answer = await self._post(sending, _SHORTER_LINE)
        if answer.is_taken:
            return
        if answer.status in _GONE:
            raise Gone
        if answer.why == Inside.code:
            raise Bounced(answer.why)
        if 400 <= answer.status < 500 and answer.status not in _LATER:
            # Of our key or our request; of the browser nothing is said, and it stays.
            raise Refused(f"answered {answer}")
        raise TryAgain(f"answered {answer}", pause=answer.pause)

    async def _post(self, sending: Sending, longest: int) -> Answer:
        to = sending.to
        # Off the loop: a key is made, and two are multiplied.
        body, authorization = await asyncio.to_thread(self._made, sending, longest)
        headers = {
            "authorization": authorization,
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(_KEPT_FOR_S[sending.urgency]),
            "urgency": _SOONEST[sending.urgency],
            **_topic(sending.subject),
        }
        http, within_s = self._pushing.http, self._pushing.within_s
        return await post(http, to.address, body, headers, whose=to.whose, within_s=within_s)

    def _made(self, sending: Sending, longest: int) -> tuple[bytes, str]:
        """The body, and who we are."""
        sealed = _sealed(payload_of(sending, longest), sending.to.push_key, sending.to.push_secret)
        return sealed, self._pushing.key.authorization(sending.to.address)


def payload_of(sending: Sending, longest: int) -> bytes:
    """What the service worker shows. `tag`: a later one about the same takes the place of this one."""
    brief = brief_of(sending.letter)
    shown = {
        "title": brief.about or "Slotkeeper",
        "line": cut(brief.line, longest),
        "address": brief.address,
        "language": sending.letter.language,
        "tag": sending.subject or sending.durable_id,
    }
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def _sealed(payload: bytes, key: str, secret: str) -> bytes:
    """Raises Refused: these keys seal nothing."""
    try:
        sealed: bytes = http_ece.encrypt(
            payload,
            private_key=generate_private_key(SECP256R1()),
            dh=_bytes(key),
            auth_secret=_bytes(secret),
            version="aes128gcm",
        )
    except (http_ece.ECEException, ValueError) as error:
        raise Refused(type(error).__name__) from None
    return sealed


def _topic(subject: str) -> Mapping[str, str]:
    """What the service keeps for a browser that is away is replaced by the next of the same topic. Nobody who runs a
    push service learns which reservation it is.
    """
    if not subject:
        return {}
    return {"topic": urlsafe_b64encode(sha256(subject.encode()).digest())[:_TOPIC_LENGTH].decode()}


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
