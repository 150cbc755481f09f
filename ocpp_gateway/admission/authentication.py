"""Who a charger is (OCPP security profiles 0 to 3): its password, or the certificate TLS has verified.

Profile 1 is a Basic password over plain ws, 2 the same over TLS, 3 a client certificate. A charger may always use
a higher profile than it must; with a lower one it is not let in.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db import charger_passwords
from ocpp_gateway.admission.guess_limit import GuessLimit
from ocpp_gateway.admission.tls import Subject
from ocpp_gateway.storage.credentials import Credentials, credentials_of, promote_next, replace_hash

log = structlog.get_logger(__name__)

_REMEMBERED = 20_000
_WAITING_CHECKS = 256
"""A few seconds of work for two threads, below any charger's patience: who comes later had better come again."""
_REHASH_EVERY_S = 5.0
_HEX_KEY_BYTES = range(16, 21)
_PRINTABLE = frozenset(range(0x20, 0x7F))

FindCredentials = Callable[[str], Awaitable[Credentials | None]]
"""What is stored of a charger; None: there is no such charger."""


class Refused(Exception):
    """The handshake is answered with `status`. `code` is stable; `detail` is for the operator, not the charger."""

    def __init__(
        self, status: HTTPStatus, code: str, detail: str = "", *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where a handshake comes from. `subject`: of the client certificate that TLS verified; None: it sent none."""

    address: str = ""
    encrypted: bool = False
    subject: Subject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationRules:
    """`minimum_profile`: for chargers that have none of their own.

    `allow_unauthenticated`: profile 0, for chargers without a password and without a profile of their own above 0.
    `client_organization`: O of client certificates; None: not compared.
    """

    minimum_profile: int = 1
    allow_unauthenticated: bool = False
    client_organization: str | None = None


class Authenticator:
    """Checks passwords in threads, holding no database connection; remembers what it has verified, for storms.

    `find`: reads credentials, in batches where the caller can; by default one query each. `engine` is for that
    and for the rare writes.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        rules: AuthenticationRules | None = None,
        allow_unauthenticated: bool = False,
        find: FindCredentials | None = None,
        guesses: GuessLimit | None = None,
        threads: int = 2,
        waiting: int = _WAITING_CHECKS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._rules = rules or AuthenticationRules(allow_unauthenticated=allow_unauthenticated)
        self._find = find or self._find_one
        self._guesses = GuessLimit() if guesses is None else guesses
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._secret = secrets.token_bytes(32)
        self._verified: dict[str, bytes] = {}
        self._free_checks = self._most_checks = waiting
        self._clock = clock
        self._to_rehash: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue(maxsize=1)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def check(self, charger_id: str, authorization: str | None, caller: Caller | None = None) -> int:
        """The security profile the charger is let in with.

        Raises Refused: 404 unknown charger, 401 wrong or missing password, 403 wrong certificate or a profile
        too low, 429 too many wrong passwords, 503 too many at once; and what the database raises.
        """
        caller = caller or Caller()
        self._not_guessing(self._guesses.wait_for_identity(caller.address, charger_id, self._clock()))
        known = await self._find(charger_id)
        if known is None:
            raise Refused(HTTPStatus.NOT_FOUND, "charger_unknown")
        lowest = self._lowest(known)
        if caller.subject is not None:
            self._check_subject(charger_id, caller.subject)
            return 3
        if lowest == 3:
            raise Refused(HTTPStatus.FORBIDDEN, "certificate_missing", "must use security profile 3")
        if lowest == 2 and not caller.encrypted:
            raise Refused(HTTPStatus.FORBIDDEN, "tls_missing", "must use security profile 2 or 3")
        if lowest == 0 and authorization is None and known.password_hash is None:
            return 0
        await self._check_password(charger_id, authorization, known, caller)
        return 2 if caller.encrypted else 1

    def _lowest(self, known: Credentials) -> int:
        """0 needs the gateway's consent, whatever is stored."""
        rules = self._rules
        if known.security_profile is not None:
            return max(known.security_profile, 0 if rules.allow_unauthenticated else 1)
        return 0 if rules.allow_unauthenticated else rules.minimum_profile

    def _check_subject(self, charger_id: str, subject: Subject) -> None:
        if subject.common_name != charger_id:
            raise _wrong_certificate(f"CN is {_shown(subject.common_name)}")
        wanted = self._rules.client_organization
        if wanted is not None and subject.organization != wanted:
            raise _wrong_certificate(f"O is {_shown(subject.organization)}")

    # -- passwords ----------------------------------------------------------------------------------------
    async def _check_password(
        self, charger_id: str, authorization: str | None, known: Credentials, caller: Caller
    ) -> None:
        password = _basic_password(charger_id, authorization)
        # The new one first: who has both is on the way to it.
        hashes = [h for h in (known.next_password_hash, known.password_hash) if h is not None]
        if password is None or not hashes:
            raise Refused(
                HTTPStatus.UNAUTHORIZED,
                "password_missing",
                "" if hashes else "the charger has no password yet",
            )
        matched = await self._first_match(hashes, password, caller)
        if matched is None:
            self._guesses.failed(caller.address, charger_id, self._clock())
            raise Refused(HTTPStatus.UNAUTHORIZED, "password_wrong")
        if matched == known.next_password_hash:
            await self._promote(charger_id, matched)
        elif charger_passwords.needs_rehash(matched):
            with suppress(asyncio.QueueFull):  # who is not rehashed today is next time
                self._to_rehash.put_nowait((charger_id, matched, password))

    async def _first_match(self, hashes: list[str], password: bytes, caller: Caller) -> str | None:
        for password_hash in hashes:
            # The key binds hash and password, so a rotated password is verified afresh.
            if hmac.compare_digest(
                self._verified.get(password_hash, b""), self._key(password_hash, password)
            ):
                return password_hash
        self._not_guessing(self._guesses.wait_for_address(caller.address, self._clock()))
        for password_hash in hashes:
            if await self._verified_afresh(password_hash, password):
                self._remember(password_hash, password)
                return password_hash
        return None

    def _key(self, password_hash: str, password: bytes) -> bytes:
        return hmac.digest(self._secret, password_hash.encode() + b"\0" + password, hashlib.sha256)

    def _remember(self, password_hash: str, password: bytes) -> None:
        if len(self._verified) >= _REMEMBERED:
            self._verified.pop(next(iter(self._verified)))
        self._verified[password_hash] = self._key(password_hash, password)

    async def _verified_afresh(self, password_hash: str, password: bytes) -> bool:
        if self._free_checks <= 0:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_at_once")
        self._free_checks -= 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, _verify, password_hash, password)
        finally:
            self._free_checks += 1

    def _not_guessing(self, wait_s: float) -> None:
        if wait_s > 0:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_failures", retry_after_s=wait_s)

    # -- the database -------------------------------------------------------------------------------------
    async def _find_one(self, charger_id: str) -> Credentials | None:
        async with self._engine.connect() as connection:
            return (await credentials_of(connection, [charger_id])).get(charger_id)

    async def _promote(self, charger_id: str, next_hash: str) -> None:
        async with self._engine.begin() as connection:
            promoted = await promote_next(connection, charger_id, next_hash)
        if not promoted:  # promoted by another connection just now, or replaced by the operator: look again
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "password_being_changed", retry_after_s=1.0)
        log.info("password_rotated", charger=charger_id)

    async def run(self) -> None:
        """Bring old hashes to today's parameters, for ever: now and then one, never in a storm."""
        while True:
            charger_id, former, password = await self._to_rehash.get()
            if self._free_checks == self._most_checks:
                storing = asyncio.create_task(self._store_rehashed(charger_id, former, password))
                try:
                    await asyncio.shield(storing)
                finally:
                    await storing  # half a statement on a cancelled connection would outlive us
                await asyncio.sleep(_REHASH_EVERY_S)

    async def _store_rehashed(self, charger_id: str, former: str, password: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            fresh = await loop.run_in_executor(self._threads, charger_passwords.CHOSEN.hash, password)
            async with self._engine.begin() as connection:
                replaced = await replace_hash(connection, charger_id, former, fresh)
        except (SQLAlchemyError, OSError) as error:
            log.warning("password_not_rehashed", charger=charger_id, error=type(error).__name__)
            return
        if replaced:
            self._remember(fresh, password)


def _verify(password_hash: str, password: bytes) -> bool:
    return any(charger_passwords.matches(password_hash, form) for form in _forms(password))


def _forms(password: bytes) -> list[bytes]:
    """How a presented password may have been stored.

    OCPP-J 1.6 §6.2.2: the key is set as hex digits and used as the bytes they stand for; many chargers use the
    digits as they are.
    """
    if len(password) in _HEX_KEY_BYTES and not _PRINTABLE.issuperset(password):
        return [password.hex().encode(), password.hex().upper().encode(), password]
    return [password]


def _basic_password(charger_id: str, authorization: str | None) -> bytes | None:
    """The password of a Basic header whose user is the charger; None for anything else."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return password if colon and user.decode(errors="replace") == charger_id else None


def _wrong_certificate(detail: str) -> Refused:
    return Refused(HTTPStatus.FORBIDDEN, "certificate_wrong", detail)


def _shown(value: str | None) -> str:
    return "not there once" if value is None else repr(value[:64])
