"""Engines and session factories for Postgres. Nothing connects before the first query."""

import asyncio
import contextlib
import time
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import URL, Dialect, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool

Sessions = async_sessionmaker[AsyncSession]

RESTED = timedelta(seconds=1)
"""Who works without a pause spares the round trip: what answered within it is taken to live still."""


def database_address(url: str) -> URL:
    """The SQLAlchemy address for `url`, always with psycopg 3; a bare `postgresql://…` is welcome."""
    return make_url(url).set(drivername="postgresql+psycopg")


def create_engine(
    url: str,
    *,
    pool_size: int = 10,
    statement_timeout: timedelta = timedelta(seconds=10),
    lock_timeout: timedelta = timedelta(seconds=5),
    check_after: timedelta | None = RESTED,
    one_plan: bool = False,
) -> AsyncEngine:
    """An engine with a fixed pool; callers wait at most `statement_timeout` for a connection or a statement.

    A connection that has rested for `check_after` is asked whether it lives when it is taken. None spares that: for
    callers that try again by themselves, because after a restart of the server the first of them fails. `one_plan`
    True plans a prepared statement once: for callers whose statements are index walks whatever their parameters.

    Sessions speak UTC. A transaction left open by a stuck process is ended by the server, so that its locks
    never outlive it. The caller disposes of the engine.
    """
    patience_s = statement_timeout.total_seconds()
    engine = create_async_engine(
        database_address(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=patience_s,
        hide_parameters=True,  # errors are logged, and parameters carry drivers' tokens
        connect_args={
            "application_name": "slotkeeper",
            "async_creator_fn": _connect_whole,
            "connect_timeout": max(2, int(patience_s)),
            **_SIGNS_OF_LIFE,
            "options": _server_settings(statement_timeout, lock_timeout, one_plan=one_plan),
        },
    )
    if check_after is not None:
        _check_the_rested(engine, check_after.total_seconds())
    return engine


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions whose objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


def connections_of(sessions: Sessions) -> int:
    """So many the pool behind `sessions` has at most."""
    bind = sessions.kw["bind"]
    return bind.pool.size() if isinstance(bind, AsyncEngine) and isinstance(bind.pool, QueuePool) else 1


async def own_connection(sessions: Sessions) -> psycopg.AsyncConnection[Any]:
    """Beside the pool, to the same database, committing each statement: for who listens. The caller closes it.

    Raises psycopg.OperationalError.
    """
    bind = sessions.kw["bind"]
    address = bind.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await _connect_whole(
        address, autocommit=True, application_name="slotkeeper-listens", connect_timeout=5, **_SIGNS_OF_LIFE
    )


_GIVEN_BACK = "given_back"


def _check_the_rested(engine: AsyncEngine, rested_s: float) -> None:
    """Whenever one is taken; if it does not answer it is replaced, and so are all of its age."""
    pool, dialect = engine.sync_engine.pool, engine.dialect

    def given_back(_connection: Any, record: Any) -> None:
        record.info[_GIVEN_BACK] = time.monotonic()

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get(_GIVEN_BACK)
        if since is not None and time.monotonic() - since >= rested_s:
            _check(dialect, connection)

    event.listen(pool, "checkin", given_back)
    event.listen(pool, "checkout", taken)


def _check(dialect: Dialect, connection: Any) -> None:
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        if not dialect.is_disconnect(error, connection, None):
            raise
        raise InvalidatePoolError from error


_SIGNS_OF_LIFE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""Seconds, and milliseconds: a host that vanished without a word is given up in half a minute, not in hours."""


async def _connect_whole(*args: Any, **values: Any) -> psycopg.AsyncConnection[Any]:
    """Connect, and if nobody waits any longer, close again.

    psycopg leaves a connection that is cancelled half-way to the garbage collector; until then the server keeps a
    process waiting for a password (up to a minute), which holds up what waits for all processes: DROP DATABASE.
    """
    connecting = asyncio.ensure_future(psycopg.AsyncConnection.connect(*args, **values))
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        closing = asyncio.create_task(_close_once_open(connecting))
        _CLOSING.add(closing)
        closing.add_done_callback(_CLOSING.discard)
        await asyncio.shield(closing)  # who is cancelled twice goes; the closing goes on
        raise


_CLOSING: set[asyncio.Task[None]] = set()
"""The event loop itself keeps no task alive."""


async def _close_once_open(connecting: asyncio.Future[psycopg.AsyncConnection[Any]]) -> None:
    with contextlib.suppress(
        psycopg.Error, asyncio.CancelledError
    ):  # nothing was opened: nobody is left to tell
        await (await connecting).close()


def _server_settings(statement_timeout: timedelta, lock_timeout: timedelta, *, one_plan: bool) -> str:
    settings = {
        "timezone": "UTC",
        "statement_timeout": _milliseconds(statement_timeout),
        "lock_timeout": _milliseconds(lock_timeout),
        "idle_in_transaction_session_timeout": _milliseconds(2 * statement_timeout),
    }
    if one_plan:
        settings["plan_cache_mode"] = "force_generic_plan"
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _milliseconds(duration: timedelta) -> str:
    return str(int(duration.total_seconds() * 1000))
