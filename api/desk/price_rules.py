"""How the prices of a site vary: what is refused of it, and how it is kept and told."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.refusals import RulesUnusable
from api.desk.rule_versions import RulesOrder, RuleVersionsDesk
from db.documents import price_rules_to_document
from db.queries.driver_groups import ids_of_groups
from db.tables import PriceRulesVersion, Site
from domain.facts.audit import PriceRulesSet
from domain.terms.figures import Flaw
from domain.terms.price_flaws import price_flaws
from domain.terms.price_rules import PriceRules

PriceRulesOrder = RulesOrder[PriceRules]
"""Without rules the tariff's prices count from then on."""


class PriceRulesDesk(RuleVersionsDesk[PriceRules, PriceRulesVersion]):
    table = PriceRulesVersion
    step = "price-rules"

    async def _check(self, session: AsyncSession, site: Site, rules: PriceRules) -> None:
        groups = await ids_of_groups(session) if rules.groups else frozenset()
        flaws = price_flaws(rules, groups)
        if rules.currency != site.currency:
            flaws = (Flaw("currency", f"must be the site's, {site.currency}"), *flaws)
        if rules.knows_holidays and not site.country:
            flaws = (Flaw("bands", "holidays need the site's country, which its opening hours name"), *flaws)
        if flaws:
            raise RulesUnusable(flaws)

    def _document(self, rules: PriceRules) -> dict[str, Any]:
        return price_rules_to_document(rules)

    def _fact(self, version: int, since: datetime, order: PriceRulesOrder) -> PriceRulesSet:
        return PriceRulesSet(
            version=version, since=since, varies=order.rules is not None, reason=order.reason
        )
