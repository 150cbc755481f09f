"""One-off commands to a charger, by operators: sent at most once, on record before they are sent and after.

What is recorded and shown of them carries no secret, whichever face asked.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from api.desk.audit import record
from api.desk.limits import Limits
from api.desk.principal import Principal
from api.desk.reach import require_charger
from api.desk.redaction import NUMBERED_LATER, recorded, without_secrets
from api.desk.refusals import ListIsKept, PasswordByRotation
from contracts.chargers import Connection
from db.engine import Sessions
from db.queries.charging import chargers
from db.queries.charging.plug_in_use import plug_in_use
from db.tables import AuditEntry
from domain.charging.commands import (
    HAND_HOLDS,
    Command,
    CommandOutcome,
    CommandReply,
    ReserveNow,
    SetConfiguration,
    SetVariables,
    UnlockConnector,
    name_of,
)
from domain.charging.listing import SendLocalList
from domain.charging.secrets import is_own_password
from domain.errors import ChargerOffline, UnknownCharger
from domain.facts.audit import SENDING, UNKNOWN, ChargerCommand
from domain.facts.refusals import (
    ChargerConnectionLost,
    ChargerNotConnected,
    ListKeptInStep,
    NoSuchCharger,
    PasswordIsRotated,
)
from domain.terms.site_roles import RUN, SiteRole
from workflows.client.charger_commands import ChargerCommandClient

_log = structlog.get_logger()
_NUMBERS = 2**31 - 1
"""OCPP's request ids are 32-bit integers in many chargers."""


class ChargerCommands:
    def __init__(
        self,
        sessions: Sessions,
        client: ChargerCommandClient,
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock
        self._limits = limits

    async def send(
        self,
        principal: Principal,
        charger_id: str,
        command: Command,
        *,
        roles: tuple[SiteRole, ...] = RUN,
    ) -> CommandReply:
        """Send `command` and wait for the charger's answer, its secrets left out.

        A command with a `request_id` or `remote_start_id` gets one of its own: the number of its audit entry. A hold
        without an id gets one by it, too, which is told in `values`. `roles`: who at the site may have it sent.
        Raises ScopeMissing, SiteForbidden, PasswordByRotation, ListIsKept, UnknownCharger, ChargerOffline when no
        gateway serves it, TemporalAway.
        """
        await require_charger(self._sessions, principal, charger_id, roles)
        for setting in _settings(command):
            if is_own_password(setting.key):
                raise PasswordByRotation(PasswordIsRotated(charger_id=charger_id, key=setting.key))
        return await self._sent(principal, charger_id, command)

    async def send_password(
        self, principal: Principal, charger_id: str, setting: SetConfiguration
    ) -> CommandReply:
        """Of a rotation, whose password is stored. Raises as `send`, but for PasswordByRotation."""
        await require_charger(self._sessions, principal, charger_id, RUN)
        return await self._sent(principal, charger_id, setting)

    async def _sent(self, principal: Principal, charger_id: str, command: Command) -> CommandReply:
        instance, connection = await self._route(charger_id, command)
        command = await self._placed(charger_id, command)
        detail = recorded(command)
        key, number = await self._begin(principal, charger_id, _told(command, SENDING), detail)
        command, outcome = _numbered(command, number), UNKNOWN
        if isinstance(command, ReserveNow):
            detail["hold_id"] = command.hold_id
        try:
            reply = await self._client.send(
                instance,
                connection,
                command,
                taken_within=self._limits.command_schedule_timeout,
                answered_within=self._limits.command_timeout,
            )
            outcome = reply.outcome.value
        finally:
            await self._conclude(key, _told(command, outcome), detail)
        if reply.outcome is CommandOutcome.NOT_CONNECTED:
            raise ChargerOffline(ChargerConnectionLost(charger_id=charger_id))
        values = None if reply.values is None else without_secrets(reply.values)
        if isinstance(command, ReserveNow):
            values = {"hold_id": str(command.hold_id)}
        return dataclasses.replace(reply, values=values)

    async def _placed(self, charger_id: str, command: Command) -> Command:
        """The cable to unlock is the one that is in."""
        if not isinstance(command, UnlockConnector):
            return command
        async with self._sessions() as session:
            plug = await plug_in_use(session, charger_id, command.connector_number)
        return dataclasses.replace(command, plug=plug)

    async def _route(self, charger_id: str, command: Command) -> tuple[str, Connection]:
        async with self._sessions() as session:
            charger = await chargers.find(session, charger_id)
            if charger is None:
                raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
            if charger.keeps_local_list and isinstance(command, SendLocalList):
                raise ListIsKept(ListKeptInStep(charger_id=charger_id))
            instance, epoch = charger.gateway_instance, charger.epoch
        if instance is None:
            raise ChargerOffline(ChargerNotConnected(charger_id=charger_id))
        return instance, Connection(charger_id=charger_id, epoch=epoch)

    async def _begin(
        self, principal: Principal, charger_id: str, fact: ChargerCommand, detail: dict[str, Any]
    ) -> tuple[str, int]:
        """Into the audit trail; the entry's key and a number made from its own (positive, 31 bits)."""
        async with self._sessions.begin() as session:
            key, number = await record(session, principal, fact, charger_id, at=self._clock(), more=detail)
        return key, number % _NUMBERS or _NUMBERS

    async def _conclude(self, key: str, fact: ChargerCommand, detail: dict[str, Any]) -> None:
        """Never raises for a database that is away: the charger has been asked, and the answer is worth more."""
        concluded = {**detail, **fact.parameters()}
        try:
            async with self._sessions.begin() as session:
                await session.execute(
                    update(AuditEntry).where(AuditEntry.key == key).values(detail=concluded)
                )
        except (SQLAlchemyError, OSError) as error:
            _log.error("command_outcome_not_recorded", key=key, outcome=fact.outcome, error=repr(error))


def _hand_hold(number: int) -> int:
    return HAND_HOLDS[number % len(HAND_HOLDS)]


def _settings(command: Command) -> tuple[SetConfiguration, ...]:
    if isinstance(command, SetVariables):
        return command.settings
    return (command,) if isinstance(command, SetConfiguration) else ()


def _told(command: Command, outcome: str) -> ChargerCommand:
    return ChargerCommand(
        command=name_of(type(command)),
        outcome=outcome,
        connector_number=getattr(command, "connector_number", None),
        key=getattr(command, "key", ""),
    )


def _numbered(command: Command, number: int) -> Command:
    if isinstance(command, ReserveNow):
        return command if command.hold_id else dataclasses.replace(command, hold_id=_hand_hold(number))
    own: dict[str, Any] = {member: number for member in NUMBERED_LATER if hasattr(command, member)}
    return dataclasses.replace(command, **own) if own else command
