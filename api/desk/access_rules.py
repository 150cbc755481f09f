"""Who may use which bays of a site, and when: written by operators as versions, from an instant on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.principal import Principal
from api.desk.refusals import RulesUnusable, UnusableValue
from db.documents import access_rules_to_document
from db.engine import Sessions
from db.queries.driver_groups import groups_of_drivers, ids_of_groups
from db.queries.place import access
from db.queries.place.access import HeldPlace, held_places
from db.queries.place.connectors import connectors_at
from db.queries.place.pools import pools_at
from db.queries.place.sites import site_of
from db.tables import AccessRulesVersion
from domain.facts.audit import AccessRulesSet
from domain.place.admission import Admission, spot_of
from domain.place.slots import Slot
from domain.terms.access_flaws import Known, access_flaws
from domain.terms.access_rules import ANYBODY, AccessRules, Caller, Spot

_STEP = "access-rules"
MOST_TOLD = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRulesOrder:
    """`rules` None: from then on everybody may. `valid_from` None: from now on."""

    site_id: str
    rules: AccessRules | None
    reason: str
    valid_from: datetime | None = None


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


class AccessRulesDesk:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def write(self, principal: Principal, order: AccessRulesOrder, key: str) -> AccessRulesVersion:
        """A new version; the same again for the same key. Bookings that are made stay.

        Raises ScopeMissing, UnknownSite, RulesUnusable, UnusableValue, KeyReused.
        """
        principal.require("operator")
        now = self._clock()
        since, durable = order.valid_from or now, step_key(_STEP, f"{principal.subject}:{order.site_id}", key)
        async with self._sessions.begin() as session:
            await site_of(session, order.site_id)
            await _check(session, order.site_id, order.rules)
            known = await remember(
                session,
                account=principal.subject,
                key=step_key(_STEP, order.site_id, key),
                digest=fingerprint(order),
                code="",
                now=now,
            )
            if known:
                return await access.version_of_key(session, order.site_id, durable)
            if since < now:
                raise UnusableValue("valid_from", "past", "valid_from: lies in the past; it is over")
            document = None if order.rules is None else access_rules_to_document(order.rules)
            row = await access.add(session, order.site_id, document, since=since, key=durable)
            fact = AccessRulesSet(
                version=row.version, since=since, open=order.rules is None, reason=order.reason
            )
            await record(session, principal, fact, order.site_id, at=now)
            return row

    async def versions(self, principal: Principal, site_id: str) -> Sequence[AccessRulesVersion]:
        """The latest, newest first. Raises ScopeMissing, UnknownSite."""
        principal.require("operator")
        async with self._sessions() as session:
            await site_of(session, site_id)
            return await access.versions(session, site_id)

    async def preview(self, principal: Principal, site_id: str, rules: AccessRules) -> AccessPreview:
        """Of rules that nobody has written yet. Raises ScopeMissing, UnknownSite, RulesUnusable."""
        principal.require("operator")
        now = self._clock()
        async with self._sessions() as session:
            site = await site_of(session, site_id)
            await _check(session, site_id, rules)
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
                PublicHours(spot=spot, spans=everybody.open_spans(spot, now, now + access.SHOWN_AHEAD))
                for spot in sorted(spots, key=lambda spot: (spot.bay or "", spot.pool_id))
            ],
        )


def _admission(rules: AccessRules, held: HeldPlace, groups: frozenset[str], zone: str) -> Admission:
    return Admission(rules, Caller(fleet=held.fleet_id, groups=groups), zone)


async def _check(session: AsyncSession, site_id: str, rules: AccessRules | None) -> None:
    if rules is None:
        return
    bays = {connector.bay for connector in await connectors_at(session, site_id)}
    known = Known(
        bays=frozenset(bay for bay in bays if bay is not None),
        pools=frozenset(pool.id for pool in await pools_at(session, [site_id])),
        groups=await ids_of_groups(session),
    )
    if flaws := access_flaws(rules, known):
        raise RulesUnusable(flaws)
