"""Local lists that we keep in step: which chargers have one, what they have, and whose tokens might be in it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.access import Question, facts_of_all
from db.tables import LocalListRow
from domain.charging.capabilities import CapabilityRecord
from domain.charging.listing import ListedToken
from domain.charging.local_list import Candidate
from domain.charging.tokens import TokenKind

_ENTRIES = TypeAdapter(dict[str, ListedToken])

# One that is no longer kept is emptied before it is forgotten.
_KEPT = text("""
SELECT c.id, c.keeps_local_list, c.capabilities, l.charger_id IS NOT NULL AS is_known,
       l.version, l.entries, l.pending
FROM chargers c LEFT JOIN local_lists l ON l.charger_id = c.id
WHERE c.id = ANY(:chargers) AND (c.keeps_local_list OR l.charger_id IS NOT NULL)
""")

_TOKENS = text("""
SELECT DISTINCT ON (c.charger_id, t.value) c.charger_id, t.value, t.kind,
       t.driver_id IS DISTINCT FROM h.driver_id AS of_group, h.slot_start
FROM connectors c
JOIN holds h ON h.connector_id = c.id AND h.released_at IS NULL AND h.slot_end > :now AND h.opens_at <= :now
JOIN tokens t ON NOT t.blocked AND (
    t.kind = 'rfid' AND t.driver_id = h.driver_id
    OR t.reservation_code = h.reservation_code
    OR t.kind = 'rfid' AND t.group_id = h.group_id
)
WHERE c.charger_id = ANY(:chargers)
ORDER BY c.charger_id, t.value, of_group, h.slot_start
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """`kept` False: it is to be emptied. `entries` None: nobody knows. `pending`: if it took `version`'s message."""

    charger_id: str
    kept: bool
    record: CapabilityRecord
    version: int
    entries: Mapping[str, ListedToken] | None
    pending: Mapping[str, ListedToken] | None


async def kept_lists(connection: AsyncConnection, charger_ids: Sequence[str]) -> list[KeptList]:
    rows = await connection.execute(_KEPT, {"chargers": list(charger_ids)})
    return [
        KeptList(
            charger_id=row.id,
            kept=row.keeps_local_list,
            record=CapabilityRecord.from_document(row.capabilities),
            version=row.version or 0,
            entries=_read(row.entries),
            pending=_read(row.pending),
        )
        for row in rows
    ]


async def candidates(
    connection: AsyncConnection, charger_ids: Collection[str], now: datetime
) -> dict[str, list[Candidate]]:
    """By charger: tokens of the reservations that are open there, drivers' own before their groups'."""
    if not charger_ids:
        return {}
    found = (await connection.execute(_TOKENS, {"chargers": list(charger_ids), "now": now})).all()
    rows = sorted(found, key=lambda row: (row.of_group, row.slot_start, row.value))
    asked = [Question(charger_id=row.charger_id, id_tag=row.value, at=now) for row in rows]
    by_charger: dict[str, list[Candidate]] = defaultdict(list)
    for row, facts in zip(rows, await facts_of_all(connection, asked), strict=True):
        by_charger[row.charger_id].append(
            Candidate(
                id_tag=row.value,
                kind=TokenKind(row.kind),
                token=facts.token,
                connectors=tuple(facts.connectors.values()),
                holds=facts.holds,
                kept=facts.kept,
                maintained=facts.maintained,
            )
        )
    return by_charger


async def begin(
    connection: AsyncConnection,
    charger_id: str,
    version: int,
    pending: Mapping[str, ListedToken],
    *,
    knows: Mapping[str, ListedToken] | None,
    now: datetime,
) -> None:
    """Before a message goes out: its number is used from now on, whatever becomes of it."""
    values = {
        "version": version,
        "entries": _written(knows),
        "pending": _written(pending),
        "changed_at": now,
        "refusal": "",
    }
    statement = insert(LocalListRow).values(charger_id=charger_id, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["charger_id"], set_=values))


async def settle(
    connection: AsyncConnection,
    charger_id: str,
    version: int,
    entries: Mapping[str, ListedToken] | None,
    now: datetime,
    *,
    refusal: str = "",
) -> None:
    """The charger has answered; None: its list is to be replaced, for its `refusal`."""
    row = (LocalListRow.charger_id == charger_id) & (LocalListRow.version == version)
    values = {"entries": _written(entries), "pending": None, "changed_at": now, "refusal": refusal}
    await connection.execute(update(LocalListRow).where(row).values(values))


async def forget(connection: AsyncConnection, charger_id: str) -> None:
    await connection.execute(delete(LocalListRow).where(LocalListRow.charger_id == charger_id))


def _read(document: dict[str, Any] | None) -> dict[str, ListedToken] | None:
    return None if document is None else _ENTRIES.validate_python(document)


def _written(entries: Mapping[str, ListedToken] | None) -> dict[str, Any] | None:
    return None if entries is None else _ENTRIES.dump_python(dict(entries), mode="json")
