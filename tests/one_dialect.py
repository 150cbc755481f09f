"""Statements are compiled once a session, although nearly each test has an engine of its own.

SQLAlchemy keeps what it has compiled by engine and by the dialect's object. Here all engines of a process share it:
they speak to servers of one version, with the same settings. That was a quarter of what a test on Postgres cost.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGDialectAsync_psycopg
from sqlalchemy.util import LRUCache

MOST_STATEMENTS = 5_000

_compiled: LRUCache[Any, Any] = LRUCache(MOST_STATEMENTS)


class _Alike:
    """As a key, one is any other of its class."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_compiled)


class OneAsyncDialect(_Alike, PGDialectAsync_psycopg):
    """For `create_async_engine`."""

    supports_statement_cache = True


class OneDialect(_Alike, PGDialect_psycopg):
    """For `create_engine`."""

    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: Any) -> type[OneAsyncDialect]:
        return OneAsyncDialect


def share() -> None:
    """With all engines that are made from now on."""
    registry.register("postgresql.psycopg", __name__, OneDialect.__name__)
