"""The versions of how a site's prices vary."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import PriceRulesVersion, Site

MOST_SHOWN = 50


async def versions(session: AsyncSession, site_id: str) -> Sequence[PriceRulesVersion]:
    """The site's own, newest first, up to MOST_SHOWN."""
    own = select(PriceRulesVersion).where(PriceRulesVersion.site_id == site_id)
    newest_first = own.order_by(PriceRulesVersion.version.desc()).limit(MOST_SHOWN)
    return (await session.scalars(newest_first)).all()


async def version_of_key(session: AsyncSession, site_id: str, key: str) -> PriceRulesVersion:
    """Raises NoResultFound."""
    mine = (PriceRulesVersion.site_id == site_id, PriceRulesVersion.key == key)
    return (await session.scalars(select(PriceRulesVersion).where(*mine))).one()


async def add(
    session: AsyncSession, site_id: str, document: dict[str, Any] | None, *, since: datetime, key: str
) -> PriceRulesVersion:
    """The next version; who writes for the same site meanwhile waits."""
    await session.execute(select(Site.id).where(Site.id == site_id).with_for_update(key_share=True))
    newest = select(func.max(PriceRulesVersion.version)).where(PriceRulesVersion.site_id == site_id)
    version = (await session.scalar(newest) or 0) + 1
    row = PriceRulesVersion(site_id=site_id, version=version, valid_from=since, document=document, key=key)
    session.add(row)
    await session.flush()
    return row
