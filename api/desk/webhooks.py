"""Taking in what others send unasked: verify, store once. The work happens later, in the worker."""

from collections.abc import Callable
from datetime import datetime

import structlog

from activities.money.stripe_events import event_of
from activities.money.stripe_gateway import verify_webhook
from db.delivery.inbox import record
from db.engine import Sessions
from db.tables import Source

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
        new_event = event_of(event, self._clock())
        async with self._sessions.begin() as session:
            recorded = await record(await session.connection(), Source.STRIPE, [new_event])
        new = event.id in recorded
        _log.info("stripe_event_received", event_id=event.id, type=event.type, duplicate=not new)
        return new
