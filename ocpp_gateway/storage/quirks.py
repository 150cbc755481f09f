"""Quirks: one row a charger, action, field and kind, with what it is and how often it was seen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows

MOST_OF_A_CHARGER = 200
"""Kinds; a charger that makes up fields for ever does not fill the database."""

# In the order of the key: two gateways that write the same rows must not wait for each other.
_RECORD = text("""
INSERT INTO quirks AS known (charger_id, action, path, kind, vendor, model, firmware, example, first_at, last_at, seen)
SELECT t.charger_id, t.action, t.path, t.kind, c.vendor, c.model, c.firmware, t.example, t.first_at, t.last_at, t.seen
FROM json_to_recordset(CAST(:seen AS json)) AS t (
    charger_id text, action text, path text, kind text, example text, first_at timestamptz, last_at timestamptz,
    seen bigint
)
JOIN chargers c ON c.id = t.charger_id
WHERE EXISTS (
    SELECT FROM quirks k
    WHERE (k.charger_id, k.action, k.path, k.kind) = (t.charger_id, t.action, t.path, t.kind)
) OR (SELECT count(*) FROM quirks k WHERE k.charger_id = t.charger_id) < :most
ORDER BY t.charger_id, t.action, t.path, t.kind
ON CONFLICT (charger_id, action, path, kind) DO UPDATE SET
    vendor = excluded.vendor, model = excluded.model, firmware = excluded.firmware, example = excluded.example,
    last_at = greatest(known.last_at, excluded.last_at), seen = known.seen + excluded.seen
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenQuirk:
    charger_id: str
    action: str
    path: str
    kind: str
    example: str
    first_at: datetime
    last_at: datetime
    seen: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.charger_id, self.action, self.path, self.kind

    def and_then(self, later: "SeenQuirk") -> "SeenQuirk":
        return replace(later, first_at=self.first_at, seen=self.seen + later.seen)


async def record(connection: AsyncConnection, seen: Sequence[SeenQuirk]) -> None:
    """Add to what is known, in one statement. Keys must be distinct. Of chargers that are gone nothing is kept."""
    rows = [
        asdict(one) | {"first_at": one.first_at.isoformat(), "last_at": one.last_at.isoformat()}
        for one in seen
    ]
    await connection.execute(_RECORD, {"seen": as_rows(rows), "most": MOST_OF_A_CHARGER})
