"""How chargers are set up, held against what our rules need; and an operator's one action that mends it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.desk.charger_commands import ChargerCommands
from api.desk.principal import Principal
from api.desk.reach import require_charger
from db.engine import Sessions
from db.queries.charging import chargers
from db.tables import Charger
from domain.charging.commands import CommandOutcome, CommandReply, SetConfiguration, SetVariables
from domain.charging.recommended import Compared, compared
from domain.errors import UnknownCharger
from domain.facts.refusals import NoSuchCharger
from domain.terms.site_roles import READ, RUN

_ONE_BY_ONE = "1.6"
"""The version that changes one key a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerSettings:
    """`read_at` None: the charger has not been asked, or has not answered. `version`: empty, it never came."""

    charger_id: str
    version: str
    read_at: datetime | None
    compared: Sequence[Compared]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """`outcomes`: what came of each key that was to be changed."""

    outcomes: Mapping[str, CommandReply]
    settings: ChargerSettings


class SettingsOfChargers:
    def __init__(self, sessions: Sessions, commands: ChargerCommands, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._commands = commands
        self._clock = clock

    async def compare(self, principal: Principal, charger_id: str) -> ChargerSettings:
        """As the charger last told. Raises ScopeMissing, UnknownCharger."""
        await require_charger(self._sessions, principal, charger_id, READ)
        async with self._sessions() as session:
            charger = await chargers.find(session, charger_id)
            if charger is None:
                raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
            return _settings(charger)

    async def apply(self, principal: Principal, charger_id: str) -> Applied:
        """Set what differs, where the right value is plain. Each change is on record as any command.

        Raises as `compare` and as `ChargerCommands.send`; what was set before that stays set.
        """
        await require_charger(self._sessions, principal, charger_id, RUN)
        found = await self.compare(principal, charger_id)
        wanted = [
            SetConfiguration(key=one.recommendation.key, value=one.to_set)
            for one in found.compared
            if one.to_set is not None
        ]
        outcomes: dict[str, CommandReply] = {}
        if wanted and found.version != _ONE_BY_ONE:
            outcomes = await self._set_at_once(principal, charger_id, wanted)
        elif wanted:
            for setting in wanted:
                outcomes[setting.key] = await self._commands.send(principal, charger_id, setting)
        taken = {one.key: one.value for one in wanted if outcomes[one.key].outcome is CommandOutcome.ACCEPTED}
        if taken:
            async with self._sessions.begin() as session:
                await chargers.remember_settings(session, charger_id, taken, self._clock())
        return Applied(outcomes=outcomes, settings=await self.compare(principal, charger_id))

    async def _set_at_once(
        self, principal: Principal, charger_id: str, wanted: Sequence[SetConfiguration]
    ) -> dict[str, CommandReply]:
        reply = await self._commands.send(principal, charger_id, SetVariables(settings=tuple(wanted)))
        words = reply.values or {}
        return {one.key: _of_word(reply, words.get(one.key)) for one in wanted}


def _of_word(reply: CommandReply, word: str | None) -> CommandReply:
    """The charger's word for one variable; without one, what the whole message came to."""
    if word is None:
        return reply
    accepted = word in ("Accepted", "RebootRequired")
    outcome = CommandOutcome.ACCEPTED if accepted else CommandOutcome.REJECTED
    return CommandReply(outcome=outcome, detail=word)


def _settings(charger: Charger) -> ChargerSettings:
    version = charger.protocol.removeprefix("ocpp")
    return ChargerSettings(
        charger_id=charger.id,
        version=version,
        read_at=charger.configuration_at,
        compared=compared(version, charger.configuration, keeps_local_list=charger.keeps_local_list),
    )
