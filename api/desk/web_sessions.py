"""Signed in to the pages: begun by what the issuer says of somebody, kept by a secret of their browser, ended by them.

Only digests of secrets are stored.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, or_, select
from sqlalchemy.exc import SQLAlchemyError

from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.contact_points import points_of, take_away
from db.queries.telling import lock_telling
from db.tables import WebSession
from domain.signing_in.freshness import is_fresh
from domain.signing_in.ways import WayIn
from domain.telling.addressee import Addressee
from domain.telling.channels import Channel

log = structlog.get_logger(__name__)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInAt:
    """A browser that somebody is signed in with. `here`: the one that asks. `way_in` None: of a newer version."""

    browser: str
    way_in: WayIn | None
    begun_at: datetime
    ends_at: datetime
    here: bool


class WebSessions:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def begin(
        self,
        claims: Mapping[str, Any],
        *,
        instead_of: str | None = None,
        way_in: WayIn = WayIn.ISSUER,
        browser: str = "",
        proven_at: datetime | None = None,
        id_token: str = "",
    ) -> Begun:
        """For whom the issuer vouches by `claims`, or we do; they have been checked. Its secret is new, so that none
        can be planted; what the browser had before, `instead_of`, is over. `proven_at`: when they showed who they are;
        None: the issuer does not say. `id_token`: the issuer's; one that they had before in that browser stays theirs.
        """
        now, secret = self._clock(), _secret()
        at_work = set(str(claims.get("scope", "")).split()) - {"driver"}
        ends_at = now + (LASTS_AT_WORK if at_work else LASTS)
        async with self._sessions.begin() as session:
            before = await session.get(WebSession, _digest(instead_of or ""))
            if before is not None and before.subject == claims["sub"]:
                id_token = id_token or before.id_token
            over = or_(WebSession.ends_at <= now, WebSession.digest == _digest(instead_of or ""))
            await session.execute(delete(WebSession).where(over))
            session.add(
                WebSession(
                    digest=_digest(secret),
                    subject=str(claims["sub"]),
                    claims=dict(claims),
                    way_in=way_in.value,
                    browser=browser,
                    begun_at=now,
                    proven_at=None if proven_at is None else min(proven_at, now),
                    id_token=id_token,
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

    async def goes_on(self, secret: str) -> bool:
        """Is anybody signed in with it still? While the database is away, with nothing new to tell them, they are."""
        try:
            return await self.claims(secret) is not None
        except (SQLAlchemyError, OSError) as error:
            log.warning("session_not_looked_up", error=type(error).__name__)
            return True

    async def is_fresh(self, secret: str) -> bool:
        """Has who is signed in with it shown just now who they are?"""
        now = self._clock()
        mine = (WebSession.digest == _digest(secret), WebSession.ends_at > now)
        async with self._sessions() as session:
            return is_fresh(await session.scalar(select(WebSession.proven_at).where(*mine)), now)

    async def id_token(self, secret: str) -> str:
        """What `end` would say of it; it goes on."""
        found = select(WebSession.id_token).where(WebSession.digest == _digest(secret))
        async with self._sessions() as session:
            return await session.scalar(found) or ""

    async def end(self, secret: str) -> str:
        """Also of one that is over. The issuer's id token of it; empty: it was none of the issuer's."""
        one = delete(WebSession).where(WebSession.digest == _digest(secret))
        async with self._sessions.begin() as session:
            return await session.scalar(one.returning(WebSession.id_token)) or ""

    async def begin_for_driver(
        self, driver_id: str, *, way_in: WayIn, browser: str, instead_of: str | None
    ) -> Begun:
        """For whom we vouch ourselves: as a driver, and never as anything else that they may be."""
        claims, now = {"sub": driver_id, "scope": "driver"}, self._clock()
        return await self.begin(claims, instead_of=instead_of, way_in=way_in, browser=browser, proven_at=now)

    async def all(self, principal: Principal, secret: str) -> Sequence[SignedInAt]:
        """Where they are signed in, the latest first. `secret`: of the one that asks."""
        theirs = (WebSession.subject == principal.subject, WebSession.ends_at > self._clock())
        async with self._sessions() as session:
            rows = await session.scalars(
                select(WebSession).where(*theirs).order_by(WebSession.begun_at.desc())
            )
        known = {way.value: way for way in WayIn}
        return [
            SignedInAt(
                browser=row.browser,
                way_in=known.get(row.way_in),
                begun_at=row.begun_at,
                ends_at=row.ends_at,
                here=row.digest == _digest(secret),
            )
            for row in rows
        ]

    async def end_all(self, principal: Principal, secret: str) -> str:
        """Everywhere, also here; what `end` says of the one with that secret.

        Browsers that they had turned on as a driver are told nothing any more: else one that was left behind shows what
        comes until somebody takes it away. A fleet's are the fleet's, and stay.
        """
        driver, now = Addressee(driver_id=principal.subject), self._clock()
        async with self._sessions.begin() as session:
            await lock_telling(session, driver)
            for point in await points_of(session, driver):
                if point.channel == Channel.PUSH.value:
                    take_away(point, now)
            mine = (WebSession.digest == _digest(secret), WebSession.subject == principal.subject)
            id_token = await session.scalar(select(WebSession.id_token).where(*mine))
            await session.execute(delete(WebSession).where(WebSession.subject == principal.subject))
        return id_token or ""


def _secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
