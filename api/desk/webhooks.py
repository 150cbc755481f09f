"""Taking in what others send unasked: verify, store once. The work happens later, in the worker."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.dialects.postgresql import insert

from activities.money.stripe_gateway import verify_webhook
from db.engine import Sessions
from db.tables import StripeEvent

_log = structlog.get_logger()


class Webhooks:
    def __init__(self, sessions: Sessions, stripe_secret: str, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._stripe_secret = stripe_secret
        self._clock = clock

    async def take_stripe_event(self, payload: bytes, signature: str) -> bool:
        """Store a verified event, of a known type or not; False when it was stored before.

        Raises InvalidWebhook for a wrong, missing or old signature and for a body that is no event.
        """
        event = verify_webhook(payload, signature, self._stripe_secret)
        statement = insert(StripeEvent).values(
            id=event.id,
            type=event.type,
            payload=_storable(event.payload),
            created_at=event.created,
            received_at=self._clock(),
        )
        async with self._sessions.begin() as session:
            stored = await session.execute(statement.on_conflict_do_nothing().returning(StripeEvent.id))
            new = stored.first() is not None
        _log.info("stripe_event_received", event_id=event.id, type=event.type, duplicate=not new)
        return new


def _storable(value: Any) -> Any:
    """Postgres' JSONB cannot hold the NUL character, which JSON can spell."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value
