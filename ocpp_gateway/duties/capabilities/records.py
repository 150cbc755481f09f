"""What is known of each charger's abilities, kept: loaded, revised by the rules of `domain.charging.capabilities`."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.capabilities import CapabilityRecord, after_reserve_now
from domain.charging.commands import Command, CommandOutcome, CommandReply, ReserveNow
from domain.charging.secrets import without_secret
from ocpp_gateway.storage.capabilities import Described, described, keep_configuration, revise
from ocpp_gateway.storage.plugs import has_several_plugs

log = structlog.get_logger(__name__)

_REMEMBERED_ANSWERS = 4096

Change = Callable[[CapabilityRecord], CapabilityRecord]


class CapabilityRecords:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._answers: OrderedDict[int, CommandOutcome] = OrderedDict()

    async def refusal(self, charger_id: str, command: Command) -> CommandReply | None:
        """What to answer instead of sending: a hold for any connector goes only to those that say they take it."""
        if not isinstance(command, ReserveNow) or command.connector_number != 0:
            return None
        try:
            known = await self.described(charger_id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("capabilities_unknown", charger=charger_id, error=repr(error))
            known = None
        if known is not None and known.record.connector_zero:
            return None
        return CommandReply(
            outcome=CommandOutcome.NOT_SUPPORTED, detail="not sent: no holds for any connector here"
        )

    async def learned(self, charger_id: str, command: Command, reply: CommandReply) -> None:
        """Take over what the answer to a command that was sent shows."""
        if not isinstance(command, ReserveNow):
            return
        self._answers[command.hold_id] = reply.outcome
        self._answers.move_to_end(command.hold_id)
        if len(self._answers) > _REMEMBERED_ANSWERS:
            self._answers.popitem(last=False)
        outcome, number = reply.outcome, command.connector_number
        await self.teach(
            charger_id, lambda record: after_reserve_now(record, outcome, connector_number=number)
        )

    def answer_to(self, hold_id: int) -> CommandOutcome | None:
        """What the charger last answered this process about the hold; None: not known here."""
        return self._answers.get(hold_id)

    async def teach(self, charger_id: str, change: Change) -> None:
        """Revise the record by what the charger's behaviour has shown."""
        try:
            await self.revise(charger_id, change)
        except (SQLAlchemyError, OSError) as error:
            # The next reservation teaches it again.
            log.warning("capability_not_stored", charger=charger_id, error=repr(error))

    async def described(self, charger_id: str) -> Described | None:
        """None: there is no such charger. Raises what the database raises."""
        async with self._engine.connect() as database:
            return await described(database, charger_id)

    async def has_several_plugs(self, charger_id: str) -> bool:
        """At one of its EVSEs, by what they say or were said to be. Raises what the database raises."""
        async with self._engine.connect() as database:
            return await has_several_plugs(database, charger_id)

    async def keep_configuration(self, charger_id: str, values: Mapping[str, str], now: datetime) -> None:
        """What it said of its settings, for operators. Raises what the database raises."""
        shown = {key: without_secret(key, value) for key, value in values.items()}
        async with self._engine.begin() as database:
            await keep_configuration(database, charger_id, shown, now)

    async def revise(self, charger_id: str, change: Change) -> None:
        """`teach`, for whoever must know whether it was stored. Raises what the database raises."""
        async with self._engine.begin() as database:
            await revise(database, charger_id, change)
