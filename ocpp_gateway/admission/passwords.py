"""Passwords of chargers against their stored hashes: in threads, few at once, and remembered for storms."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db import charger_passwords
from ocpp_gateway.admission.caller import Refused
from ocpp_gateway.storage.credentials import replace_hash

log = structlog.get_logger(__name__)

_REMEMBERED = 20_000
_WAITING_CHECKS = 256
"""A few seconds of work for two threads, below any charger's patience: who comes later had better come again."""
_REHASH_EVERY_S = 5.0
_HEX_KEY_BYTES = range(16, 21)
_PRINTABLE = frozenset(range(0x20, 0x7F))


class PasswordChecks:
    """`waiting`: checks that may be under way or wait for a thread. `engine`: for hashes that are made anew."""

    def __init__(self, engine: AsyncEngine, *, threads: int = 2, waiting: int = _WAITING_CHECKS) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._secret = secrets.token_bytes(32)
        self._verified: dict[str, bytes] = {}
        self._free_checks = self._most_checks = waiting
        self._to_rehash: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue(maxsize=1)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def known(self, hashes: list[str], password: bytes) -> str | None:
        """The hash that this password was verified against before."""
        for password_hash in hashes:
            # The key binds hash and password, so a rotated password is verified afresh.
            if hmac.compare_digest(
                self._verified.get(password_hash, b""), self._key(password_hash, password)
            ):
                return password_hash
        return None

    async def verified(self, hashes: list[str], password: bytes) -> str | None:
        """The hash that this password belongs to, worked out in a thread. Raises Refused: too many at once."""
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

    # -- hashes of former parameters ----------------------------------------------------------------------
    def renew(self, charger_id: str, matched: str, password: bytes) -> None:
        """The password matched this hash: make it anew in a while if it is not of today's parameters."""
        if charger_passwords.needs_rehash(matched):
            with suppress(asyncio.QueueFull):  # who is not rehashed today is next time
                self._to_rehash.put_nowait((charger_id, matched, password))

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


def basic_password(charger_id: str, authorization: str | None) -> bytes | None:
    """The password of a Basic header whose user is the charger; None for anything else."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return password if colon and user.decode(errors="replace") == charger_id else None
