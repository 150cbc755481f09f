"""Idempotency keys: one key means one request of one account, remembered in Postgres.

The record outlives the workflow's own memory of the answer (the namespace's retention).
"""

import dataclasses
import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.refusals import KEY_TAKEN, KeyReused
from db.tables import IdempotencyRecord

_SEPARATOR = "\x1f"
"""Cannot occur in a caller's key, so keys of steps never meet keys of bookings."""


def fingerprint(request: Any, *context: str) -> str:
    """Of the understood request (a dataclass, or None), so that the spelling it came in does not matter.

    Members at their default are left out: a member that is added later leaves the fingerprints of before as they are.
    """
    given = {} if request is None else _given(request)
    text = _SEPARATOR.join((json.dumps(given, sort_keys=True, default=_written), *context))
    return hashlib.sha256(text.encode()).hexdigest()


def step_key(step: str, code: str, key: str) -> str:
    """The record key of a later action on a reservation (cancel, extend…)."""
    return _SEPARATOR.join((step, code, key))


def update_id(account: str, step: str, key: str) -> str:
    """A workflow update's id: the same request again meets the same update."""
    return f"{step}-{hashlib.sha256(_SEPARATOR.join((account, key)).encode()).hexdigest()[:32]}"


async def is_known(session: AsyncSession, account: str, key: str) -> bool:
    """Whatever it was used for."""
    return await session.get(IdempotencyRecord, (account, key)) is not None


async def remember(
    session: AsyncSession,
    *,
    account: str,
    key: str,
    digest: str,
    code: str,
    now: datetime,
    before: str | None = None,
) -> bool:
    """Record the key; True when it was known already, for the same request. `before`: the digest that versions of
    before have kept of the same.

    Raises KeyReused when it was used for another request. The caller commits.
    """
    made = insert(IdempotencyRecord).values(
        account=account, key=key, body_hash=digest, reservation_code=code, created_at=now
    )
    statement = made.on_conflict_do_nothing().returning(IdempotencyRecord.key)
    if (await session.execute(statement)).first() is not None:
        return False
    known = await session.scalar(
        select(IdempotencyRecord.body_hash).where(
            IdempotencyRecord.account == account, IdempotencyRecord.key == key
        )
    )
    if known not in (digest, before):
        raise KeyReused(KEY_TAKEN)
    return True


def _given(request: Any) -> dict[str, Any]:
    return {
        field.name: value
        for field in dataclasses.fields(request)
        if (value := getattr(request, field.name)) != field.default
    }


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
