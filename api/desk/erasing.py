"""Drivers are erased: by themselves, and by operators of the whole installation who were asked (GDPR, article 17)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from activities.telling.farewells import part
from api.desk.principal import Principal
from db.audit import record_audited
from db.engine import Sessions
from db.notifications import record_notice
from db.personal.erase import erase, lock_to_erase
from db.personal.still_open import still_open
from db.queries.contact_points import points_of
from domain.errors import ErasureNotNow
from domain.facts.audit_people import DriverErased
from domain.facts.signing_in_notices import ErasureAsked
from domain.telling.addressee import Addressee
from domain.telling.parting import Parting


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """`alias`: what they are called in the books from now on; None: nothing was known of them."""

    at: datetime
    alias: str | None


class Erasing:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def erase_own(self, principal: Principal) -> Erased:
        """Whoever signs in under their name afterwards is a new driver. Raises ScopeMissing, ErasureNotNow."""
        principal.require("driver")
        try:
            return await self._erase(principal.subject, "driver")
        except ErasureNotNow:
            await self._tell_asked(principal.subject)
            raise

    async def erase(self, principal: Principal, driver_id: str) -> Erased:
        """As their own. Raises ScopeMissing, ErasureNotNow."""
        principal.require("operator")
        return await self._erase(driver_id, f"operator:{principal.subject}")

    async def _erase(self, driver_id: str, actor: str) -> Erased:
        """All that is found by an index, in one transaction; the rest is a loop's of the worker.

        A last message leaves to each of their addresses, whoever asked for it.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            found = await lock_to_erase(session, driver_id)
            if fact := await still_open(session, driver_id, found.codes):
                raise ErasureNotNow(fact)
            known = await points_of(session, Addressee(driver_id=driver_id))
            await part(session, known, Parting.ERASED, now)
            erasure = await erase(session, found, now)
            if erasure is None:
                return Erased(at=now, alias=None)
            await record_audited(
                session,
                DriverErased(),
                key=f"driver_erased:{erasure.alias}",
                actor=actor,
                subject=erasure.alias,
                at=now,
            )
            return Erased(at=now, alias=erasure.alias)

    async def _tell_asked(self, driver_id: str) -> None:
        """Once a day: that it was refused does not say that it was they who asked."""
        now = self._clock()
        async with self._sessions.begin() as session:
            await record_notice(
                session,
                ErasureAsked(),
                key=f"erasure_asked:{driver_id}:{now.date().isoformat()}",
                driver_id=driver_id,
                reservation_code="",
                at=now,
            )
