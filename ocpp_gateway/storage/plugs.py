"""Which connectors a 2.x EVSE has, as its device model says, and what is left of what they said."""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Connector
from domain.charging.connector import ConnectorStatus

_TAKE = text("""
UPDATE connectors SET plugs = CAST(:plugs AS jsonb),
    plug_types = CASE WHEN plug_types_declared THEN plug_types ELSE CAST(:types AS jsonb) END
WHERE id = :id
""")

_SEVERAL = text("""
SELECT EXISTS (
    SELECT FROM connectors c WHERE c.charger_id = :charger_id
    AND (SELECT count(*) FROM jsonb_object_keys((c.plugs || c.plug_types) - '0')) > 1
)
""")


async def take_plugs(
    connection: AsyncConnection,
    charger_id: str,
    evse: int,
    *,
    there: Collection[str],
    types: Mapping[str, str],
) -> dict[str, ConnectorStatus]:
    """`there`: numbers of its connectors. `types`: those known, in OCPI's words; an operator's declaration stays.

    Where one is gone, what the others said last: the EVSE is to be told anew by it.
    """
    columns = (Connector.id, Connector.plugs, Connector.plug_types)
    found = await connection.execute(
        select(*columns).where(Connector.charger_id == charger_id, Connector.number == evse).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        return {}
    plugs = {number: status for number, status in row.plugs.items() if number in (*there, "0")}
    if plugs != row.plugs or dict(types) != row.plug_types:
        await connection.execute(_TAKE, {"id": row.id, "plugs": _json(plugs), "types": _json(types)})
    return {} if plugs == row.plugs else {one: ConnectorStatus(status) for one, status in plugs.items()}


async def has_several_plugs(connection: AsyncConnection, charger_id: str) -> bool:
    """At one of its EVSEs, by what they say or were said to be."""
    return bool(await connection.scalar(_SEVERAL, {"charger_id": charger_id}))


def _json(value: Mapping[str, str]) -> str:
    return msgspec.json.encode(value).decode()
