"""What a seed leaves in an empty database, kept as SQL: written again in two round trips instead of fifty.

Seeding was two thirds of what a test of the gateway costs before it begins. The first two times the product's own
seeding does it; of the second its rows are kept. A database that has anything in their tables is seeded as ever.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

Connectors = dict[tuple[str, int], int]
_COLUMNS = text("""
SELECT c.oid::regclass::text, array_agg(quote_ident(a.attname) ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.oid ORDER BY 1
""")
_SEQUENCES = text(
    "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
)
_IS_PLANTED = text("SELECT EXISTS (SELECT FROM sites) OR EXISTS (SELECT FROM drivers)")
_NOW = text("SELECT to_json(now()) #>> '{}'")


@dataclass(frozen=True, slots=True)
class _Kept:
    tables: tuple[str, ...]
    written: str
    """`moment` in it is when it was written: whoever writes it again does so now."""
    moment: str
    connectors: Connectors


@dataclass(slots=True)
class Replanting:
    """Of one process. What was planted beside something else is not kept: its rows lean on that."""

    seen: set[bytes] = field(default_factory=set)
    kept: dict[bytes, _Kept] = field(default_factory=dict)

    async def planted(
        self, session: AsyncSession, key: bytes, seeds: Callable[[], Awaitable[Connectors]]
    ) -> Connectors:
        """`key`: the same for the same seed alone. `seeds`: with the product's means, in this transaction."""
        kept = self.kept.get(key)
        if kept is not None and await _are_empty(session, kept.tables):
            await _write(session, kept.written.replace(kept.moment, datetime.now(UTC).isoformat()))
            return dict(kept.connectors)
        again, bare = key in self.seen, not await session.scalar(_IS_PLANTED)
        if kept is not None or not again or not bare:
            self.seen.add(key)
            return await seeds()
        columns = {name: tuple(names) for name, names in await session.execute(_COLUMNS)}
        before = await rows_of(session, columns)
        connectors = await seeds()
        after = await rows_of(session, columns)
        new = {name: found for name, found in after.items() if found != before[name]}
        if "sites" in new and all(before[name] == "[]" for name in new):
            self.kept[key] = await _keep(session, columns, new, connectors)
        return connectors


async def _keep(
    session: AsyncSession, columns: dict[str, tuple[str, ...]], rows: dict[str, str], connectors: Connectors
) -> _Kept:
    begun = await session.execute(_SEQUENCES)
    steps = ["SET LOCAL session_replication_role = replica"]  # what triggers wrote is among the rows
    for name, found in rows.items():
        listed = ", ".join(columns[name])
        literal = sql.Literal(found).as_string()
        steps.append(
            f"INSERT INTO {name} ({listed}) OVERRIDING SYSTEM VALUE"
            f" SELECT {listed} FROM json_populate_recordset(NULL::{name}, {literal})"
        )
    steps += [
        f"SELECT setval('{name}', greatest({value}, (SELECT last_value FROM {name})))"
        for name, value in begun
    ]
    moment = await session.scalar(_NOW)
    assert isinstance(moment, str)
    return _Kept(tuple(rows), ";\n".join(steps), moment, dict(connectors))


async def rows_of(session: AsyncSession, tables: Iterable[str]) -> dict[str, str]:
    """As JSON, in the order in which they lie there."""
    each = [f"SELECT '{name}', coalesce(json_agg(t)::text, '[]') FROM {name} t" for name in tables]
    found: Any = await session.execute(text(" UNION ALL ".join(each)))
    return dict(found.all())


async def _are_empty(session: AsyncSession, tables: Sequence[str]) -> bool:
    there = " OR ".join(f"EXISTS (SELECT FROM {name})" for name in tables)
    return not await session.scalar(text(f"SELECT {there}"))


async def _write(session: AsyncSession, script: str) -> None:
    """Several statements at once, which only the driver takes."""
    raw = await (await session.connection()).get_raw_connection()
    assert raw.driver_connection is not None
    await raw.driver_connection.execute(script)
