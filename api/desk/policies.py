"""A site's policy and tariff, as its operators change them: member by member, by version, from an instant on."""

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.effects import Change, Effect, changes, document_effects
from api.desk.principal import Principal
from api.desk.refusals import RulesUnusable, UnusableValue
from api.desk.rule_versions import RulesOrder, RuleVersionsDesk
from db.queries.place.access import held_places
from db.queries.place.rule_versions import latest_begin, newest
from db.queries.place.sites import site_of
from db.tables import PolicyVersion, Site, TariffVersion, WalkInTariffVersion
from domain.facts.audit import AuditFact
from domain.facts.audit_places import WalkInTariffSet
from domain.facts.audit_rules import PolicySet, TariffSet
from domain.terms.bounds import bound_flaws
from domain.terms.figures import policy_flaws, tariff_flaws
from domain.terms.flaw import Flaw
from domain.terms.policy import Policy
from domain.terms.site_roles import RULE
from domain.terms.tariff import Tariff

Patch = Mapping[str, Any]
"""Members of a document and what they become, after RFC 7396: an object is gone into, null is the default."""
PolicyOrder = RulesOrder[Patch]
Kept = TypeVar("Kept", PolicyVersion, TariffVersion, WalkInTariffVersion)
_MOST_TOLD = 20
"""Members that an entry of the audit trail names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPreview:
    """What a change comes to, beside what is in force, for what is booked from then on, and for whom. `bookings`: open
    ones of the site, which stay as they are.
    """

    document: dict[str, Any]
    changes: Sequence[Change]
    bookings: int
    effects: Sequence[Effect]


class _Documents(RuleVersionsDesk[Patch, Kept], Generic[Kept]):
    """`shape`: of the document."""

    shape: TypeAdapter[Any]

    async def preview(self, principal: Principal, site_id: str, patch: Patch) -> DocumentPreview:
        """Nothing is written. Raises ScopeMissing, UnknownSite, RulesUnusable."""
        principal.require_site(site_id, *RULE)
        now = self._clock()
        async with self._sessions() as session:
            site = await site_of(session, site_id)
            before = await newest(session, self.table, site_id, now, in_force=True) or {}
            after = await self._documented(session, site, patch)
            held = await held_places(session, site_id, now)
            effects = await self._effects(session, site, now, after)
        known = _whole(self.shape, before) if before else {}
        return DocumentPreview(
            document=after, changes=tuple(changes(known, after)), bookings=len(held), effects=effects
        )

    async def _effects(
        self, session: AsyncSession, site: Site, now: datetime, after: dict[str, Any]
    ) -> Sequence[Effect]:
        """On whom of those who book."""
        return await document_effects(session, site, now, self.step, after)

    async def _documented(self, session: AsyncSession, site: Site, rules: Patch) -> dict[str, Any]:
        base = await newest(session, self.table, site.id, self._clock()) or {}
        document: dict[str, Any] = _patched(base, rules)
        try:
            # As JSON and strictly: no number is read from a text, and no yes from a number.
            found = self.shape.validate_json(json.dumps(document), strict=True)
        except ValidationError as error:
            raise RulesUnusable(tuple(_misshapen(error))) from None
        whole: dict[str, Any] = self.shape.dump_python(found, mode="json")
        if unknown := tuple(_unknown(document, whole)):
            raise RulesUnusable(unknown)
        flaws = list(bound_flaws(found) or self._flaws(found))
        if found.currency != site.currency:
            flaws.insert(0, Flaw("currency", f"must be the site's, {site.currency}"))
        if flaws:
            raise RulesUnusable(flaws)
        return whole

    async def _check_since(self, session: AsyncSession, site_id: str, since: datetime) -> None:
        """What is changed is the newest version: one that is planned for later would begin with it, unseen."""
        planned = await latest_begin(session, self.table, site_id)
        if planned is not None and planned > since:
            raise UnusableValue(
                "valid_from",
                "planned",
                f"valid_from: the newest version begins at {planned:%Y-%m-%dT%H:%M:%SZ}; change it from then on",
            )

    @abstractmethod
    def _flaws(self, found: Any) -> Sequence[Flaw]: ...


class Policies(_Documents[PolicyVersion]):
    table = PolicyVersion
    step = "policy"
    shape = TypeAdapter(Policy)

    def _flaws(self, found: Policy) -> Sequence[Flaw]:
        return policy_flaws(found)

    def _fact(self, version: int, since: datetime, order: PolicyOrder) -> AuditFact:
        return PolicySet(version=version, since=since, members=_named(order), reason=order.reason)


class Tariffs(_Documents[TariffVersion]):
    table = TariffVersion
    step = "tariff"
    shape = TypeAdapter(Tariff)

    def _flaws(self, found: Tariff) -> Sequence[Flaw]:
        return tariff_flaws(found)

    def _fact(self, version: int, since: datetime, order: PolicyOrder) -> AuditFact:
        return TariffSet(version=version, since=since, members=_named(order), reason=order.reason)


class WalkInTariffs(_Documents[WalkInTariffVersion]):
    """Of who charges without a reservation; rules None: from then on they are not priced."""

    table = WalkInTariffVersion
    step = "walk_in_tariff"
    shape = TypeAdapter(Tariff)

    async def _effects(
        self, session: AsyncSession, site: Site, now: datetime, after: dict[str, Any]
    ) -> Sequence[Effect]:
        """Who books pays by the tariff."""
        return ()

    def _flaws(self, found: Tariff) -> Sequence[Flaw]:
        return tariff_flaws(found)

    def _fact(self, version: int, since: datetime, order: PolicyOrder) -> AuditFact:
        ended = order.rules is None
        members = "" if ended else _named(order)
        return WalkInTariffSet(
            version=version, since=since, members=members, ended=ended, reason=order.reason
        )


def _named(order: PolicyOrder) -> str:
    members = sorted(order.rules or ())
    return ", ".join([*members[:_MOST_TOLD], *(["…"] if len(members) > _MOST_TOLD else [])])


def _patched(base: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    found = dict(base) if isinstance(base, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _patched(found.get(name), value)
    return found


def _whole(shape: TypeAdapter[Any], document: dict[str, Any]) -> dict[str, Any]:
    """With the defaults of what it leaves out."""
    whole: dict[str, Any] = shape.dump_python(shape.validate_python(document), mode="json")
    return whole


def _misshapen(error: ValidationError) -> Iterator[Flaw]:
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in one["loc"])
        yield Flaw(path.removeprefix("."), one["msg"])


def _unknown(document: Any, whole: Any, path: str = "") -> Iterator[Flaw]:
    """What is written and means nothing here."""
    if isinstance(document, dict) and isinstance(whole, dict):
        for name, value in document.items():
            below = f"{path}.{name}" if path else name
            if name in whole:
                yield from _unknown(value, whole[name], below)
            else:
                yield Flaw(below, "is not known here")
    elif isinstance(document, list) and isinstance(whole, list):
        for index, (mine, theirs) in enumerate(zip(document, whole, strict=False)):
            yield from _unknown(mine, theirs, f"{path}[{index}]")
