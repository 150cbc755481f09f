"""Who a charger is: HTTP Basic with its own password (OCPP-J security profiles 1 and 2)."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway.store.chargers import credentials

_REMEMBERED = 10_000
_WAITING_CHECKS = 64
"""About ten seconds of work for two threads: a charger that waits longer had better come again."""


class Refused(Exception):
    """The handshake is answered with `status`. `code` is stable."""

    def __init__(self, status: HTTPStatus, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Authenticator:
    """Checks passwords away from the event loop; what it has verified it remembers, for reconnect storms."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        allow_unauthenticated: bool,
        threads: int = 2,
        waiting: int = _WAITING_CHECKS,
    ) -> None:
        self._engine = engine
        self._allow_unauthenticated = allow_unauthenticated
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._secret = secrets.token_bytes(32)
        self._verified: dict[str, bytes] = {}
        self._free_checks = waiting

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def check(self, charger_id: str, authorization: str | None) -> None:
        """Raises Refused: 404 unknown charger, 401 wrong or missing password, 503 too many at once."""
        async with self._engine.connect() as connection:
            known = await credentials(connection, charger_id)
        if known is None:
            raise Refused(HTTPStatus.NOT_FOUND, "charger_unknown")
        if authorization is None and known.password_hash is None and self._allow_unauthenticated:
            return
        password = _basic_password(charger_id, authorization)
        if password is None or known.password_hash is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, "password_missing")
        if not await self._matches(known.password_hash, password):
            raise Refused(HTTPStatus.UNAUTHORIZED, "password_wrong")

    async def _matches(self, password_hash: str, password: bytes) -> bool:
        # The key binds hash and password, so a rotated password is verified afresh.
        key = hmac.digest(self._secret, password_hash.encode() + b"\0" + password, hashlib.sha256)
        if hmac.compare_digest(self._verified.get(password_hash, b""), key):
            return True
        if not await self._verified_afresh(password_hash, password):
            return False
        if len(self._verified) >= _REMEMBERED:
            self._verified.pop(next(iter(self._verified)))
        self._verified[password_hash] = key
        return True

    async def _verified_afresh(self, password_hash: str, password: bytes) -> bool:
        if self._free_checks <= 0:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_at_once")
        self._free_checks -= 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._verify, password_hash, password)
        finally:
            self._free_checks += 1

    def _verify(self, password_hash: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


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
