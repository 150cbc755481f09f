"""Device models of chargers, a row an attribute of a variable; bounded for each charger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows
from domain.charging.secrets import without_secret

MOST_ROWS = 10_000
"""Of one charger: large stations have some thousand variables."""
LONGEST_VALUE = 2500
"""Characters, as OCPP allows for reported values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAttribute:
    """One attribute of a variable, as told. `evse`, `connector` 0: not of one."""

    component: str
    component_instance: str = ""
    evse: int = 0
    connector: int = 0
    variable: str
    variable_instance: str = ""
    attribute: str = "Actual"
    value: str | None = None
    mutability: str = ""


_KEEP = text("""
INSERT INTO device_model AS kept (
    charger_id, component, component_instance, evse, connector, variable, variable_instance, attribute,
    value, mutability, told_at, report
)
SELECT DISTINCT ON (t.component, t.component_instance, t.evse, t.connector, t.variable, t.variable_instance,
    t.attribute)
    c.id, t.component, t.component_instance, t.evse, t.connector, t.variable, t.variable_instance, t.attribute,
    t.value, t.mutability, :now, :report
FROM json_to_recordset(CAST(:told AS json)) AS t (
    component text, component_instance text, evse int, connector int, variable text, variable_instance text,
    attribute text, value text, mutability text
)
JOIN chargers c ON c.id = :charger_id
WHERE :has_room
ON CONFLICT (charger_id, component, component_instance, evse, connector, variable, variable_instance, attribute)
DO UPDATE SET value = excluded.value, mutability = excluded.mutability, told_at = excluded.told_at,
    report = excluded.report
WHERE kept.told_at <= excluded.told_at
""")

_COUNT = text("SELECT count(*) FROM device_model WHERE charger_id = :charger_id")
_FORGET_OLDER = text("DELETE FROM device_model WHERE charger_id = :charger_id AND told_at < :since")

_PLUGS_TOLD = text("""
SELECT evse, connector, value FROM device_model
WHERE charger_id = :charger_id AND report = :report AND told_at >= :since AND lower(component) = 'connector'
    AND lower(variable) = 'connectortype' AND attribute = 'Actual' AND evse > 0 AND connector > 0
""")

_FORGET_CONNECTORS = text("""
DELETE FROM device_model d WHERE d.charger_id = :charger_id AND d.evse = ANY(:evses) AND d.connector > 0
AND NOT EXISTS (
    SELECT FROM device_model x WHERE x.charger_id = d.charger_id AND x.evse = d.evse AND x.connector = d.connector
    AND x.report = :report AND x.told_at >= :since
    AND lower(x.component) = 'connector' AND lower(x.variable) = 'connectortype'
)
""")


async def keep(
    connection: AsyncConnection,
    charger_id: str,
    told: Sequence[DeviceAttribute],
    now: datetime,
    *,
    report: int = 0,
    since: datetime | None = None,
) -> bool:
    """Values of secret variables are not kept. `since`: the report's beginning.

    At MOST_ROWS, what the report has not told yet makes room for it; False: its own rows are too many.
    """
    if not told:
        return True
    place = {"charger_id": charger_id}
    has_room = bool((await connection.execute(_COUNT, place)).scalar_one() < MOST_ROWS)
    if not has_room and since is not None:
        has_room = bool((await connection.execute(_FORGET_OLDER, {**place, "since": since})).rowcount)
    rows = as_rows(_row(entry) for entry in told)
    await connection.execute(
        _KEEP, {**place, "told": rows, "now": now, "has_room": has_room, "report": report}
    )
    return has_room


async def told_of_plugs(
    connection: AsyncConnection, charger_id: str, report: int, since: datetime
) -> dict[int, dict[int, str | None]]:
    """By EVSE, the connectors whose type the report told, which began at `since`; each with the charger's word for it.

    That names every connector of an EVSE, since ConnectorType is there for each (2.0.1 part 2, referenced components).
    Rows of connectors that were told of before, and are no more, go.
    """
    found: dict[int, dict[int, str | None]] = {}
    told = {"charger_id": charger_id, "report": report, "since": since}
    rows = await connection.execute(_PLUGS_TOLD, told)
    for evse, connector, value in rows:
        found.setdefault(evse, {})[connector] = value
    if found:
        await connection.execute(_FORGET_CONNECTORS, {**told, "evses": list(found)})
    return found


def _row(entry: DeviceAttribute) -> dict[str, str | int | None]:
    shown = None if entry.value is None else without_secret(entry.variable, entry.value)[:LONGEST_VALUE]
    return {
        "component": entry.component,
        "component_instance": entry.component_instance,
        "evse": entry.evse,
        "connector": entry.connector,
        "variable": entry.variable,
        "variable_instance": entry.variable_instance,
        "attribute": entry.attribute,
        "value": shown,
        "mutability": entry.mutability,
    }
