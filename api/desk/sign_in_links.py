"""Links by mail that sign a driver in, for who has no passkey here and cannot reach the issuer.

Whoever asks for one learns nothing of whom an address belongs to: what is done about it is done after they were
answered, whether there is such an address or not, and however often it was asked for.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime

import structlog

from activities.telling.facts import link_event
from api.desk.known_browsers import KnownBrowsers
from api.desk.refusals import Overloaded
from db.delivery.inbox import record
from db.engine import Sessions
from db.queries import sign_in_links as links
from db.tables import SignInLink, Source
from domain.errors import SignInLinkOver
from domain.facts.refused_signing_in import LinkOver, TooManyAskForLinks
from domain.signing_in.links import check_link, may_be_sent
from domain.telling.channels import Channel
from domain.telling.confirming import address_digest, mail_address, mail_address_or_none

_log = structlog.get_logger()
_AT_ONCE = 2
"""Connections to the database that strangers can keep busy."""
_MOST_WAITING = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Whom a link can sign in: mostly one; each driver who has confirmed the address. `back_to`: what they wanted."""

    drivers: Sequence[str]
    back_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """`back_to`: what they wanted. `mark`: for their browser to keep, as it is the address's owner's from now on."""

    back_to: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """`network`: a digest of the one they ask from. `mark`: what their browser keeps, if it does."""

    network: str = ""
    mark: str = ""


_NOBODY = Asker()


class SignInLinks:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._browsers = KnownBrowsers(sessions)
        self._clock = clock
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    def ask(self, text: str, back_to: str, asker: Asker = _NOBODY) -> None:
        """To be sent to that address, if a driver has confirmed it. `back_to`: a page of ours.

        Raises ContactPointInvalid, Overloaded: for what it says and when it comes, not for what we know of it.
        """
        digest = address_digest(Channel.MAIL, mail_address(text))
        if len(self._under_way) >= _MOST_WAITING:
            raise Overloaded(TooManyAskForLinks())
        task = asyncio.create_task(self._look(digest, back_to, asker), context=Context())  # of no request
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Until all that was asked for so far is done."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def opened(self, secret: str) -> Opened:
        """Nothing is used up by looking, as programs that read mails look. Raises SignInLinkOver."""
        async with self._sessions() as session:
            link = _good(await links.link_by_secret(session, secret), self._clock())
            drivers = [one.driver_id for one in await links.readers(session, link.address_digest)]
        if not drivers:
            raise SignInLinkOver(LinkOver())
        return Opened(drivers=drivers, back_to=link.back_to)

    async def mark_of(self, address: str) -> str:
        """For the browser of whom the issuer vouches for as the reader of that address; empty: no mail goes there."""
        known = mail_address_or_none(address)
        return "" if known is None else await self._browsers.mark(address_digest(Channel.MAIL, known))

    async def use(self, secret: str, driver_id: str) -> Used:
        """Once. Raises SignInLinkOver: also for somebody else than it was sent to."""
        now = self._clock()
        async with self._sessions.begin() as session:
            link = _good(await links.link_by_secret(session, secret, locked=True), now)
            readers = await links.readers(session, link.address_digest)
            if driver_id not in [one.driver_id for one in readers]:
                raise SignInLinkOver(LinkOver())
            link.used_at = now
            back_to, digest = link.back_to, link.address_digest
        return Used(back_to=back_to, mark=await self._browsers.mark(digest))

    async def _look(self, digest: str, back_to: str, asker: Asker) -> None:
        try:
            async with self._turns:
                await self._send(digest, back_to, asker)
        except Exception as error:  # noqa: BLE001 - nobody waits for it any more: they ask again
            _log.error("sign_in_link_not_sent", error=type(error).__name__, exc_info=error)

    async def _send(self, digest: str, back_to: str, asker: Asker) -> None:
        now, known = self._clock(), await self._browsers.is_known(asker.mark, digest)
        async with self._sessions.begin() as session:
            found = await links.readers(session, digest)
            if not found:
                return
            await links.one_at_a_time(session)
            before = await links.asked_before(session, digest, asker.network, now)
            if not may_be_sent(before, known=known):
                _log.warning("sign_in_link_too_often", in_day=before.in_day, in_all=before.in_all)
                return
            link = SignInLink(
                address_digest=digest, asked_at=now, back_to=back_to, asked_by=asker.network, known=known
            )
            session.add(link)
            await session.flush()
            event = link_event(link, found[0].contact_point, now)
            await record(await session.connection(), Source.TELLING, [event])


def _good(link: SignInLink | None, now: datetime) -> SignInLink:
    if link is None:
        raise SignInLinkOver(LinkOver())
    check_link(until=link.until, used_at=link.used_at, now=now)
    return link
