"""All of being told that a worker does: messages are made of notices, and sent by the channels that there are."""

import asyncio
from collections.abc import Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.telling.forgetting import keep_messages
from activities.telling.gatherer import gather_notices
from db.engine import create_sessions
from delivery.backlog import BacklogFigures
from delivery.relay import Relay
from domain.telling.channels import Channel
from telling.mail import AT_ONCE, LONGEST_PAUSE, Mailing, MailTarget

log = structlog.get_logger(__name__)


async def tell_people(
    engine: AsyncEngine,
    mailing: Mailing | None,
    stop: asyncio.Event,
    waiting: Callable[[BacklogFigures], None] = lambda _: None,
) -> None:
    """Until `stop` is set. None: there is no mail server; what is written until there is one, is told to nobody.

    `waiting`: called in each round of delivery, for metrics.
    """
    if mailing is None:
        log.warning("nobody_is_told_by_mail")
        await asyncio.gather(
            gather_notices(engine, frozenset(), stop, lambda: None), keep_messages(engine, stop)
        )
        return
    relay = mail_relay(engine, MailTarget(create_sessions(engine), mailing), waiting)
    served = frozenset({Channel.MAIL})
    await asyncio.gather(
        gather_notices(engine, served, stop, relay.wake, mailing.waits),
        relay.run(stop),
        keep_messages(engine, stop),
    )


def mail_relay(
    engine: AsyncEngine, target: MailTarget, waiting: Callable[[BacklogFigures], None] = lambda _: None
) -> Relay:
    return Relay(engine, target, longest_pause=LONGEST_PAUSE, batch=AT_ONCE, waiting=waiting)
