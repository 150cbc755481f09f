"""How a process begins and ends: what keeps it from starting is told in one line, never as a traceback.

Exit status 2: a setting is missing or wrong. 1: a server cannot be reached, or refuses us.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg.errors import UndefinedTable
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from sqlalchemy.exc import ArgumentError, DBAPIError
from temporalio.service import RPCError

from db.engine import database_address
from runtime import settings

WRONG_SETTING, NOT_REACHABLE = 2, 1


class CannotStart(RuntimeError):
    """One sentence for whoever starts the process, without secrets. `status`: the exit status."""

    def __init__(self, message: str, *, status: int = NOT_REACHABLE) -> None:
        super().__init__(message)
        self.status = status


def run(process: str, main: Callable[[], None]) -> None:
    """Run `main` to its end. Exits with one line on stderr when it raises CannotStart or a setting is wrong."""
    try:
        main()
    except ValidationError as error:
        _end(process, wrong_settings(error), WRONG_SETTING)
    except CannotStart as error:
        _end(process, str(error), error.status)


def wrong_settings(error: ValidationError) -> str:
    """What is wrong with each variable and what it should look like; never its value, which may be a secret."""
    kind: type[BaseSettings] | None = getattr(settings, error.title, None)
    if kind is None:  # not one of ours: a bug, not a setting
        raise error
    return "; ".join(
        _wrong(kind, str(item["loc"][0]) if item["loc"] else "", item["type"], item["msg"])
        for item in error.errors(include_input=False, include_url=False)
    )


@contextmanager
def reaching_postgres(url: str) -> Iterator[None]:
    """Inside the block a database that is away, refuses us or has no tables is CannotStart."""
    try:
        address = database_address(url)
    except (ArgumentError, ValueError) as error:
        raise CannotStart(
            f"DATABASE_URL is not an address of a database; e.g. {settings.DATABASE_URL_EXAMPLE}",
            status=WRONG_SETTING,
        ) from error
    where = f"Postgres at {address.host or 'localhost'}:{address.port or 5432}"
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, UndefinedTable):
            raise CannotStart(
                f"{where}: {address.database} has no tables of ours yet; run: python -m db.migrations"
            ) from error
        raise CannotStart(f"{where} cannot be reached: {_reason(error.orig or error)}") from error


@contextmanager
def reaching_temporal(address: str, namespace: str) -> Iterator[None]:
    """Inside the block a Temporal server that is away or refuses us is CannotStart."""
    try:
        yield
    except RPCError as error:
        raise CannotStart(
            f"Temporal at {address}, namespace {namespace}, refuses: {_reason(error)}"
        ) from error
    except RuntimeError as error:  # the SDK's word for a failed connection
        raise CannotStart(f"Temporal at {address} cannot be reached; is TEMPORAL_ADDRESS right?") from error


def _wrong(kind: type[BaseSettings], field: str, error_type: str, message: str) -> str:
    variable = f"{kind.model_config['env_prefix']}{field}".upper()
    problem = "is not set" if error_type == "missing" else f"is wrong ({message})"
    known = kind.model_fields.get(field)
    examples = (known.examples if known is not None else None) or []
    example = examples[0] if examples else None if known is None or known.is_required() else known.default
    return f"{variable} {problem}" + ("" if example is None else f"; e.g. {variable}={example}")


def _reason(error: BaseException) -> str:
    """The last thing the error says; psycopg tells every address it tried, a line each."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _end(process: str, message: str, status: int) -> None:
    sys.stderr.write(f"{process}: {message}\n")
    sys.exit(status)
