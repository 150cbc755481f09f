"""The facts of one access decision, inside the transaction that will record its outcome."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries import access
from db.queries.access import AccessFacts


async def access_facts(
    connection: AsyncConnection, charger_id: str, id_tag: str, now: datetime
) -> AccessFacts:
    """What is known of `id_tag` and of every connector of the charger, as it was at `now`. One query."""
    return await access.access_facts(connection, charger_id=charger_id, id_tag=id_tag, now=now)
