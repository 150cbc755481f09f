"""What was sent to people, what became of it, and once more: for operators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.telling.facts import message_event
from api.desk.audit import record as audit
from api.desk.principal import Principal
from db.delivery.inbox import record
from db.engine import Sessions
from db.queries import messages
from db.queries.messages import MessageFilter, Sending
from db.queries.newest_first import RowPosition
from db.tables import Message, Notification, Source
from domain.errors import MessageUnderWay, UnknownMessage
from domain.facts.audit_telling import MessageSentAgain
from domain.facts.refused_telling import BeingSent, NoSuchMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """With the notices that it carries, in their order."""

    sending: Sending
    notices: Sequence[Notification]


class Messages:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(
        self, principal: Principal, wanted: MessageFilter, after: RowPosition | None, limit: int
    ) -> Sequence[Sending]:
        """Up to `limit` + 1, the latest first. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await messages.page(session, wanted, after, limit)

    async def one(self, principal: Principal, number: int) -> SentMessage:
        """Raises ScopeMissing, UnknownMessage."""
        principal.require("operator")
        async with self._sessions() as session:
            return await _shown(session, number)

    async def send_again(self, principal: Principal, number: int) -> SentMessage:
        """To the address that it went to. Raises ScopeMissing, UnknownMessage, MessageUnderWay."""
        principal.require("operator")
        async with self._sessions.begin() as session:
            row = await session.get(Message, number, with_for_update=True)
            found = None if row is None else await messages.sending_of(session, number)
            if row is None or found is None:
                raise UnknownMessage(NoSuchMessage(number=number))
            if found.delivered_at is None:
                raise MessageUnderWay(BeingSent())
            row.sendings += 1
            await session.flush()
            now = self._clock()
            await audit(session, principal, MessageSentAgain(number=number), f"message:{number}", at=now)
            event = message_event(row, now)
            await record(await session.connection(), Source.TELLING, [event])
            return await _shown(session, number)


async def _shown(session: AsyncSession, number: int) -> SentMessage:
    sending = await messages.sending_of(session, number)
    if sending is None:
        raise UnknownMessage(NoSuchMessage(number=number))
    return SentMessage(sending=sending, notices=await messages.carried(session, number))
