"""What names who was erased in records that no index finds: gone through page by page, from where it was left.

Chargers' messages keep which card they let in, the payment provider's events who paid, audit entries of others whom
they were about.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Erasure

PAGE = 5_000
_ABOUT_THEM = """
    i.source = 'stripe' AND (
        i.subject = ANY(:objects) OR i.payload #>> '{data,object,payment_intent}' = ANY(:objects)
        OR :customer IN (i.subject, i.payload #>> '{data,object,customer}', i.payload #>> '{data,object,id}')
    )
"""
_WAITS = "EXISTS (SELECT FROM outbox o WHERE o.inbox_id = i.id AND o.delivered_at IS NULL)"
_CARDS = text("""
    UPDATE inbox i SET answer = without_said(i.answer, :said, '')
    WHERE i.id > :after AND i.id <= :upto AND i.source = 'charger'
      AND i.answer IS NOT NULL AND without_said(i.answer, :said, '') <> i.answer
""")
_EVENTS = text(f"""
    UPDATE inbox i SET payload = '{{}}', subject = CASE WHEN i.subject = :customer THEN '' ELSE i.subject END
    WHERE i.id > :after AND i.id <= :upto AND {_ABOUT_THEM} AND NOT {_WAITS}
""")  # noqa: S608 - constants of ours
_UNHEARD = text(f"""
    SELECT EXISTS (SELECT FROM inbox i WHERE {_ABOUT_THEM} AND i.payload <> '{{}}' AND {_WAITS})
""")  # noqa: S608 - constants of ours
_AUDIT = text("""
    UPDATE audit a SET detail = without_said(a.detail, :said, :alias)
    WHERE a.id > :after AND a.id <= :upto AND strpos(a.detail::text, to_jsonb(CAST(:driver AS text))::text) > 0
""")
_LAST = {
    "inbox": text("SELECT coalesce(max(id), 0) FROM inbox"),
    "audit": text("SELECT coalesce(max(id), 0) FROM audit"),
}


async def unfinished(session: AsyncSession) -> list[int]:
    found = select(Erasure.id).where(Erasure.finished_at.is_(None)).order_by(Erasure.id)
    return list((await session.scalars(found)).all())


async def sweep_page(session: AsyncSession, number: int) -> bool:
    """One page of each record; is there more? The caller commits."""
    row = await _locked(session, number)
    if row is None:
        return False
    inbox, audit = await _upto(session, "inbox", row.inbox_to), await _upto(session, "audit", row.audit_to)
    for statement in (_CARDS, _EVENTS):
        await session.execute(statement, _values(row) | {"after": row.inbox_to, "upto": inbox})
    await session.execute(_AUDIT, _values(row) | {"after": row.audit_to, "upto": audit})
    more = inbox > row.inbox_to or audit > row.audit_to
    row.inbox_to, row.audit_to = inbox, audit
    return more


async def finish(session: AsyncSession, number: int, now: datetime) -> bool:
    """It forgets whom it erased. False: the provider has said something about them that nobody has heard yet, and all
    is gone through again later. The caller commits, when all was gone through and the customer is gone.
    """
    row = await _locked(session, number)
    if row is None:
        return True
    if await session.scalar(_UNHEARD, _values(row)):
        row.inbox_to = 0
        return False
    row.driver_id = row.stripe_customer = None
    row.said, row.objects, row.finished_at = [], [], now
    return True


async def _locked(session: AsyncSession, number: int) -> Erasure | None:
    """None: somebody else has finished it."""
    found = select(Erasure).where(Erasure.id == number, Erasure.finished_at.is_(None))
    return await session.scalar(found.with_for_update())


async def _upto(session: AsyncSession, table: str, after: int) -> int:
    last: int = (await session.scalars(_LAST[table])).one()
    return min(after + PAGE, max(last, after))


def _values(row: Erasure) -> dict[str, Any]:
    return {
        "driver": row.driver_id,
        "alias": row.alias,
        "said": row.said,
        "objects": row.objects,
        "customer": row.stripe_customer,
    }
