"""Idempotency keys (docs.stripe.com/api/idempotent_requests).

The first answer under a key is stored once the endpoint has begun executing, errors included, and replayed to
the same request. Refused parameters and conflicts are not stored. Keys are forgotten after a day.
"""

from __future__ import annotations

import hashlib
import json

from simulator.stripe_api.errors import (
    StripeApiError,
    StripeObject,
    idempotency_conflict,
    idempotency_key_in_use,
)
from simulator.stripe_api.store import Store

KEY_LIFETIME_SECONDS = 24 * 60 * 60
MAX_KEY_LENGTH = 255


def fingerprint(params: StripeObject) -> str:
    """Equal for the same parameters in any order."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


class IdempotencyKeys:
    """Which requests are being executed and which were answered, by key."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_flight: dict[str, tuple[str, str]] = {}

    def begin(self, key: str, path: str, params_fingerprint: str) -> StripeObject | None:
        """Claim `key`, or give the stored answer `{status, body, request_id, ...}` to replay.

        Raises 400 `idempotency_error` for another request under the key, 409 `idempotency_key_in_use` while
        the first one is still being executed.
        """
        if len(key) > MAX_KEY_LENGTH:
            message = f"Idempotency keys can have at most {MAX_KEY_LENGTH} characters."
            raise StripeApiError(400, message, executed=False)
        running = self._in_flight.get(key)
        if running is not None:
            _check_same(key, running, (path, params_fingerprint))
            raise idempotency_key_in_use(key)
        answer = self._store.answers.get(key)
        if answer is not None and answer["at"] + KEY_LIFETIME_SECONDS > self._store.now():
            _check_same(key, (answer["path"], answer["fingerprint"]), (path, params_fingerprint))
            return answer
        self._in_flight[key] = (path, params_fingerprint)
        return None

    def finish(self, key: str, status: int, body: str, request_id: str) -> None:
        """Store the answer of the request that claimed `key`."""
        path, params_fingerprint = self._in_flight.pop(key)
        self._store.answers[key] = {
            "path": path,
            "fingerprint": params_fingerprint,
            "status": status,
            "body": body,
            "request_id": request_id,
            "at": self._store.now(),
        }

    def abandon(self, key: str) -> None:
        """Let go of a key whose request never began executing; without effect after `finish`."""
        self._in_flight.pop(key, None)


def _check_same(key: str, first: tuple[str, str], again: tuple[str, str]) -> None:
    if first[0] != again[0]:
        raise idempotency_conflict(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{again[0]}' vs '{first[0]}'). Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
    if first[1] != again[1]:
        raise idempotency_conflict(
            "Keys for idempotent requests can only be used with the same parameters as at first. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )
