"""Links that sign in whoever reads the mail they are in: asked for, sent, used once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import ContactPoint, SignInLink
from domain.signing_in.links import AskedBefore
from domain.telling.channels import Channel

_KEPT = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A driver who has confirmed the address, by one of their contact points."""

    driver_id: str
    contact_point: int


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


async def one_at_a_time(session: AsyncSession) -> None:
    """Links are counted before another one is asked for."""
    key = func.hashtextextended("sign_in_links", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def readers(session: AsyncSession, address_digest: str) -> Sequence[Reader]:
    """Drivers who are told at that address, whoever confirmed it first first. Never fleets."""
    row = ContactPoint
    statement = select(row.driver_id, row.id).where(
        row.address_digest == address_digest,
        row.channel == Channel.MAIL.value,
        row.driver_id.is_not(None),
        row.confirmed_at.is_not(None),
        row.bounced_at.is_(None),
        row.removed_at.is_(None),
    )
    found = await session.execute(statement.order_by(row.confirmed_at, row.id))
    return [Reader(driver_id=one, contact_point=number) for one, number in found if one is not None]


async def asked_before(
    session: AsyncSession, address_digest: str, network: str, now: datetime
) -> AskedBefore:
    """Those of a day ago are forgotten with it. The caller commits."""
    row = SignInLink
    await session.execute(delete(row).where(row.asked_at <= now - _KEPT))
    theirs, lately = row.address_digest == address_digest, row.asked_at > now - _HOUR
    by_one = (theirs, row.asked_by == network, ~row.known)
    counted = select(
        func.count().filter(theirs, lately),
        func.count().filter(theirs),
        func.count().filter(*by_one, lately),
        func.count().filter(*by_one),
        func.count().filter(lately),
    ).select_from(row)
    in_hour, in_day, by_one_in_hour, by_one_in_day, in_all = (await session.execute(counted)).one()
    return AskedBefore(
        in_hour=in_hour,
        in_day=in_day,
        by_one_in_hour=by_one_in_hour,
        by_one_in_day=by_one_in_day,
        in_all=in_all,
    )


async def link_by_id(session: AsyncSession, number: int) -> SignInLink | None:
    """Locked; None: it is forgotten."""
    return await session.get(SignInLink, number, with_for_update=True)


async def link_by_secret(session: AsyncSession, secret: str, *, locked: bool = False) -> SignInLink | None:
    """`locked`: for whoever uses it."""
    found = select(SignInLink).where(SignInLink.digest == digest_of(secret))
    return await session.scalar(found.with_for_update() if locked else found)
