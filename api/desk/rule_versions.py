"""Rules that operators write for a site as versions, from an instant on; which ones: `price_rules`, `access_rules`,
`policies`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries.place import rule_versions
from db.queries.place.rule_versions import Version
from db.queries.place.sites import site_of
from db.tables import Site
from domain.facts.audit import AuditFact
from domain.terms.site_roles import READ, RULE

Rules = TypeVar("Rules")


@dataclass(frozen=True, kw_only=True)  # no slots: a frozen generic with them cannot be made by its alias
class RulesOrder(Generic[Rules]):
    """`rules` None: from then on as if there had never been any. `valid_from` None: from now on."""

    site_id: str
    rules: Rules | None
    reason: str
    valid_from: datetime | None = None


def edition_of_version(newest: int) -> str:
    """Of a site's rules of one kind, by their newest version; 0: it has none of its own."""
    return str(newest)


class RuleVersionsDesk(ABC, Generic[Rules, Version]):
    """`table` holds the versions; `step` tells keys of one kind of rules from those of another."""

    table: type[Version]
    step: str

    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def write(
        self, principal: Principal, order: RulesOrder[Rules], key: str, seen: Seen = WHATEVER
    ) -> Version:
        """A new version; the same again for the same key. What is booked or quoted stays as it is.

        Raises ScopeMissing, UnknownSite, KeyReused, ChangedMeanwhile, RulesUnusable, UnusableValue.
        """
        principal.require_site(order.site_id, *RULE)
        now, site_id = self._clock(), order.site_id
        since, durable = order.valid_from or now, step_key(self.step, f"{principal.subject}:{site_id}", key)
        async with self._sessions.begin() as session:
            site = await site_of(session, site_id)
            await rule_versions.lock(session, site_id)
            known = await remember(
                session,
                account=principal.subject,
                key=step_key(self.step, site_id, key),
                digest=fingerprint(order),
                code="",
                now=now,
            )
            if known:
                return await rule_versions.version_of_key(session, self.table, site_id, durable)
            seen.check(edition_of_version(await rule_versions.newest_version(session, self.table, site_id)))
            document = None if order.rules is None else await self._documented(session, site, order.rules)
            if since < now:
                raise UnusableValue("valid_from", "past", "valid_from: lies in the past; it is over")
            await self._check_since(session, site_id, since)
            row = await rule_versions.add(session, self.table, site_id, document, since=since, key=durable)
            await record(session, principal, self._fact(row.version, since, order), site_id, at=now)
            return row

    async def versions(self, principal: Principal, site_id: str) -> Sequence[Version]:
        """The latest, newest first. Raises ScopeMissing, UnknownSite."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            await site_of(session, site_id)
            return await rule_versions.versions(session, self.table, site_id)

    async def _check_since(self, session: AsyncSession, site_id: str, since: datetime) -> None:
        """Raises UnusableValue for an instant from which on this kind of rules cannot be written."""

    @abstractmethod
    async def _documented(self, session: AsyncSession, site: Site, rules: Rules) -> dict[str, Any]:
        """As they are stored. Raises RulesUnusable."""

    @abstractmethod
    def _fact(self, version: int, since: datetime, order: RulesOrder[Rules]) -> AuditFact:
        """What the audit trail says."""
