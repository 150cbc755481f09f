"""What operators are told of messages to people: what did not arrive, and what waits by each channel."""

from dataclasses import dataclass
from datetime import datetime

from api.desk.messages import Messages
from api.desk.principal import Principal
from api.web import words
from api.web.operations import minute_of
from db.queries.messages import MessageFilter, Sending
from domain.telling.channels import Channel
from domain.telling.states import MessageState

_MOST_WAITING, _MOST = 50, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`more`: than `count`. `tried`: how often the one that was tried most."""

    channel: str
    count: int
    more: bool
    tried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """To whom: a driver's id or a fleet's. Addresses are not shown."""

    number: int
    whose: str
    channel: str
    what: str
    at: datetime
    attempts: int


async def waiting(messages: Messages, principal: Principal) -> list[Waiting]:
    """By channel. Raises ScopeMissing."""
    found = []
    for channel in Channel:
        wanted = MessageFilter(channel=channel, state=MessageState.WAITING)
        sendings = await messages.page(principal, wanted, None, _MOST_WAITING)
        shown = sendings[:_MOST_WAITING]
        found.append(
            Waiting(
                channel=words.CHANNELS[channel],
                count=len(shown),
                more=len(sendings) > _MOST_WAITING,
                tried=max((one.attempts for one in shown), default=0),
            )
        )
    return found


async def undelivered(messages: Messages, principal: Principal) -> list[Undelivered]:
    """The latest of each kind, the latest first. Raises ScopeMissing."""
    found: list[Undelivered] = []
    for state in words.NOT_ARRIVED:
        sendings = await messages.page(principal, MessageFilter(state=state), None, _MOST)
        found.extend(_told(one, state) for one in sendings[:_MOST])
    return sorted(found, key=lambda one: (one.at, one.number), reverse=True)


def _told(sending: Sending, state: MessageState) -> Undelivered:
    message = sending.message
    return Undelivered(
        number=message.id,
        whose=message.driver_id or message.fleet_id or "",
        channel=words.CHANNELS[Channel(message.channel)],
        what=words.NOT_ARRIVED[state],
        at=minute_of(sending.delivered_at or message.recorded_at),
        attempts=sending.attempts,
    )
