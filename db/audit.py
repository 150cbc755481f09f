"""The audit trail's one writer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import AuditEntry
from domain.facts.audit import AuditFact

_UNLESS_KNOWN = insert(AuditEntry).on_conflict_do_nothing(index_elements=["key"]).returning(AuditEntry.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact of `domain.facts.audit`: see db.tables.AuditEntry. A known `key` is not written again."""

    key: str
    at: datetime
    actor: str
    subject: str
    code: str
    detail: dict[str, Any] = field(default_factory=dict)


async def record_entries(session: AsyncSession, entries: Sequence[Entry]) -> list[int]:
    """Numbers of those that are new."""
    if not entries:
        return []
    connection = await session.connection()
    # Rows beside the statement, not in it: so it is compiled once, not each time.
    new = await connection.scalars(_UNLESS_KNOWN, [asdict(entry) for entry in entries])
    return list(new)


async def record_audited(
    session: AsyncSession,
    fact: AuditFact,
    *,
    key: str,
    actor: str,
    subject: str,
    at: datetime,
    more: dict[str, Any] | None = None,
) -> int | None:
    """The new entry's number; None when `key` is there already. `more`: detail beside the fact's own."""
    detail = {**(more or {}), **fact.parameters()}
    entry = Entry(key=key, at=at, actor=actor, subject=subject, code=fact.code, detail=detail)
    return next(iter(await record_entries(session, [entry])), None)
