"""Subscriptions of the payment provider: what they pay for, whose they are, and the memberships that came of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import policy_from_document
from db.tables import Driver, Membership, PolicyVersion, SubscriptionRow
from domain.terms.subscriptions import Offer


async def offers_at(session: AsyncSession, at: datetime) -> list[Offer]:
    """Tiers that are subscribed to, of each site's policy in force and of the default one."""
    newest = (
        select(PolicyVersion.site_id, PolicyVersion.document)
        .ext(distinct_on(PolicyVersion.site_id))
        .where(PolicyVersion.valid_from <= at)
        .order_by(PolicyVersion.site_id, PolicyVersion.version.desc())
        .subquery()
    )
    with_tiers = select(newest).where(func.jsonb_array_length(newest.c.document["tiers"]) > 0)
    found = []
    for site_id, document in await session.execute(with_tiers):
        policy = policy_from_document(document)
        found += [
            Offer(
                site_id=site_id,
                tier=tier.name,
                products=tier.products,
                grace=tier.unpaid_grace,
                horizon=tier.horizon or policy.slots.horizon,
            )
            for tier in policy.tiers
            if tier.products
        ]
    return found


async def subscription_of(session: AsyncSession, subscription_id: str) -> SubscriptionRow | None:
    """As it is in the database now."""
    return await session.get(SubscriptionRow, subscription_id, populate_existing=True)


async def lock_subscription(session: AsyncSession, subscription_id: str) -> None:
    """One writer at a time, until the transaction ends; also of one that is not there yet."""
    key = func.hashtextextended(f"subscription:{subscription_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def looks_of_all(session: AsyncSession) -> dict[str, tuple[int, str]]:
    """How often each was looked at, and its status then."""
    found = await session.execute(select(SubscriptionRow.id, SubscriptionRow.looks, SubscriptionRow.status))
    return {row.id: (row.looks, row.status) for row in found}


async def memberships_by(session: AsyncSession, subscription_id: str) -> Sequence[Membership]:
    """Oldest first, locked: an operator may be ending one."""
    mine = select(Membership).where(Membership.subscription_id == subscription_id).order_by(Membership.id)
    return (await session.scalars(mine.with_for_update())).all()


async def driver_of_customer(session: AsyncSession, customer: str) -> str | None:
    """None: none is known."""
    found: str | None = await session.scalar(
        select(Driver.id).where(Driver.stripe_customer == customer).order_by(Driver.id).limit(1)
    )
    return found
