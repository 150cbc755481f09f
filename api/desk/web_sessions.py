"""Signed in to the pages: begun by what the issuer says of somebody, kept by a secret of their browser, ended by them.

Only digests of secrets are stored.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from db.engine import Sessions
from db.tables import WebSession

LASTS = timedelta(days=30)
"""A driver's phone stays signed in."""
LASTS_AT_WORK = timedelta(hours=12)
"""A dispatcher's or an operator's browser, which may stand in an office."""
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """`secret`: for the browser to keep, told this once."""

    secret: str
    ends_at: datetime


class WebSessions:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def begin(self, claims: Mapping[str, Any]) -> Begun:
        """For whom the issuer vouches by `claims`, which have been checked."""
        now, secret = self._clock(), _secret()
        at_work = set(str(claims.get("scope", "")).split()) - {"driver"}
        ends_at = now + (LASTS_AT_WORK if at_work else LASTS)
        async with self._sessions.begin() as session:
            await session.execute(delete(WebSession).where(WebSession.ends_at <= now))
            session.add(
                WebSession(
                    digest=_digest(secret),
                    subject=str(claims["sub"]),
                    claims=dict(claims),
                    begun_at=now,
                    ends_at=ends_at,
                )
            )
        return Begun(secret=secret, ends_at=ends_at)

    async def claims(self, secret: str) -> dict[str, Any] | None:
        """Of who is signed in with it; `exp` is when that ends. None: nobody, or no longer."""
        mine = (WebSession.digest == _digest(secret), WebSession.ends_at > self._clock())
        async with self._sessions() as session:
            row = await session.scalar(select(WebSession).where(*mine))
        return None if row is None else {**row.claims, "exp": int(row.ends_at.timestamp())}

    async def end(self, secret: str) -> None:
        """Also of one that is over."""
        async with self._sessions.begin() as session:
            await session.execute(delete(WebSession).where(WebSession.digest == _digest(secret)))


def _secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
