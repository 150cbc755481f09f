"""Who subscribes to a tier at the payment provider is a member of it as long as that is paid.

An event only says that it is time to look: what is true is asked for, so events may come late, twice, in any order or
never; who read before somebody else wrote reads again. What no event has brought is found by listing. A membership
that an operator has ended stays ended.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import PaymentStillMoving, StripeRefused, StripeUnavailable
from activities.money.disputes import BOOKED, GONE, NOTED, UNKNOWN
from activities.money.stripe_gateway import StripeGateway
from activities.money.stripe_subscriptions import SubscriptionState
from activities.rounds import repeat
from db.audit import record_audited
from db.delivery.outbox import Delivery
from db.engine import Sessions
from db.queries import subscriptions as query
from db.queries.money import event_cursors
from db.tables import Membership, SubscriptionRow
from domain.facts.audit import AuditFact
from domain.facts.audit_rules import MembershipEnded, MembershipGiven
from domain.terms.subscriptions import OVER, Paid, as_ended, memberships

BY_PROVIDER = "provider"
"""Who gave and ended what came of a subscription."""
_LOOKS = 5
_READER = "subscriptions"

log = structlog.get_logger()


class Subscriptions:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def hear(self, delivery: Delivery) -> str:
        """The outcome. Raises StripeUnavailable and PaymentStillMoving: ask again."""
        try:
            return BOOKED if await self.look(delivery.key, datetime.now(UTC)) else NOTED
        except StripeRefused as refusal:
            if refusal.stripe_code != GONE:
                raise
            return UNKNOWN

    async def look(self, subscription_id: str, now: datetime) -> bool:
        """Bring memberships to what the provider says. Did that change any? Raises as `hear`, and StripeRefused."""
        for _ in range(_LOOKS):
            async with self._sessions() as session:
                before = await query.subscription_of(session, subscription_id)
            state = await self._stripe.subscriptions.retrieve(subscription_id)
            changed = await self._kept(state, before.looks if before is not None else 0, now)
            if changed is not None:
                return changed
        raise PaymentStillMoving(f"subscription {subscription_id} changes all the time")

    async def look_at_all(self, now: datetime) -> int:
        """What no event has told, and what the site's tiers say otherwise by now; how many memberships changed by it.

        Raises as `hear`, and StripeRefused. Nothing is asked where no tier is subscribed to, and none ever was.
        """
        async with self._sessions() as session:
            known = await query.looks_of_all(session)
            if not known and not await query.offers_at(session, now):
                return 0
        changed = 0
        async for state in self._stripe.subscriptions.all():
            looks, status = known.get(state.subscription.id, (0, ""))
            if state.subscription.status in OVER and status in ("", state.subscription.status):
                continue
            changed += bool(await self._kept(state, looks, now))
        return changed

    async def _kept(self, state: SubscriptionState, looks: int, now: datetime) -> bool | None:
        """None: somebody has looked since. Else, did any membership change?"""
        async with self._sessions.begin() as session:
            await query.lock_subscription(session, state.subscription.id)
            row = await query.subscription_of(session, state.subscription.id)
            if (row.looks if row is not None else 0) != looks:
                return None
            kept = row or SubscriptionRow(id=state.subscription.id)
            # Whose it was once counts where nothing says so any more: its customer may be gone.
            driver = (
                state.driver_id or await query.driver_of_customer(session, state.customer) or kept.driver_id
            )
            kept.customer, kept.driver_id, kept.status = state.customer, driver, state.subscription.status
            kept.looks, kept.looked_at = looks + 1, now
            session.add(kept)
            await session.flush()
            if driver is None:
                log.warning("subscription_of_unknown_driver", subscription=state.subscription.id)
                return False
            return await _followed(session, state, driver, kept.looks, now)


async def _followed(
    session: AsyncSession, state: SubscriptionState, driver: str, looks: int, now: datetime
) -> bool:
    """Did any membership change?"""
    rows = await query.memberships_by(session, state.subscription.id)
    changed = await _taken_from_others(session, rows, driver, looks, now)
    mine = {_paid(row).key(state.subscription.id): row for row in rows if row.driver_id == driver}
    offers = await query.offers_at(session, now)
    found = memberships(state.subscription, offers, [_paid(row) for row in mine.values()], now)
    for key, paid in as_ended(found, _ended_by_people(mine.values())).items():
        row = mine.get(key)
        if row is None:
            if paid.until > paid.since:
                is_free = all(one.key != key for one in rows)
                durable = key if is_free else f"{key}:{driver}"
                await _give(session, state.subscription.id, durable, paid, driver, now)
                changed = True
        elif row.valid_until != paid.until:
            await _move(session, row, paid, looks, now)
            changed = True
    return changed


async def _taken_from_others(
    session: AsyncSession, rows: Iterable[Membership], driver: str, looks: int, now: datetime
) -> bool:
    """It was said to be somebody else's before: theirs ends now. Was there any?"""
    changed = False
    for row in rows:
        paid = _paid(row)
        if row.driver_id != driver and paid.until > max(paid.since, now):
            await _move(session, row, replace(paid, until=max(paid.since, now)), looks, now)
            changed = True
    return changed


def _ended_by_people(rows: Iterable[Membership]) -> Mapping[tuple[str | None, str], datetime]:
    """The earliest end that a person has given each tier."""
    ends: dict[tuple[str | None, str], datetime] = {}
    for row in rows:
        if row.until_at_most is not None:
            of = row.site_id, row.tier
            ends[of] = min(row.until_at_most, ends.get(of, row.until_at_most))
    return ends


def _paid(row: Membership) -> Paid:
    return Paid(
        site_id=row.site_id,
        tier=row.tier,
        since=row.valid_from,
        until=row.valid_from if row.valid_until is None else row.valid_until,
    )


async def _give(
    session: AsyncSession, subscription_id: str, key: str, paid: Paid, driver: str, now: datetime
) -> None:
    row = Membership(
        key=key,
        driver_id=driver,
        site_id=paid.site_id,
        tier=paid.tier,
        valid_from=paid.since,
        valid_until=paid.until,
        subscription_id=subscription_id,
        given_at=now,
        given_by=BY_PROVIDER,
    )
    session.add(row)
    await session.flush()
    fact = MembershipGiven(number=row.id, since=paid.since, until=paid.until, tier=paid.tier)
    await record_audited(session, fact, key=f"{key}:given", actor=BY_PROVIDER, subject=driver, at=now)


async def _move(session: AsyncSession, row: Membership, paid: Paid, looks: int, now: datetime) -> None:
    """Sooner: it is not paid on, or is not sold any more; later: it is paid after all. `looks`: how many there were."""
    before, row.valid_until = row.valid_until, paid.until
    is_sooner = before is None or paid.until < before
    if row.ended_by in ("", BY_PROVIDER):
        row.ended_at, row.ended_by = (now, BY_PROVIDER) if is_sooner else (None, "")
    fact: AuditFact = MembershipGiven(number=row.id, since=row.valid_from, until=paid.until, tier=row.tier)
    if is_sooner:
        fact = MembershipEnded(number=row.id, until=paid.until)
    key = f"{row.key}:{looks}"
    await record_audited(session, fact, key=key, actor=BY_PROVIDER, subject=row.driver_id, at=now)


async def watch_subscriptions(
    sessions: Sessions, stripe: StripeGateway, every: timedelta, stop: asyncio.Event
) -> None:
    """A loop of each worker, until `stop` is set; whoever comes first when it is time lists them."""
    book = Subscriptions(sessions, stripe)

    async def look() -> None:
        async with sessions.begin() as session:
            turn = await event_cursors.take_turn(session, _READER, every, every)
        if not turn.is_mine:
            return
        try:
            changed = await book.look_at_all(turn.now)
        except (StripeUnavailable, StripeRefused) as error:
            log.warning("subscriptions_not_listed", code=error.code, error=str(error))
        else:
            if changed:
                log.warning("subscriptions_mended", subscriptions=changed)

    await repeat("subscriptions", look, every / 4, stop)
