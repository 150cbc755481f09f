"""What a failed statement says: the one classification of SQLSTATEs and constraint names, never of message texts."""

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_CONNECTION_LOST_CLASSES = ("08", "57P", "53")
"""Connection exceptions, operator intervention (shutdown), insufficient resources."""
_LOST_A_RACE = frozenset({"40001", "40P01", "23505"})
"""serialization_failure, deadlock_detected, unique_violation (another attempt of the same step was faster)."""
_EXCLUSION_VIOLATION = "23P01"


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
