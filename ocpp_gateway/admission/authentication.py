"""Who a charger is (OCPP security profiles 0 to 3): its password, or the certificate TLS has verified.

Profile 1 is a Basic password over plain ws, 2 the same over TLS, 3 a client certificate. A charger may always use
a higher profile than it must; with a lower one it is not let in.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway.admission.caller import Caller, Refused
from ocpp_gateway.admission.guess_limit import GuessLimit
from ocpp_gateway.admission.passwords import PasswordChecks, basic_password
from ocpp_gateway.admission.tls import Subject
from ocpp_gateway.storage.credentials import Credentials, credentials_of, promote_next

log = structlog.get_logger(__name__)

FindCredentials = Callable[[str], Awaitable[Credentials | None]]
"""What is stored of a charger; None: there is no such charger."""


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
    """Holds no database connection while it checks a password.

    `find`: reads credentials, in batches where the caller can; by default one query each. `engine` is for that
    and for the rare writes.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        rules: AuthenticationRules | None = None,
        find: FindCredentials | None = None,
        guesses: GuessLimit | None = None,
        passwords: PasswordChecks | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._rules = rules or AuthenticationRules()
        self._find = find or self._find_one
        self._guesses = GuessLimit() if guesses is None else guesses
        self._passwords = PasswordChecks(engine) if passwords is None else passwords
        self._clock = clock

    def close(self) -> None:
        self._passwords.close()

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
        password = basic_password(charger_id, authorization)
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
        else:
            self._passwords.renew(charger_id, matched, password)

    async def _first_match(self, hashes: list[str], password: bytes, caller: Caller) -> str | None:
        known = self._passwords.known(hashes, password)
        if known is not None:
            return known
        self._not_guessing(self._guesses.wait_for_address(caller.address, self._clock()))
        return await self._passwords.verified(hashes, password)

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
        """Bring old hashes to today's parameters, for ever."""
        await self._passwords.run()


def _wrong_certificate(detail: str) -> Refused:
    return Refused(HTTPStatus.FORBIDDEN, "certificate_wrong", detail)


def _shown(value: str | None) -> str:
    return "not there once" if value is None else repr(value[:64])
