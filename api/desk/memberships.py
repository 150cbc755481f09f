"""Who is a member where: given and ended by operators, seen by the driver."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.driver_groups import require_owner
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries import memberships
from db.queries.memberships import MembershipFilter
from db.queries.newest_first import RowPosition
from db.queries.place.sites import site_of
from db.tables import Membership
from domain.errors import UnknownMembership
from domain.facts.audit_rules import MembershipEnded, MembershipGiven
from domain.facts.refused_people import NoSuchMembership

_STEP = "membership"


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipOrder:
    """`site_id` None: at every site. `tier`: of the site's policy, empty: of none.

    `valid_from` None: from now on. `valid_until` None: until it is ended.
    """

    driver_id: str
    site_id: str | None = None
    tier: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def edition_of_membership(row: Membership) -> str:
    return edition_of(row.valid_until, row.ended_at, row.ended_by)


class Memberships:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def give(self, principal: Principal, order: MembershipOrder, key: str) -> Membership:
        """The same again for the same key.

        Raises ScopeMissing, SiteForbidden, UnusableValue, UnknownSite, KeyReused.
        """
        require_owner(principal, order.site_id)
        now = self._clock()
        since = order.valid_from or now
        if order.valid_until is not None and order.valid_until <= max(since, now):
            raise UnusableValue("valid_until", "past", "valid_until: must lie ahead, and after valid_from")
        async with self._sessions.begin() as session:
            durable = _durable(principal, key)
            known = await remember(
                session,
                account=principal.subject,
                key=step_key(_STEP, "", key),
                digest=fingerprint(order),
                code="",
                now=now,
            )
            given = await memberships.membership_of_key(session, durable) if known else None
            return given or await _given(session, principal, order, since, durable, now)

    async def one(self, principal: Principal, number: int) -> Membership:
        """Raises ScopeMissing, UnknownMembership."""
        principal.require_operator()
        async with self._sessions() as session:
            row = await session.get(Membership, number)
        if row is None or not _sees(principal, row):
            raise UnknownMembership(NoSuchMembership(number=number))
        return row

    async def end(
        self, principal: Principal, number: int, at: datetime | None, seen: Seen = WHATEVER
    ) -> Membership:
        """From `at` on (None: now) it is none; bookings that were made by it keep their terms. One that ends sooner
        already stays as it is; of a subscription, nothing that is paid later makes it longer than that.

        Raises ScopeMissing, SiteForbidden, UnusableValue, UnknownMembership, ChangedMeanwhile.
        """
        principal.require_operator()
        now = self._clock()
        if at is not None and at < now:
            raise UnusableValue("at", "past", "at: lies in the past; a membership is not taken back")
        async with self._sessions.begin() as session:
            row = await memberships.membership_under_lock(session, number)
            if row is None or not _sees(principal, row):
                raise UnknownMembership(NoSuchMembership(number=number))
            require_owner(principal, row.site_id)
            seen.check(edition_of_membership(row))
            until = max(row.valid_from, at or now)
            if not _ends_sooner(row, until):
                return row
            if row.subscription_id is not None:
                row.until_at_most = until
            row.valid_until = until if row.valid_until is None else min(row.valid_until, until)
            row.ended_at, row.ended_by = now, principal.subject
            fact = MembershipEnded(number=row.id, until=until)
            await record(session, principal, fact, row.driver_id, at=now)
            return row

    async def own(self, principal: Principal, after: RowPosition | None, limit: int) -> Sequence[Membership]:
        """A driver's own, up to `limit` + 1. Raises ScopeMissing."""
        principal.require("driver")
        return await self._page(MembershipFilter(driver_id=principal.subject), after, limit)

    async def page(
        self,
        principal: Principal,
        wanted: MembershipFilter,
        after: RowPosition | None,
        limit: int,
        *,
        valid: bool = False,
    ) -> Sequence[Membership]:
        """Up to `limit` + 1, what was given last first. `valid`: now. Who is confined sees those of their sites alone.

        Raises ScopeMissing.
        """
        principal.require_operator()
        seen = replace(wanted, reach=principal.reach, of_sites=principal.is_confined)
        return await self._page(replace(seen, at=self._clock()) if valid else seen, after, limit)

    async def _page(
        self, wanted: MembershipFilter, after: RowPosition | None, limit: int
    ) -> Sequence[Membership]:
        async with self._sessions() as session:
            return await memberships.page(session, wanted, after, limit)


def _ends_sooner(row: Membership, until: datetime) -> bool:
    """Than it does, or would if its subscription were paid."""
    if row.subscription_id is not None:
        return row.until_at_most is None or until < row.until_at_most
    return row.valid_until is None or until < row.valid_until


def _sees(principal: Principal, row: Membership) -> bool:
    """What is valid everywhere is the installation's."""
    return principal.is_operator if row.site_id is None else principal.sees_site(row.site_id)


async def _given(
    session: AsyncSession,
    principal: Principal,
    order: MembershipOrder,
    since: datetime,
    key: str,
    now: datetime,
) -> Membership:
    if order.site_id is not None:
        await site_of(session, order.site_id)
    if order.tier and not await memberships.is_a_tier(session, order.site_id, order.tier):
        raise UnusableValue("tier", "unknown", f"tier: no policy there has a tier {order.tier!r}")
    row = Membership(
        key=key,
        driver_id=order.driver_id,
        site_id=order.site_id,
        tier=order.tier,
        valid_from=since,
        valid_until=order.valid_until,
        given_at=now,
        given_by=principal.subject,
    )
    session.add(row)
    await session.flush()
    fact = MembershipGiven(number=row.id, since=since, until=order.valid_until, tier=order.tier)
    await record(session, principal, fact, order.driver_id, at=now)
    return row


def _durable(principal: Principal, key: str) -> str:
    return hashlib.sha256(step_key(_STEP, principal.subject, key).encode()).hexdigest()
