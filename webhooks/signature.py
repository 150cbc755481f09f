"""Signatures of outgoing events, as the Standard Webhooks specification has them (symmetric, v1).

`webhook-signature` is `v1,` and the base64 HMAC-SHA256 of `{id}.{timestamp}.{body}`; the secret is written as `whsec_`
and base64, and its key has 24 to 64 bytes. Of a secret that was just changed there are two signatures, with a
space between, and receivers take either. The id stays the same however often the event is sent.
"""

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)


class BadSecret(ValueError):
    """It is not a webhook secret."""

    code = "webhook_secret_invalid"


def key_of(secret: str) -> bytes:
    """The key in a secret, with its prefix or without. Raises BadSecret; the message does not show it."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret("a webhook secret is whsec_ and base64") from None
    if len(key) not in _KEY_BYTES:
        raise BadSecret(f"the key of a webhook secret has 24 to 64 bytes, not {len(key)}")
    return key


def signed_headers(
    key: bytes, event_id: str, timestamp: int, body: bytes, *, before: bytes | None = None
) -> dict[str, str]:
    """`timestamp`: of this attempt, Unix seconds, which receivers compare with their clock. `before`: the key that
    receivers may know still.
    """
    content = b".".join((event_id.encode(), str(timestamp).encode(), body))
    signatures = [_signature(one, content) for one in (key, before) if one is not None]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _signature(key: bytes, content: bytes) -> str:
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def keyed_hash(key: bytes, card: str) -> str:
    """A card that only who has the secret can recognise: those of few bytes are guessed from a plain hash."""
    return hmac.new(key, b"card:" + card.upper().encode(), hashlib.sha256).hexdigest()
