"""The plan of a site: looked at by anybody, laid down by its operators."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.place.bays import bays_of
from db.queries.place.site_plans import labels_at, lay_plan, plan_at, plan_of, stored_plan_of
from db.queries.place.sites import site_of
from db.tables import Site
from domain.errors import SitePlanInvalid, UnknownBay, UnknownSitePlan
from domain.facts.audit_places import SitePlanDropped, SitePlanSet
from domain.facts.refusals import NoSuchBayHere
from domain.facts.refused_plans import NoPlanOfSite
from domain.place.fit import BayShape
from domain.place.plan_flaws import PlanFlaw, plan_flaws
from domain.place.site_plan import SitePlan
from domain.terms.site_roles import READ, RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an editor of a plan begins with. `bays`: of the site, by label. `plan`, `edition` None: there is none."""

    bays: Mapping[str, BayShape]
    plan: SitePlan | None
    edition: str | None


def edition_of_plan(plan: SitePlan) -> str:
    return edition_of(plan)


class SitePlans:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def of(self, site: Site) -> SitePlan | None:
        """Nothing is asked for a site that has none."""
        if not site.has_plan:
            return None
        async with self._sessions() as session:
            return await plan_of(session, site.id)

    async def at_bay(self, charger_id: str, number: int) -> tuple[SitePlan, str] | None:
        """Of the site where that connector is, with the label of its bay. None: its bay is on no plan."""
        async with self._sessions() as session:
            return await plan_at(session, charger_id, number)

    async def read(self, site_id: str) -> SitePlan:
        """For whoever may look at the site, so for anybody. Raises UnknownSite, UnknownSitePlan."""
        async with self._sessions() as session:
            await site_of(session, site_id)
            return _known(site_id, await plan_of(session, site_id))

    async def laid(self, principal: Principal, site_id: str) -> SitePlan:
        """Raises ScopeMissing, SiteForbidden, UnknownSite, UnknownSitePlan."""
        principal.require_site(site_id, *READ)
        return await self.read(site_id)

    async def draft(self, principal: Principal, site_id: str) -> Draft:
        """Raises ScopeMissing, SiteForbidden, UnknownSite."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            await site_of(session, site_id)
            plan, shapes = await plan_of(session, site_id), await bays_of(session, site_id)
            labels = await labels_at(session, site_id)
        return Draft(
            bays={label: shapes[label] for label in labels},
            plan=plan,
            edition=None if plan is None else edition_of_plan(plan),
        )

    async def put(
        self, principal: Principal, site_id: str, plan: SitePlan, reason: str, seen: Seen = WHATEVER
    ) -> SitePlan:
        """In place of the one before; bays that the site has not now keep their place for when they come back.

        Raises ScopeMissing, SiteForbidden, UnknownSite, ChangedMeanwhile, UnknownBay, SitePlanInvalid; nothing has
        changed then.
        """
        principal.require_site(site_id, *RUN)
        async with self._sessions.begin() as session:
            former = await _locked(session, site_id)
            seen.check(None if former is None else edition_of_plan(former))
            labels = await labels_at(session, site_id)
            for flaw in plan_flaws(plan, labels):
                raise refused(flaw)
            if plan != former:
                stored = await stored_plan_of(session, site_id)
                await lay_plan(
                    session, site_id, plan if stored is None else plan.keeping_absent(stored, labels)
                )
                fact = SitePlanSet(bays=len(plan.bays), landmarks=len(plan.landmarks), reason=reason)
                await record(session, principal, fact, site_id, at=self._clock())
        return plan

    async def drop(self, principal: Principal, site_id: str, seen: Seen = WHATEVER) -> None:
        """Again, nothing changes. Raises ScopeMissing, SiteForbidden, UnknownSite, ChangedMeanwhile."""
        principal.require_site(site_id, *RUN)
        async with self._sessions.begin() as session:
            former = await _locked(session, site_id)
            seen.check(None if former is None else edition_of_plan(former))
            if former is not None:
                await lay_plan(session, site_id, None)
                await record(session, principal, SitePlanDropped(), site_id, at=self._clock())


def refused(flaw: PlanFlaw) -> SitePlanInvalid | UnknownBay:
    kind = UnknownBay if isinstance(flaw.fact, NoSuchBayHere) else SitePlanInvalid
    return kind(flaw.fact)


async def _locked(session: AsyncSession, site_id: str) -> SitePlan | None:
    """Writers of a plan wait for each other; bookings do not wait for them. Raises UnknownSite."""
    await session.refresh(await site_of(session, site_id), with_for_update={"key_share": True})
    return await plan_of(session, site_id)


def _known(site_id: str, plan: SitePlan | None) -> SitePlan:
    if plan is None:
        raise UnknownSitePlan(NoPlanOfSite(site_id=site_id))
    return plan
