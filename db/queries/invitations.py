"""Invitations into groups of drivers: found by digest or domain, counted under their row's lock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import InvitationAttempts, InvitationRow, InvitationUse
from domain.errors import UnknownInvitation
from domain.facts.refused_invitations import NoSuchInvitation

MOST_LISTED = 1_000


async def of_group(session: AsyncSession, group_id: str) -> Sequence[InvitationRow]:
    """The newest first."""
    row = InvitationRow
    mine = select(row).where(row.group_id == group_id).order_by(row.id.desc()).limit(MOST_LISTED)
    return (await session.scalars(mine)).all()


async def one_under_lock(session: AsyncSession, group_id: str, number: int) -> InvitationRow:
    """Raises UnknownInvitation."""
    row = InvitationRow
    wanted = select(row).where(row.id == number, row.group_id == group_id).with_for_update()
    found: InvitationRow | None = await session.scalar(wanted)
    if found is None:
        raise UnknownInvitation(NoSuchInvitation())
    return found


async def by_digest_under_lock(session: AsyncSession, digest: str) -> InvitationRow | None:
    wanted = select(InvitationRow).where(InvitationRow.code_digest == digest).with_for_update()
    found: InvitationRow | None = await session.scalar(wanted)
    return found


async def by_domain_under_lock(session: AsyncSession, domain: str) -> Sequence[InvitationRow]:
    """In one order everywhere."""
    row = InvitationRow
    wanted = select(row).where(row.domain == domain).order_by(row.id).limit(MOST_LISTED).with_for_update()
    return (await session.scalars(wanted)).all()


async def is_used_by(session: AsyncSession, invitation_id: int, driver_id: str) -> bool:
    return await session.get(InvitationUse, (invitation_id, driver_id)) is not None


async def count_attempt(
    session: AsyncSession, driver_id: str, now: datetime, within: timedelta
) -> tuple[int, datetime]:
    """One more, and since when they count. Attempts of one driver wait for each other until the caller commits."""
    row = InvitationAttempts
    passed = row.since <= now - within
    first = insert(row).values(driver_id=driver_id, since=now, attempts=1)
    counted = first.on_conflict_do_update(
        index_elements=["driver_id"],
        set_={
            "attempts": case((passed, 1), else_=row.attempts + 1),
            "since": case((passed, now), else_=row.since),
        },
    ).returning(row.attempts, row.since)
    attempts, since = (await session.execute(counted)).one()
    return attempts, since


async def take_back_attempt(session: AsyncSession, driver_id: str) -> None:
    """It was no guess."""
    row = InvitationAttempts
    await session.execute(
        update(row).where(row.driver_id == driver_id, row.attempts > 0).values(attempts=row.attempts - 1)
    )
