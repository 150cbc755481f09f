"""Questions that authenticators answer: known as ours by what is in them, so that strangers fill no table.

A question is random, says until when it is good, and is sealed for what is asked and for the browser that was asked,
with a key of ours: it is nobody else's, and cannot be made up. Only what was answered is kept, for as long as it would
be good, so that no answer counts twice (WebAuthn Level 2 §13.4.3).
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Sessions
from db.queries import passkeys
from domain.errors import PasskeyRefused
from domain.facts.refused_signing_in import PasskeyTooSlow

LASTS = timedelta(minutes=10)
_RANDOM, _UNTIL, _SEAL = 16, 8, 32
"""Bytes of each, in this order."""


class Purpose(StrEnum):
    ADD = "add"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A question of ours that is good until `ends_at`."""

    challenge: bytes
    ends_at: datetime


class Challenges:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock
        self._key: bytes | None = None

    async def new(self, purpose: Purpose, browser: str) -> bytes:
        """`browser`: a secret that it keeps."""
        until = int((self._clock() + LASTS).timestamp()).to_bytes(_UNTIL)
        said = secrets.token_bytes(_RANDOM) + until
        return said + await self._seal(said, purpose, browser)

    async def known(self, challenge: bytes, purpose: Purpose, browser: str) -> Known:
        """Raises PasskeyRefused unless that browser was asked it, for that, and not too long ago."""
        said, seal = challenge[: _RANDOM + _UNTIL], challenge[_RANDOM + _UNTIL :]
        if not hmac.compare_digest(seal, await self._seal(said, purpose, browser)):
            raise PasskeyRefused(PasskeyTooSlow())
        ends_at = datetime.fromtimestamp(int.from_bytes(said[_RANDOM:]), UTC)
        if ends_at <= self._clock():
            raise PasskeyRefused(PasskeyTooSlow())
        return Known(challenge=challenge, ends_at=ends_at)

    async def spend(self, session: AsyncSession, known: Known) -> None:
        """With what is done by its answer. Raises PasskeyRefused: it was answered before."""
        digest = hashlib.sha256(known.challenge).hexdigest()
        if not await passkeys.spend(session, digest, known.ends_at, self._clock()):
            raise PasskeyRefused(PasskeyTooSlow())

    async def handle_of(self, driver_id: str) -> bytes:
        """What authenticators know a driver by: the same each time, and nobody else can tell whose it is."""
        return hmac.new(await self._sealing(), b"driver\0" + driver_id.encode(), hashlib.sha256).digest()

    async def _seal(self, said: bytes, purpose: Purpose, browser: str) -> bytes:
        about = b"\0".join((b"challenge", purpose.encode(), browser.encode(), said))
        return hmac.new(await self._sealing(), about, hashlib.sha256).digest()

    async def _sealing(self) -> bytes:
        if self._key is None:
            async with self._sessions.begin() as session:
                self._key = (await passkeys.sealing_key(session)).encode()
        return self._key
