"""Who may use which bays of a site, and when: what is refused of it, what it would come to, how it is kept and told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.principal import Principal
from api.desk.refusals import RulesUnusable
from api.desk.rule_versions import RulesOrder, RuleVersionsDesk
from db.documents import access_rules_to_document
from db.queries.driver_groups import groups_of_drivers, ids_of_groups
from db.queries.place.access import SHOWN_AHEAD, HeldPlace, held_places
from db.queries.place.connectors import connectors_at
from db.queries.place.pool_facts import pools_at
from db.queries.place.sites import site_of
from db.queries.place.terms import terms_in_force
from db.tables import AccessRulesVersion, Site
from domain.facts.audit_rules import AccessRulesSet
from domain.place.admission import Admission, spot_of
from domain.place.slots import Slot
from domain.terms.access_flaws import Known, access_flaws
from domain.terms.access_rules import ANYBODY, AccessRules, Caller, Spot
from domain.terms.site_roles import RULE

MOST_TOLD = 100


AccessRulesOrder = RulesOrder[AccessRules]
"""Without rules everybody may from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHours:
    """When everybody may there, in the next seven days."""

    spot: Spot
    spans: Sequence[Slot]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPreview:
    """What rules would come to. `refused`: open bookings that they would not have let be made, up to MOST_TOLD; they
    stay. `bookings`: how many were looked at.
    """

    bookings: int
    refused: Sequence[HeldPlace]
    public: Sequence[PublicHours]


class AccessRulesDesk(RuleVersionsDesk[AccessRules, AccessRulesVersion]):
    table = AccessRulesVersion
    step = "access-rules"

    async def preview(self, principal: Principal, site_id: str, rules: AccessRules) -> AccessPreview:
        """Of rules that nobody has written yet. Raises ScopeMissing, UnknownSite, RulesUnusable."""
        principal.require_site(site_id, *RULE)
        now = self._clock()
        async with self._sessions() as session:
            site = await site_of(session, site_id)
            await self._documented(session, site, rules)
            held = await held_places(session, site_id, now)
            groups = await groups_of_drivers(session, {one.driver_id for one in held}, now)
            spots = {spot_of(connector) for connector in await connectors_at(session, site_id)}
        everybody = Admission(rules, ANYBODY, site.zone)
        refused = [
            one
            for one in held
            if not _admission(rules, one, groups.get(one.driver_id, frozenset()), site.zone).may_throughout(
                one.spot, one.slot
            )
        ]
        return AccessPreview(
            bookings=len(held),
            refused=refused[:MOST_TOLD],
            public=[
                PublicHours(spot=spot, spans=everybody.open_spans(spot, now, now + SHOWN_AHEAD))
                for spot in sorted(spots, key=lambda spot: (spot.bay or "", spot.pool_id))
            ],
        )

    async def _documented(self, session: AsyncSession, site: Site, rules: AccessRules) -> dict[str, Any]:
        bays = {connector.bay for connector in await connectors_at(session, site.id)}
        terms = await terms_in_force(session, site, self._clock())
        known = Known(
            bays=frozenset(bay for bay in bays if bay is not None),
            pools=frozenset(pool.id for pool in await pools_at(session, [site.id])),
            groups=await ids_of_groups(session, site.id),
            tiers=frozenset(() if terms is None else (tier.name for tier in terms.policy.tiers)),
        )
        if flaws := access_flaws(rules, known):
            raise RulesUnusable(flaws)
        return access_rules_to_document(rules)

    def _fact(self, version: int, since: datetime, order: AccessRulesOrder) -> AccessRulesSet:
        return AccessRulesSet(version=version, since=since, open=order.rules is None, reason=order.reason)


def _admission(rules: AccessRules, held: HeldPlace, groups: frozenset[str], zone: str) -> Admission:
    return Admission(rules, Caller(fleet=held.fleet_id, groups=groups, tiers=held.tiers), zone)
