"""Who is known here, whether or not they are in the table of drivers: who signs in, adds an address or a vehicle is not
entered there. And who was known: of somebody who was erased a digest of their id stays.
"""

import re
from collections.abc import Collection, Iterator

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.personal.held import Held
from db.personal.registry import HELD
from db.tables import Driver, ErasedId
from domain.terms.erasing import digest_of

_NAMED = re.compile(r"\bt\.(\w+) = :driver\b")
_LISTED = re.compile(r":driver = ANY\(t\.(\w+)\)")


def _naming(held: Held) -> Iterator[str]:
    """SQL, ids of `:ids` that its rows name. Where none are named, its rows are found by those of another table; where
    a driver's row has to be there before, that tells it.
    """
    columns = held.table.__table__.columns
    for name in _NAMED.findall(held.whose):
        if not any(key.target_fullname == "drivers.id" for key in columns[name].foreign_keys):
            yield f"SELECT t.{name} FROM {held.name} AS t WHERE t.{name} = ANY(CAST(:ids AS text[]))"  # noqa: S608 - names of ours
    for name in _LISTED.findall(held.whose):
        yield f"SELECT unnest(t.{name}) FROM {held.name} AS t WHERE t.{name} && CAST(:ids AS text[])"  # noqa: S608


_ELSEWHERE = text(" UNION ".join(part for held in HELD if held.table is not Driver for part in _naming(held)))


async def known_elsewhere(session: AsyncSession, driver_ids: Collection[str]) -> set[str]:
    """Of these, who has anything here beside a row of drivers and what hangs on it, or was erased."""
    if not driver_ids:
        return set()
    ids = list(driver_ids)
    found = {*(await session.scalars(_ELSEWHERE, {"ids": ids}))} & {*ids}
    by_digest = {digest_of(one): one for one in ids}
    erased = await session.scalars(select(ErasedId.digest).where(ErasedId.digest.in_(by_digest)))
    return found | {by_digest[digest] for digest in erased}
