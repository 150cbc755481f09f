"""Sites and what can be booked there, for anybody who may ask at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.principal import Principal
from api.desk.vehicles import energy_of, vehicle_with
from db.engine import Sessions
from db.queries.place import sites
from db.queries.place.access import caller_of
from db.queries.place.availability import ANY_CONNECTOR, Named, SiteAvailability, availability
from db.queries.place.connectors import connectors_at
from db.queries.place.pool_facts import pools_at
from db.queries.place.terms import terms_in_force
from db.queries.standing import Wanted, told_to
from db.queries.vehicles import needs_of
from db.tables import Site
from domain.place.connectors import PoolConnector
from domain.place.energy import EnergyAsked
from domain.place.fit import NO_NEEDS, Needs
from domain.place.pool_facts import PoolFacts
from domain.terms.accepted import Terms
from domain.terms.access_rules import Caller

_DEFAULT_SPAN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord:
    """At `now`. `pools`: most powerful first. `terms`: of a booking made now; None while the site cannot be booked."""

    now: datetime
    site: Site
    pools: Sequence[PoolFacts]
    connectors: Sequence[PoolConnector]
    terms: Terms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can be booked between `start` and `end`, and the connectors of those pools as they are at `now`."""

    now: datetime
    start: datetime
    end: datetime
    found: SiteAvailability
    connectors: Sequence[PoolConnector]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWindows:
    """Default: for a day from now, windows of the usual length in all pools."""

    start: datetime | None = None
    end: datetime | None = None
    length: timedelta | None = None
    pool_id: str | None = None
    connector_type: str | None = None
    needs: Needs = NO_NEEDS
    energy: EnergyAsked | None = None
    """Instead of `length`."""
    named: Named = ANY_CONNECTOR
    vehicle_id: str | None = None
    """Whose needs are to be met as well (`with_vehicle`)."""


EVERY_WINDOW = AskedWindows()


class Sites:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def all(self) -> Sequence[Site]:
        """By id."""
        async with self._sessions() as session:
            return await sites.all_sites(session)

    async def first(self, limit: int) -> Sequence[Site]:
        """Some of them, by id."""
        async with self._sessions() as session:
            return await sites.all_sites(session, limit)

    async def site(self, site_id: str) -> Site:
        """Raises UnknownSite."""
        async with self._sessions() as session:
            return await sites.site_of(session, site_id)

    async def one(self, principal: Principal, site_id: str) -> SiteRecord:
        """Raises UnknownSite."""
        now = self._clock()
        async with self._sessions() as session:
            site = await sites.site_of(session, site_id)
            terms = await terms_in_force(session, site, now)
            return SiteRecord(
                now=now,
                site=site,
                pools=sorted(await pools_at(session, [site_id]), key=lambda pool: pool.by_power),
                connectors=await connectors_at(session, site_id, now),
                terms=await _told(session, principal, site_id, terms, now),
            )

    async def audience(
        self, principal: Principal, site_id: str, start: datetime | None = None
    ) -> Caller | None:
        """To whom of one audience the same is offered, of what begins at `start` or later; None: all there is, whoever
        may use it.
        """
        if not principal.driver_id and not principal.fleet_id:
            return None
        async with self._sessions() as session:
            who = principal.driver_id, principal.fleet_id
            now = self._clock()
            return await caller_of(session, *who, site_id, at=max(start or now, now))

    async def with_vehicle(self, principal: Principal, asked: AskedWindows) -> AskedWindows:
        """The same, with what its vehicle needs in place of it. Raises UnknownVehicle."""
        if asked.vehicle_id is None:
            return asked
        async with self._sessions() as session:
            row = await vehicle_with(session, asked.vehicle_id, principal.driver_id, principal.fleet_id)
        energy = None if asked.energy is None else energy_of(row, asked.energy)
        return replace(asked, needs=asked.needs.beside(needs_of(row)), energy=energy, vehicle_id=None)

    async def offer(
        self,
        principal: Principal,
        site_id: str,
        asked: AskedWindows = EVERY_WINDOW,
        *,
        audience: Caller | None = None,
    ) -> Offer:
        """A preview: only a booking holds anything.

        To drivers and fleets only what they may book is shown. `audience`: known already, see there.

        Raises UnknownSite, UnknownPool, UnknownConnector, SlotInvalid, EnergyBeyondSlot.
        """
        now = self._clock()
        begin = asked.start or now
        until = asked.end or begin + _DEFAULT_SPAN
        async with self._sessions() as session:
            found = await availability(
                session,
                site_id=site_id,
                start=begin,
                end=until,
                now=now,
                pool_id=asked.pool_id,
                connector_type=asked.connector_type,
                length=asked.length,
                driver_id=principal.driver_id,
                fleet_id=principal.fleet_id,
                needs=asked.needs,
                known_caller=audience,
                energy=None if asked.energy is None else asked.energy.wanted(),
                named=asked.named,
            )
            placed = await connectors_at(session, site_id, now)
            terms = await _told(session, principal, site_id, found.terms, now)
        offered = {pool.pool.id for pool in found.pools}
        return Offer(
            now=now,
            start=begin,
            end=until,
            found=replace(found, terms=terms),
            connectors=[item for item in placed if item.pool_id in offered and asked.named.are(item)],
        )


async def _told(
    session: AsyncSession, principal: Principal, site_id: str, terms: Terms | None, now: datetime
) -> Terms | None:
    """To a driver their own, to others a site's."""
    driver_id = principal.driver_id
    if terms is None or driver_id is None:
        return terms
    return await told_to(session, Wanted(driver_id=driver_id, site_id=site_id), terms, now)
