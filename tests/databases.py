"""Migrated databases for tests, emptied and lent again: that is much cheaper than a copy of the template.

Whoever borrows one cannot tell it from a copy. A database that was changed in more than its rows, or has grown, is
dropped; every loan has a name of its own, so that what outlives a test finds nothing where it was.
"""

import uuid
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from runtime.embedded.postgres import EmbeddedPostgres

GROWN_BYTES = 1_000_000
"""Of one table: emptied row by row it would slow the next tests down."""

_CATALOGS: tuple[LiteralString, ...] = (
    "pg_attrdef", "pg_attribute", "pg_cast", "pg_class", "pg_collation", "pg_constraint", "pg_default_acl",
    "pg_enum", "pg_event_trigger", "pg_extension", "pg_index", "pg_inherits", "pg_largeobject_metadata",
    "pg_namespace", "pg_operator", "pg_policy", "pg_proc", "pg_publication", "pg_range", "pg_rewrite",
    "pg_sequence", "pg_statistic_ext", "pg_trigger", "pg_type",
)  # fmt: skip

_FINGERPRINT: LiteralString = " UNION ALL ".join(
    "SELECT '" + name + "', count(*)::text, sum(xmin::text::bigint)::text FROM " + name for name in _CATALOGS
) + (
    " UNION ALL SELECT 'settings', string_agg(setrole || setconfig::text, ',' ORDER BY setrole), ''"
    " FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase"
    " WHERE datname = current_database()"
    " UNION ALL SELECT 'database', datallowconn::text || datconnlimit || datistemplate, coalesce(datacl::text, '')"
    " FROM pg_database WHERE datname = current_database()"
)
"""A row of a catalog that is changed is written anew by a later transaction, so that the sum grows; a copy keeps both
numbers. What Postgres keeps up to date by itself (statistics, freezing) leaves them alone."""

_END_OTHERS: LiteralString = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_TABLES: LiteralString = (
    "SELECT oid::regclass::text, pg_relation_size(oid) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
)
_SEQUENCES: LiteralString = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S' ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a copy looks like before anybody touches it."""

    fingerprint: list[tuple[Any, ...]]
    sequences: dict[str, tuple[Any, ...]]
    planted: dict[str, str]
    """The rows that migrations left, by table, as a digest."""


class Databases:
    """Of one session. `lend` gives an address, `take_back` ends whoever is still connected to it."""

    def __init__(self, postgres: EmbeddedPostgres, template: str) -> None:
        self._postgres = postgres
        self._template = template
        self._origin: Origin | None = None
        self._idle: list[str] = []

    async def lend(self) -> str:
        """The address of a database as the migrations leave it."""
        name = f"test_{uuid.uuid4().hex}"
        if self._idle:
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            async with await self._connect("postgres") as connection:
                await connection.execute(
                    rename.format(sql.Identifier(self._idle.pop()), sql.Identifier(name))
                )
            return self._postgres.url(name)
        url = await self._postgres.create_database(name, template=self._template)
        if self._origin is None:
            async with await self._connect(name) as connection:
                self._origin = await _origin(connection)
        return url

    async def take_back(self, url: str) -> None:
        """Empty it for the next one, or drop it."""
        name = url.rsplit("/", 1)[1]
        try:
            async with await self._connect(name) as connection:
                reusable = await self._emptied(connection)
        except psycopg.Error:  # dropped, closed to connections, or a table in the way: a copy is always right
            reusable = False
        if reusable:
            self._idle.append(name)
        else:
            await self._postgres.drop_database(name)

    async def _emptied(self, connection: psycopg.AsyncConnection) -> bool:
        assert self._origin is not None
        await connection.execute(_END_OTHERS)
        if await _rows(connection, _FINGERPRINT) != self._origin.fingerprint:
            return False
        tables = await _rows(connection, _TABLES)
        if any(size > GROWN_BYTES for _name, size in tables):
            return False
        planted = self._origin.planted
        if await _digests(connection, list(planted)) != planted:
            return False
        # Neither triggers nor foreign keys: everything goes.
        steps: list[sql.Composable] = [sql.SQL("SET session_replication_role = replica")]
        steps += [
            sql.SQL("DELETE FROM {}").format(_relation(name))
            for name, size in tables
            if size and name not in planted
        ]
        begun = self._origin.sequences
        steps += [
            sql.SQL("SELECT setval({}::regclass, {}, {})").format(*map(sql.Literal, (name, *begun[name])))
            for name, state in (await _sequences(connection)).items()
            if state != begun[name]
        ]
        await connection.execute(sql.SQL(";").join(steps))
        return True

    async def _connect(self, name: str) -> psycopg.AsyncConnection:
        address = self._postgres.url(name).replace("+psycopg", "", 1)
        return await psycopg.AsyncConnection.connect(address, autocommit=True, connect_timeout=10)


async def _origin(connection: psycopg.AsyncConnection) -> Origin:
    written = [name for name, size in await _rows(connection, _TABLES) if size]
    digests = await _digests(connection, written)
    return Origin(
        fingerprint=await _rows(connection, _FINGERPRINT),
        sequences=await _sequences(connection),
        planted={name: digest for name, digest in digests.items() if digest},
    )


async def _digests(connection: psycopg.AsyncConnection, tables: list[str]) -> dict[str, str]:
    """Empty for an empty table."""
    digest = sql.SQL("SELECT {}, coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {} AS t")
    return dict(await _of_each(connection, digest, tables))


async def _sequences(connection: psycopg.AsyncConnection) -> dict[str, tuple[Any, ...]]:
    names = [name for (name,) in await _rows(connection, _SEQUENCES)]
    state = sql.SQL("SELECT {}, last_value, is_called FROM {}")
    return {name: tuple(rest) for name, *rest in await _of_each(connection, state, names)}


async def _of_each(
    connection: psycopg.AsyncConnection, statement: sql.SQL, relations: list[str]
) -> list[tuple[Any, ...]]:
    """What `statement` answers about each, in one round trip."""
    each = [statement.format(sql.Literal(name), _relation(name)) for name in relations]
    return await _rows(connection, sql.SQL(" UNION ALL ").join(each)) if each else []


def _relation(name: str) -> sql.Identifier:
    return sql.Identifier(*(part.strip('"') for part in name.split(".")))


async def _rows(
    connection: psycopg.AsyncConnection, statement: LiteralString | sql.Composed
) -> list[tuple[Any, ...]]:
    return await (await connection.execute(statement)).fetchall()
