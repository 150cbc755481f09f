"""What keeps a process from starting is one line with the variable or the address, and an exit status."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from api.tokens.local_issuer import LocalIssuer
from runtime.embedded.ports import free_port
from runtime.embedded.process import ManagedProcess
from runtime.stack.plan import REPOSITORY

WORKER, API, GATEWAY = ("worker.py",), ("-m", "api"), ("-m", "ocpp_gateway")
MIGRATIONS = ("-m", "db.migrations")
RECONCILE = ("-m", "runtime.reconcile")
NOBODY_LISTENS = "127.0.0.1:1"
DATABASE = f"postgresql://user:a-secret@{NOBODY_LISTENS}/slotkeeper"
STRIPE = {"STRIPE_API_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}


def start(command: tuple[str, ...], **settings: str) -> tuple[int, str]:
    """Exit status and stderr of a process that is given nothing but `settings`."""
    answer = subprocess.run(
        [sys.executable, *command],
        cwd=REPOSITORY,
        env={**_bare(os.environ), "SLOTKEEPER_GATEWAY_PORT": "0", "SLOTKEEPER_API_PORT": "0", **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return answer.returncode, answer.stderr


def _bare(environment: Mapping[str, str]) -> dict[str, str]:
    ours = ("DATABASE_", "TEMPORAL_", "STRIPE_", "SLOTKEEPER_")
    return {name: value for name, value in environment.items() if not name.startswith(ours)}


@pytest.mark.parametrize("command", [WORKER, API, GATEWAY])
def test_help_tells_the_variables_and_starts_nothing(command: tuple[str, ...]) -> None:
    asked = subprocess.run(
        [sys.executable, *command, "--help"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "until SIGTERM" in asked.stdout
    assert "DATABASE_URL " in asked.stdout
    assert "TEMPORAL_ADDRESS " in asked.stdout
    status, told = start((*command, "--port", "1"))
    assert status == 2
    assert "unrecognized arguments: --port 1" in told


@pytest.mark.parametrize("command", [WORKER, API, GATEWAY, MIGRATIONS, RECONCILE])
def test_a_missing_setting_is_one_line_with_the_variable_and_an_example(command: tuple[str, ...]) -> None:
    status, told = start(command)
    assert status == 2
    assert told.count("\n") == 1
    assert "DATABASE_URL is not set; e.g. DATABASE_URL=postgresql://" in told


def test_every_missing_variable_of_a_concern_is_named_at_once() -> None:
    status, told = start(WORKER, DATABASE_URL=DATABASE)
    assert status == 2
    assert "STRIPE_API_KEY is not set" in told
    assert "STRIPE_WEBHOOK_SECRET is not set" in told


def test_a_wrong_setting_is_named_without_its_value() -> None:
    status, told = start(GATEWAY, DATABASE_URL=DATABASE, SLOTKEEPER_GATEWAY_PORT="a-secret")
    assert status == 2
    assert told.startswith("gateway: SLOTKEEPER_GATEWAY_PORT is wrong")
    assert "a-secret" not in told


def test_the_api_asks_for_a_key_source_for_tokens() -> None:
    status, told = start(API, DATABASE_URL=DATABASE, **STRIPE)
    assert status == 2
    assert "SLOTKEEPER_JWT_PUBLIC_KEY_FILE" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("command", [WORKER, GATEWAY, MIGRATIONS, RECONCILE])
def test_a_database_url_that_is_none_is_a_wrong_setting(command: tuple[str, ...]) -> None:
    status, told = start(command, DATABASE_URL="a-secret", **STRIPE)
    assert status == 2
    assert told.count("\n") == 1
    assert "a-secret" not in told


def test_a_temporal_address_that_is_none_is_a_wrong_setting() -> None:
    status, told = start(GATEWAY, DATABASE_URL=DATABASE, TEMPORAL_ADDRESS="http://temporal")
    assert status == 2
    assert "TEMPORAL_ADDRESS is wrong" in told
    assert told.rstrip().endswith("TEMPORAL_ADDRESS=127.0.0.1:7233")


def test_a_file_of_tls_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    status, told = start(
        WORKER,
        DATABASE_URL=DATABASE,
        TEMPORAL_TLS="true",
        TEMPORAL_TLS_CLIENT_CERT_PATH=str(tmp_path / "nothing"),
        **STRIPE,
    )
    assert status == 2
    assert told.startswith("worker: TEMPORAL_… cannot be used")
    assert told.count("\n") == 1


def test_migrations_of_a_database_that_is_away_say_so_in_one_line_without_the_password() -> None:
    status, told = start(MIGRATIONS, DATABASE_URL=DATABASE)
    assert status == 1
    assert told.count("\n") == 1
    assert f"Postgres at {NOBODY_LISTENS} cannot be" in told
    assert "a-secret" not in told


@pytest.mark.parametrize("command", [WORKER, API, GATEWAY])
async def test_a_process_waits_for_its_servers_says_so_once_and_ends_at_once_when_it_is_told_to(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    issuer = LocalIssuer.in_folder(tmp_path / "issuer")
    settings = {
        "DATABASE_URL": DATABASE,
        "TEMPORAL_ADDRESS": NOBODY_LISTENS,
        "SLOTKEEPER_JWT_PUBLIC_KEY_FILE": str(issuer.public_key_file),
        "SLOTKEEPER_GATEWAY_PORT": "0",
        "SLOTKEEPER_API_PORT": str(free_port()),
        "STRIPE_API_BASE": f"http://{NOBODY_LISTENS}",
        **STRIPE,
    }
    process = ManagedProcess(
        "waiting",
        [sys.executable, *command],
        log_file=tmp_path / "log",
        env={**_bare(os.environ), **settings},
        cwd=REPOSITORY,
    )
    await process.start()

    async def told() -> bool:
        return "database_unreachable" in process.log_tail()

    await process.wait_until_ready(told)
    assert process.running
    assert await process.terminate(grace=20) == 0
    log = (tmp_path / "log").read_text()
    assert log.count("database_unreachable") == 1
    assert "Traceback" not in log
    assert "a-secret" not in log
