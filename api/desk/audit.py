"""The audit trail of what operators do through the desk."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.principal import Principal
from db.audit import record_audited
from domain.facts.audit import AuditFact


async def record(
    session: AsyncSession,
    principal: Principal,
    fact: AuditFact,
    subject: str,
    *,
    at: datetime,
    more: dict[str, Any] | None = None,
    by: str = "operator",
) -> tuple[str, int]:
    """The new entry's key and number; the caller commits. `subject`: a charger's id, an identity.

    `more`: detail beside the fact's own, without secrets. `by`: as whom they did it.
    """
    key = f"{fact.code}:{uuid.uuid4().hex}"
    actor = f"{by}:{principal.subject}"
    number = await record_audited(session, fact, key=key, actor=actor, subject=subject, at=at, more=more)
    if number is None:
        raise RuntimeError(f"the audit trail has {key} already")
    return key, number
