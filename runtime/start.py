"""How a process begins and ends: what keeps it from starting is told in one line, never as a traceback.

Exit status 2: a setting is missing or wrong. 1: a port is taken. Servers that are away are waited for
(`runtime.readiness`).
"""

import asyncio
import gc
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from pydantic_settings import BaseSettings
from sqlalchemy.exc import ArgumentError
from temporalio.envconfig import ClientConfig

from db.engine import database_address
from runtime import settings

WRONG_SETTING, PORT_TAKEN = 2, 1


class CannotStart(RuntimeError):
    """One sentence for whoever starts the process, without secrets. `status`: the exit status."""

    def __init__(self, message: str, *, status: int = PORT_TAKEN) -> None:
        super().__init__(message)
        self.status = status


def run(process: str, main: Callable[[], None], usage: ArgumentParser | None = None) -> None:
    """Run `main` to its end, unless the command line asks for help or is refused by `usage` (None: `main` has read it).

    Exits with one line on stderr when `main` raises CannotStart or a setting is wrong.
    """
    if usage is not None:
        usage.parse_args()
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


def database_url(database: settings.DatabaseSettings) -> str:
    """The address, with its password. Raises CannotStart when it is none: that never becomes right by waiting."""
    url = database.url.get_secret_value()
    try:
        database_address(url)
    except (ArgumentError, ValueError) as error:
        raise CannotStart(
            f"DATABASE_URL is not an address of a database; e.g. {settings.DATABASE_URL_EXAMPLE}",
            status=WRONG_SETTING,
        ) from error
    return url


def check_temporal_variables() -> None:
    """Raises CannotStart when the SDK cannot make anything of TEMPORAL_* (say, a file of TLS is not there)."""
    try:
        ClientConfig.load_client_connect_config()
    except (OSError, ValueError, RuntimeError) as error:
        raise CannotStart(f"TEMPORAL_… cannot be used: {error}", status=WRONG_SETTING) from error


@contextmanager
def listening(host: str, port: int) -> Iterator[None]:
    """Inside the block a port that cannot be had is CannotStart."""
    try:
        yield
    except OSError as error:
        raise CannotStart(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error


def stop_on_signals() -> asyncio.Event:
    """Set by SIGTERM or SIGINT, from now on and at any stage. A process that then returns ends with status 0."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def spare_the_collector(*, full_every: int = 10) -> None:
    """Once a process is built: that stays for good, and need not be looked through at each full collection, which holds
    up everybody (0.1 to 0.3 s). `full_every`: so many million objects more than were let go, one of those is due.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, full_every)


def _wrong(kind: type[BaseSettings], field: str, error_type: str, message: str) -> str:
    variable = f"{kind.model_config['env_prefix']}{field}".upper()
    problem = "is not set" if error_type == "missing" else f"is wrong ({message})"
    known = kind.model_fields.get(field)
    examples = (known.examples if known is not None else None) or []
    example = examples[0] if examples else None if known is None or known.is_required() else known.default
    return f"{variable} {problem}" + ("" if example is None else f"; e.g. {variable}={example}")


def _end(process: str, message: str, status: int) -> None:
    sys.stderr.write(f"{process}: {message}\n")
    sys.exit(status)
