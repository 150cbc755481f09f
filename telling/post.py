"""All of being told that a worker does: messages are made of notices, and sent by the channels that there are."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.telling.forgetting import keep_messages
from activities.telling.gatherer import gather_notices
from db.engine import Sessions, create_sessions
from db.tables import Target
from delivery.backlog import BacklogFigures
from delivery.relay import Relay
from domain.telling.channels import Channel
from domain.telling.urgency import GATHERED_FOR, Urgency
from telling.gateway import Gateway, GatewayTarget
from telling.letters import LetterTarget
from telling.mail import Mailing, MailTarget
from telling.push import Pushing, PushTarget
from texts.messages.letter import Pages

log = structlog.get_logger(__name__)

Shown = Callable[[Target], Callable[[BacklogFigures], None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """By what people are told. `pages`: where what they are told leads; needed by all but mail, which has its own.
    `waits`: how long a notice waits for others that go into the same message.
    """

    mailing: Mailing | None = None
    pushing: Pushing | None = None
    gateways: Sequence[Gateway] = ()
    pages: Pages = field(default_factory=lambda: Pages(origin=""))
    waits: Mapping[Urgency, timedelta] = field(default_factory=lambda: GATHERED_FOR)


def _not_shown(_: Target) -> Callable[[BacklogFigures], None]:
    return lambda _: None


async def tell_people(
    engine: AsyncEngine, post: Post, stop: asyncio.Event, shown: Shown = _not_shown
) -> None:
    """Until `stop` is set. What is written while there is no channel at all, is told to nobody.

    `shown`: called in each round of delivery of a target, for metrics.
    """
    targets = _targets(create_sessions(engine), post)
    relays = [letter_relay(engine, target, shown(target.name)) for target in targets.values()]
    if Channel.MAIL not in targets:
        log.warning("nobody_is_told_by_mail")

    def wake() -> None:
        for relay in relays:
            relay.wake()

    await asyncio.gather(
        gather_notices(engine, frozenset(targets), stop, wake, post.waits),
        *(relay.run(stop) for relay in relays),
        keep_messages(engine, frozenset(targets), stop),
    )


def letter_relay(
    engine: AsyncEngine, target: LetterTarget, waiting: Callable[[BacklogFigures], None] = lambda _: None
) -> Relay:
    pace = target.pace
    return Relay(engine, target, longest_pause=pace.longest_pause, batch=pace.at_once, waiting=waiting)


def _targets(sessions: Sessions, post: Post) -> Mapping[Channel, LetterTarget]:
    """One for each channel that there is."""
    found: dict[Channel, LetterTarget] = {}
    if post.mailing is not None:
        found[Channel.MAIL] = MailTarget(sessions, post.mailing)
    if post.pushing is not None:
        found[Channel.PUSH] = PushTarget(sessions, post.pages, post.pushing)
    for gateway in post.gateways:
        found[gateway.channel] = GatewayTarget(sessions, post.pages, gateway)
    return found
