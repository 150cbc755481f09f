"""What a failed statement says: the one classification of SQLSTATEs and constraint names, never of message texts."""

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_CONNECTION_LOST_CLASSES = ("08", "57P", "53")
"""Connection exceptions, operator intervention (shutdown), insufficient resources."""
_LOST_A_RACE = frozenset({"40001", "40P01", "23505"})
"""serialization_failure, deadlock_detected, unique_violation (another attempt of the same step was faster)."""
_UNIQUE_VIOLATION, _EXCLUSION_VIOLATION = "23505", "23P01"
_TIMED_OUT = frozenset({"25P03", "55P03", "57014"})
"""Of transactions, locks and statements."""
_PASSING_CLASSES = frozenset({"08", "40", "53"})
"""Connection; serialization and deadlock; resources, a full disk among them (Postgres, appendix A)."""
_PASSING = _TIMED_OUT | frozenset({"57P01", "57P02", "57P03"})
"""And a server that shuts down or starts."""


def sqlstate(error: BaseException) -> str:
    """The server's SQLSTATE; empty when the server did not say one."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (cause.sqlstate or "") if isinstance(cause, psycopg.Error) else ""


def is_connection_loss(error: BaseException) -> bool:
    """Is the database away or overloaded (the same may succeed later), rather than our statement wrong?"""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return True
    connection_gone = isinstance(error, DBAPIError) and error.connection_invalidated
    return connection_gone or sqlstate(error).startswith(_CONNECTION_LOST_CLASSES)


def may_pass(error: BaseException) -> bool:
    """Is the trouble with the database, the way to it or others at work there, rather than with what was asked of it?

    `is_connection_loss` and contention together: for whoever can wait and do the same again.
    """
    if not isinstance(error, DBAPIError):
        return isinstance(error, (PoolTimeout, OSError))
    state = sqlstate(error)
    return not state or state[:2] in _PASSING_CLASSES or state in _PASSING


def is_contended(error: BaseException) -> bool:
    """Did another transaction stand in the way? Then perhaps of one row only."""
    state = sqlstate(error)
    return state[:2] == "40" or state in _TIMED_OUT


def lost_a_race(error: BaseException) -> bool:
    """Would the same transaction, repeated at once, probably succeed?"""
    return sqlstate(error) in _LOST_A_RACE


def excluded_by(error: BaseException, constraint: str) -> bool:
    """Did the exclusion constraint of this name refuse?"""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (
        isinstance(cause, psycopg.Error)
        and cause.sqlstate == _EXCLUSION_VIOLATION
        and cause.diag.constraint_name == constraint
    )


def duplicate_of(error: BaseException) -> str:
    """The unique constraint that refused; empty: none did."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(cause, psycopg.Error) or cause.sqlstate != _UNIQUE_VIOLATION:
        return ""
    return cause.diag.constraint_name or ""
