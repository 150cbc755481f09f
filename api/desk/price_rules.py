"""How the prices of a site vary: what is refused of it, and how it is kept and told."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.effects import PricePreview, price_effects
from api.desk.price_simulation import LAST_MONTH, LONGEST, Simulated, simulated
from api.desk.principal import Principal
from api.desk.refusals import RulesUnusable, UnusableValue
from api.desk.rule_versions import RulesOrder, RuleVersionsDesk
from db.documents import price_rules_to_document
from db.queries.driver_groups import ids_of_groups
from db.queries.place.opening import hours_of
from db.queries.place.sites import site_of
from db.queries.place.terms import PriceVersion, versions_in_force
from db.tables import PriceRulesVersion, Site
from domain.facts.audit_rules import PriceRulesSet
from domain.settlement.price_simulation import Simulation
from domain.terms.flaw import Flaw
from domain.terms.price_flaws import price_flaws
from domain.terms.price_rules import PriceRules
from domain.terms.site_roles import RULE

PriceRulesOrder = RulesOrder[PriceRules]
"""Without rules the tariff's prices count from then on."""


class PriceRulesDesk(RuleVersionsDesk[PriceRules, PriceRulesVersion]):
    table = PriceRulesVersion
    step = "price-rules"

    async def _documented(self, session: AsyncSession, site: Site, rules: PriceRules) -> dict[str, Any]:
        groups = await ids_of_groups(session, site.id) if rules.groups else frozenset()
        flaws = price_flaws(rules, groups)
        if rules.currency != site.currency:
            flaws = (Flaw("currency", f"must be the site's, {site.currency}"), *flaws)
        if rules.knows_holidays and not site.country:
            flaws = (Flaw("bands", "holidays need the site's country, which its opening hours name"), *flaws)
        if flaws:
            raise RulesUnusable(flaws)
        return price_rules_to_document(rules)

    async def preview(self, principal: Principal, site_id: str, rules: PriceRules | None) -> PricePreview:
        """Of rules that nobody has written yet; None: prices would not vary.

        Raises ScopeMissing, UnknownSite, RulesUnusable.
        """
        principal.require_site(site_id, *RULE)
        async with self._sessions() as session:
            site = await site_of(session, site_id)
            if rules is not None:
                await self._documented(session, site, rules)
            return await price_effects(session, site, self._clock(), rules)

    async def simulate(
        self,
        principal: Principal,
        site_id: str,
        rules: PriceRules,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Simulated:
        """What the settled reservations that began then would have come to, by rules that nobody has written yet.

        Default: the last month. Raises ScopeMissing, UnknownSite, RulesUnusable, UnusableValue.
        """
        principal.require_site(site_id, *RULE)
        now = self._clock()
        end = until or now
        begin = since or end - LAST_MONTH
        if not begin < end <= begin + LONGEST:
            raise UnusableValue(
                "since", "span", f"since: must lie before until, by {LONGEST.days} days at most"
            )
        async with self._sessions() as session:
            await self._documented(session, await site_of(session, site_id), rules)
            found = await versions_in_force(session, site_id, now)
            varies = PriceVersion(rules=rules, version=0, hours=hours_of(found.site))
            return await simulated(session, site_id, Simulation(found.terms, rules), varies, begin, end)

    def _fact(self, version: int, since: datetime, order: PriceRulesOrder) -> PriceRulesSet:
        return PriceRulesSet(
            version=version, since=since, varies=order.rules is not None, reason=order.reason
        )
