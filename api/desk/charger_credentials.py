"""Chargers' passwords and security profiles, as operators set them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from api.desk.audit import record
from api.desk.charger_commands import ChargerCommands
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.reach import require_charger
from api.desk.refusals import RotationPending, UnusableValue
from db import charger_passwords
from db.engine import Sessions
from db.queries.charging import charger_credentials, chargers
from db.tables import Charger
from domain.charging.commands import SetConfiguration
from domain.errors import ChargerOffline, Explained, UnknownCharger, Why
from domain.facts.audit import PasswordRotated, ProfileSet
from domain.facts.refusals import NoSuchCharger, PasswordNotSent, PasswordPerhapsSent, RotationNotFinished
from domain.terms.site_roles import READ, RUN
from workflows.client.failures import CallFailed

_PASSWORD_KEYS = {"ocpp1.6": "AuthorizationKey"}
_PASSWORD_VARIABLE = "SecurityCtrlr.BasicAuthPassword"  # noqa: S105 - 2.x; its name, not its value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """`made`: the password if it was made here, to be shown this once. `sent`: the charger's answer, or why none.

    `detail`: the charger's own words; `why`: what to do without its answer.
    """

    charger_id: str
    made: str | None
    sent: str
    detail: str = ""
    why: Why | None = None


def edition_of_profile(profile: int | None) -> str:
    return edition_of(profile)


class ChargerCredentials:
    def __init__(self, sessions: Sessions, commands: ChargerCommands, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._commands = commands
        self._clock = clock

    async def rotate_password(
        self,
        principal: Principal,
        charger_id: str,
        *,
        password: str | None = None,
        send: bool = True,
        replace_pending: bool = False,
    ) -> Rotation:
        """A new password in waiting: both let the charger in until it connects with the new one.

        `password` None: a random one is made. `send`: tell the charger too; that it is away harms nothing. Raises
        ScopeMissing, UnusableValue, UnknownCharger, RotationPending.
        """
        await require_charger(self._sessions, principal, charger_id, RUN)
        made = charger_passwords.generated_password() if password is None else None
        chosen = made or _usable(password or "")
        hasher = charger_passwords.CHOSEN if made is None else charger_passwords.RANDOM
        password_hash = await asyncio.to_thread(hasher.hash, chosen)
        asked = PasswordRotated(generated=made is not None, replace_pending=replace_pending, send=send)
        charger = await self._stage(principal, charger_id, password_hash, asked)
        rotation = Rotation(charger_id=charger_id, made=made, sent="not_asked")
        return await self._told(principal, charger, chosen, rotation) if send else rotation

    async def security_profile(self, principal: Principal, charger_id: str) -> int | None:
        """As it was set. Raises ScopeMissing, UnknownCharger, SiteForbidden."""
        await require_charger(self._sessions, principal, charger_id, READ)
        async with self._sessions() as session:
            charger = await chargers.find(session, charger_id)
        if charger is None:
            raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
        return charger.security_profile

    async def set_security_profile(
        self, principal: Principal, charger_id: str, profile: int | None, seen: Seen = WHATEVER
    ) -> None:
        """The lowest OCPP security profile the charger may use, from its next connection on; None: the default.

        Raises ScopeMissing, UnknownCharger, SiteForbidden, ChangedMeanwhile.
        """
        await require_charger(self._sessions, principal, charger_id, RUN)
        async with self._sessions.begin() as session:
            charger = await charger_credentials.charger_under_lock(session, charger_id)
            if charger is None:
                raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
            seen.check(edition_of_profile(charger.security_profile))
            charger.security_profile = profile
            fact = ProfileSet(security_profile=profile)
            await record(session, principal, fact, charger_id, at=self._clock())

    async def _stage(
        self, principal: Principal, charger_id: str, password_hash: str, asked: PasswordRotated
    ) -> Charger:
        async with self._sessions.begin() as session:
            charger = await chargers.find(session, charger_id)
            if charger is None:
                raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
            staged = await charger_credentials.stage_password(
                session, charger_id, password_hash, replace_pending=asked.replace_pending
            )
            if not staged:
                raise RotationPending(RotationNotFinished(charger_id=charger_id))
            await record(session, principal, asked, charger_id, at=self._clock())
        return charger

    async def _told(
        self, principal: Principal, charger: Charger, password: str, rotation: Rotation
    ) -> Rotation:
        """With what the charger answered. Never raises for its absence: the password is stored."""
        key = _PASSWORD_KEYS.get(charger.protocol, _PASSWORD_VARIABLE)
        try:
            reply = await self._commands.send_password(
                principal, charger.id, SetConfiguration(key=key, value=password)
            )
        except ChargerOffline as error:
            return replace(rotation, sent=error.code, why=PasswordNotSent())
        except Explained as error:
            return replace(rotation, sent=error.code, why=error.why)
        except CallFailed as error:  # the password is stored and must still be shown
            return replace(rotation, sent=error.code, why=PasswordPerhapsSent())
        return replace(rotation, sent=reply.outcome.value, detail=reply.detail)


def _usable(password: str) -> str:
    if not all("\x21" <= c <= "\x7e" for c in password):
        raise UnusableValue(
            "password", "unusable", "a password is 16 to 40 printable ASCII characters without spaces"
        )
    return password
