"""Passkeys of drivers: added by who is signed in, and signing them in later. Those of others open nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import bytes_to_base64url

from api.desk.challenges import Challenges, Purpose
from api.desk.principal import Principal
from api.desk.refusals import PageUnknown, ScopeMissing
from api.desk.relying_party import RelyingParty, assertion_in, registration_in
from db.engine import Sessions
from db.notifications import record_notice
from db.queries import passkeys
from db.queries.telling import lock_telling
from db.tables import Passkey
from domain.errors import PasskeyCountsBack, PasskeyRefused, UnknownPasskey
from domain.facts.notices import NoticeFact
from domain.facts.refused_signing_in import NoSuchPage, NoSuchPasskey, PasskeyNotKnown
from domain.facts.signing_in_notices import PasskeyAdded, PasskeyCopySeen
from domain.signing_in.passkeys import check_adding, check_counter
from domain.telling.addressee import Addressee

_log = structlog.get_logger()


class Passkeys:
    """`party` None: the pages are where browsers make none. `browser`: a secret that the asking one keeps."""

    def __init__(self, sessions: Sessions, clock: Callable[[], datetime], party: RelyingParty | None) -> None:
        self._sessions = sessions
        self._clock = clock
        self._party = party
        self._challenges = Challenges(sessions, clock)

    @property
    def offered(self) -> bool:
        return self._party is not None

    async def all(self, principal: Principal) -> Sequence[Passkey]:
        """A driver's own, the first that was added first. Raises ScopeMissing."""
        driver_id = _driver(principal)
        async with self._sessions() as session:
            return await passkeys.passkeys_of(session, driver_id)

    async def to_add(self, principal: Principal, browser: str) -> str:
        """What the authenticator is asked, as JSON. Raises ScopeMissing, PageUnknown."""
        party, driver_id = self._ours(), _driver(principal)
        there = [row.credential_id for row in await self.all(principal)]
        challenge = await self._challenges.new(Purpose.ADD, browser)
        handle = await self._challenges.handle_of(driver_id)
        return party.to_add(challenge, handle, principal.email or driver_id, there)

    async def add(self, principal: Principal, browser: str, name: str, said: str) -> Passkey:
        """By what the authenticator said, as JSON; the driver is told.

        Raises ScopeMissing, PageUnknown, PasskeyRefused, TooManyPasskeys.
        """
        party, driver_id, now = self._ours(), _driver(principal), self._clock()
        answer = registration_in(said)
        known = await self._challenges.known(answer.challenge, Purpose.ADD, browser)
        new = party.added(answer)
        handle = bytes_to_base64url(await self._challenges.handle_of(driver_id))
        async with self._sessions.begin() as session:
            await lock_telling(session, Addressee(driver_id=driver_id))
            check_adding(len(await passkeys.passkeys_of(session, driver_id)))
            await self._challenges.spend(session, known)
            if await passkeys.is_known(session, new.credential_id):
                raise PasskeyRefused(PasskeyNotKnown())
            row = Passkey(
                driver_id=driver_id,
                user_handle=handle,
                credential_id=new.credential_id,
                public_key=new.public_key,
                sign_count=new.sign_count,
                transports=new.transports,
                name=name,
                added_at=now,
            )
            session.add(row)
            await session.flush()
            await _tell(session, row, PasskeyAdded(name=name), f"passkey:{row.id}:added", now)
            return row

    async def remove(self, principal: Principal, number: int) -> None:
        """It opens nothing any more. Raises ScopeMissing, UnknownPasskey."""
        driver_id = _driver(principal)
        async with self._sessions.begin() as session:
            row = await passkeys.passkey_of(session, driver_id, number)
            if row is None:
                raise UnknownPasskey(NoSuchPasskey())
            row.removed_at = self._clock()

    async def to_sign_in(self, browser: str) -> str:
        """What the authenticator is asked, as JSON. Raises PageUnknown."""
        return self._ours().to_sign_in(await self._challenges.new(Purpose.SIGN_IN, browser))

    async def sign_in(self, browser: str, said: str) -> str:
        """The driver whose passkey it is, by what the authenticator said, as JSON.

        A counter that goes back is refused, and its driver told. Raises PageUnknown, PasskeyRefused, PasskeyCountsBack.
        """
        party, now = self._ours(), self._clock()
        answer = assertion_in(said)
        known = await self._challenges.known(answer.challenge, Purpose.SIGN_IN, browser)
        refused: PasskeyCountsBack | None = None
        async with (
            self._sessions.begin() as session
        ):  # that it was answered is kept whatever the counter says
            row = await passkeys.passkey_known_as(session, answer.credential_id)
            if row is None or not _is_theirs(row, answer.credential.response.user_handle):
                raise PasskeyRefused(PasskeyNotKnown())
            count = party.counted(answer, row.public_key)
            await self._challenges.spend(session, known)
            try:
                check_counter(kept=row.sign_count, said=count)
            except PasskeyCountsBack as back:
                refused = back
                _log.warning("passkey_counts_back", passkey=row.id, kept=row.sign_count, said=count)
                key = f"passkey:{row.id}:copy:{row.sign_count}"
                await _tell(session, row, PasskeyCopySeen(name=row.name), key, now)
            else:
                row.sign_count, row.used_at = count, now
        if refused is not None:
            raise refused
        return row.driver_id

    def _ours(self) -> RelyingParty:
        if self._party is None:
            raise PageUnknown(NoSuchPage())
        return self._party


def _driver(principal: Principal) -> str:
    if principal.driver_id is None:
        raise ScopeMissing("driver")
    return principal.driver_id


def _is_theirs(row: Passkey, handle: bytes | None) -> bool:
    """WebAuthn Level 2 §7.2, step 6: it says whose it believes to be."""
    return handle is not None and bytes_to_base64url(handle) == row.user_handle


async def _tell(session: AsyncSession, row: Passkey, notice: NoticeFact, key: str, now: datetime) -> None:
    await record_notice(session, notice, key=key, driver_id=row.driver_id, reservation_code="", at=now)
