"""The versions of what a site's operators write as a document: policy, tariff, how prices vary, who may use what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import (
    AccessRulesVersion,
    PolicyVersion,
    PriceRulesVersion,
    Site,
    TariffVersion,
    WalkInTariffVersion,
)

MOST_SHOWN = 50
Version = TypeVar(
    "Version", PriceRulesVersion, AccessRulesVersion, PolicyVersion, TariffVersion, WalkInTariffVersion
)
Documents = type[PolicyVersion] | type[TariffVersion] | type[WalkInTariffVersion]


async def lock(session: AsyncSession, site_id: str) -> None:
    """Who writes for the same site meanwhile waits."""
    await session.execute(select(Site.id).where(Site.id == site_id).with_for_update(key_share=True))


async def latest_begin(session: AsyncSession, table: Documents, site_id: str) -> datetime | None:
    """From when on the site's newest version is valid; None: it has none of its own."""
    own = select(table.valid_from).where(table.site_id == site_id)
    found: datetime | None = await session.scalar(own.order_by(table.version.desc()).limit(1))
    return found


async def newest(
    session: AsyncSession,
    table: Documents,
    site_id: str,
    now: datetime,
    *,
    in_force: bool = False,
) -> dict[str, Any] | None:
    """The document of the site's newest version, valid or still to come; without one that of the default in force.

    `in_force`: of those that are valid.
    """
    own = select(table.document).where(table.site_id == site_id).order_by(table.version.desc()).limit(1)
    if in_force:
        own = own.where(table.valid_from <= now)
    found = await session.scalar(own)
    if found is None:
        shared = select(table.document).where(table.site_id.is_(None), table.valid_from <= now)
        found = await session.scalar(shared.order_by(table.version.desc()).limit(1))
    return found


async def versions(session: AsyncSession, table: type[Version], site_id: str) -> Sequence[Version]:
    """The site's own, newest first, up to MOST_SHOWN."""
    own = select(table).where(table.site_id == site_id)
    return (await session.scalars(own.order_by(table.version.desc()).limit(MOST_SHOWN))).all()


async def version_of_key(session: AsyncSession, table: type[Version], site_id: str, key: str) -> Version:
    """Raises NoResultFound."""
    return (await session.scalars(select(table).where(table.site_id == site_id, table.key == key))).one()


async def newest_version(session: AsyncSession, table: type[Version], site_id: str) -> int:
    """Of the site's own, also one that is planned; 0: there is none."""
    return await session.scalar(select(func.max(table.version)).where(table.site_id == site_id)) or 0


async def add(
    session: AsyncSession,
    table: type[Version],
    site_id: str,
    document: dict[str, Any] | None,
    *,
    since: datetime,
    key: str,
) -> Version:
    """The next version. Under `lock`."""
    version = await newest_version(session, table, site_id) + 1
    row = table(site_id=site_id, version=version, valid_from=since, document=document, key=key)
    session.add(row)
    await session.flush()
    return row
