"""How the prices of a site vary: written by operators as versions, from an instant on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.principal import Principal
from api.desk.refusals import RulesUnusable, UnusableValue
from db.documents import price_rules_to_document
from db.engine import Sessions
from db.queries.place import price_rules
from db.queries.place.sites import site_of
from db.tables import PriceRulesVersion
from domain.facts.audit import PriceRulesSet
from domain.terms.figures import Flaw
from domain.terms.price_flaws import price_flaws
from domain.terms.price_rules import PriceRules

_STEP = "price-rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRulesOrder:
    """`rules` None: from then on the tariff's prices count. `valid_from` None: from now on."""

    site_id: str
    rules: PriceRules | None
    reason: str
    valid_from: datetime | None = None


class PriceRulesDesk:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def write(self, principal: Principal, order: PriceRulesOrder, key: str) -> PriceRulesVersion:
        """A new version; the same again for the same key. Quotes and bookings that are made keep their prices.

        Raises ScopeMissing, UnknownSite, RulesUnusable, UnusableValue, KeyReused.
        """
        principal.require("operator")
        now = self._clock()
        since, durable = order.valid_from or now, step_key(_STEP, f"{principal.subject}:{order.site_id}", key)
        async with self._sessions.begin() as session:
            site = await site_of(session, order.site_id)
            _check(order.rules, site.currency, knows_holidays=bool(site.country))
            known = await remember(
                session,
                account=principal.subject,
                key=step_key(_STEP, order.site_id, key),
                digest=fingerprint(order),
                code="",
                now=now,
            )
            if known:
                return await price_rules.version_of_key(session, order.site_id, durable)
            if since < now:
                raise UnusableValue(
                    "valid_from", "past", "valid_from: lies in the past; prices are not changed there"
                )
            return await _written(session, principal, order, since, durable, now)

    async def versions(self, principal: Principal, site_id: str) -> Sequence[PriceRulesVersion]:
        """The latest, newest first. Raises ScopeMissing, UnknownSite."""
        principal.require("operator")
        async with self._sessions() as session:
            await site_of(session, site_id)
            return await price_rules.versions(session, site_id)


async def _written(
    session: AsyncSession,
    principal: Principal,
    order: PriceRulesOrder,
    since: datetime,
    key: str,
    now: datetime,
) -> PriceRulesVersion:
    document = None if order.rules is None else price_rules_to_document(order.rules)
    row = await price_rules.add(session, order.site_id, document, since=since, key=key)
    fact = PriceRulesSet(
        version=row.version, since=since, varies=order.rules is not None, reason=order.reason
    )
    await record(session, principal, fact, order.site_id, at=now)
    return row


def _check(rules: PriceRules | None, currency: str, *, knows_holidays: bool) -> None:
    if rules is None:
        return
    flaws = price_flaws(rules)
    if rules.currency != currency:
        flaws = (Flaw("currency", f"must be the site's, {currency}"), *flaws)
    if rules.knows_holidays and not knows_holidays:
        flaws = (Flaw("bands", "holidays need the site's country, which its opening hours name"), *flaws)
    if flaws:
        raise RulesUnusable(flaws)
