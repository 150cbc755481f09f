"""What a charger must show to be let in, and the exchange of its password once it has used the new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Charger


@dataclass(frozen=True, slots=True)
class Credentials:
    """`password_hash` None: no password yet. `next_password_hash`: a rotated one, not yet used.

    `security_profile`: the lowest this charger may use (0 to 3); None: what the gateway asks of all.
    """

    password_hash: str | None
    next_password_hash: str | None = None
    security_profile: int | None = None


async def credentials_of(connection: AsyncConnection, charger_ids: Sequence[str]) -> dict[str, Credentials]:
    """Of many chargers in one query; unknown chargers are absent."""
    rows = await connection.execute(
        select(Charger.id, Charger.password_hash, Charger.next_password_hash, Charger.security_profile).where(
            Charger.id.in_(charger_ids)
        )
    )
    return {
        row.id: Credentials(row.password_hash, row.next_password_hash, row.security_profile) for row in rows
    }


async def promote_next(connection: AsyncConnection, charger_id: str, next_hash: str) -> bool:
    """The new password becomes the only one. False: it is no longer the one in waiting."""
    promoted = await connection.scalar(
        update(Charger)
        .where(Charger.id == charger_id, Charger.next_password_hash == next_hash)
        .values(password_hash=Charger.next_password_hash, next_password_hash=None)
        .returning(Charger.id)
    )
    return promoted is not None


async def replace_hash(connection: AsyncConnection, charger_id: str, former: str, fresh: str) -> bool:
    """Store the same password's hash made with today's parameters. False: the password has changed since."""
    replaced = await connection.scalar(
        update(Charger)
        .where(Charger.id == charger_id, Charger.password_hash == former)
        .values(password_hash=fresh)
        .returning(Charger.id)
    )
    return replaced is not None
