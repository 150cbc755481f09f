"""Idempotency keys: one key means one request of one account, remembered in Postgres.

The record outlives the workflow's own memory of the answer (the namespace's retention).
"""

import hashlib
import re
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import ApiProblem
from db.tables import IdempotencyRecord

HEADER = "Idempotency-Key"
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
_SEPARATOR = "\x1f"
"""Cannot occur in a caller's key, so keys of steps never meet keys of bookings."""


def body_hash(body: BaseModel, *context: str) -> str:
    """Of the understood request, so that spelling and member order do not matter."""
    text = _SEPARATOR.join((body.model_dump_json(), *context))
    return hashlib.sha256(text.encode()).hexdigest()


def step_key(step: str, code: str, key: str) -> str:
    """The record key of a later action on a reservation (cancel, extend…)."""
    return _SEPARATOR.join((step, code, key))


def update_id(account: str, step: str, key: str) -> str:
    """A workflow update's id: the same request again meets the same update."""
    return f"{step}-{hashlib.sha256(_SEPARATOR.join((account, key)).encode()).hexdigest()[:32]}"


async def remember(
    session: AsyncSession, *, account: str, key: str, digest: str, code: str, now: datetime
) -> bool:
    """Record the key; True when it was known already, for the same request.

    Raises ApiProblem(idempotency_key_reused) when it was used for another request. The caller commits.
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
    if known != digest:
        raise ApiProblem(
            "idempotency_key_reused",
            "this Idempotency-Key belongs to a request with another body; use a new key for a new request",
        )
    return True


def _required(
    request: Request,
    # Declared for OpenAPI only: a missing header is a 400 with its own code, not a 422.
    _shown: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="Required. 1 to 255 printable ASCII characters; repeat it to repeat the answer",
            examples=["3f0c0a5e-booking-1"],
        ),
    ] = None,
) -> str:
    key = _checked(request)
    if key is None:
        raise ApiProblem(
            "idempotency_key_missing", "send the header Idempotency-Key, e.g. a UUID made by your app"
        )
    return key


def _optional(
    request: Request,
    _shown: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="Optional. With it, a repeated request gets the first one's answer and acts once",
            examples=["3f0c0a5e-cancel-1"],
        ),
    ] = None,
) -> str | None:
    return _checked(request)


def _checked(request: Request) -> str | None:
    offered = request.headers.getlist(HEADER)
    if not offered or offered == [""]:
        return None
    if len(offered) > 1 or not _PRINTABLE.fullmatch(offered[0]):
        raise ApiProblem(
            "idempotency_key_invalid", "send one Idempotency-Key of 1 to 255 printable ASCII characters"
        )
    return offered[0]


RequiredKey = Annotated[str, Depends(_required)]
OptionalKey = Annotated[str | None, Depends(_optional)]
