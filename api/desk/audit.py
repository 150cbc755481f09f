"""The audit trail of what operators do through the desk."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.principal import Principal
from db.audit import record_deed
from domain.facts.audit import Deed


async def record(
    session: AsyncSession,
    principal: Principal,
    deed: Deed,
    subject: str,
    *,
    at: datetime,
    more: dict[str, Any] | None = None,
) -> tuple[str, int]:
    """The new entry's key and number; the caller commits. `subject`: a charger's id, an identity.

    `more`: detail beside the deed's own, without secrets.
    """
    key = f"{deed.code}:{uuid.uuid4().hex}"
    actor = f"operator:{principal.subject}"
    number = await record_deed(session, deed, key=key, actor=actor, subject=subject, at=at, more=more)
    if number is None:
        raise RuntimeError(f"the audit trail has {key} already")
    return key, number
