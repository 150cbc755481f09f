"""docs/operating.md runs from top to bottom beside `make up`: every snippet, in one shell, as it stands."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.embedded.ports import free_port
from runtime.stack.plan import UpSettings
from tests.docs.pages import OPERATING, REPOSITORY, snippets

NEEDED = ("bash", "curl", "openssl")

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"the page needs {', '.join(NEEDED)}"),
]

TOO_LONG = ("make bench-gateway",)
"""Measures for minutes."""

EXPECTED = [
    ("python -m db.seed", "sites: 1 added"),
    ("rotate-password", r"^[0-9a-f]{40}$"),
    ("simulator.charge_point", "NORTH-1 accepted"),
    ("tls_gateway() {", '"status": "ready"'),
    ("simulator.charge_point", "NORTH-1 accepted"),
    ("security-profile", '"security_profile":2'),
    ("openssl verify", r"gateway\.pem: OK\n.*charger\.pem: OK"),
    ("TLS_CLIENT_ROOTS", '"status": "ready"'),
    ("simulator.charge_point", "NORTH-1 accepted"),
    ("TLS_REVOKED", '"status": "ready"'),
    ("-revoke", "Database updated"),
    ("STRANGER --password", r"STRANGER not connected.*404(?s:.*)NORTH-1 not connected"),
    (
        "refused-connections",
        r'"certificate_refused".*"certificate revoked".*"STRANGER","code":"charger_unknown"',
    ),
    ("/metrics", "slotkeeper_gateway_connections"),
    ("connected=false", r'"id":"NORTH-1"(?s:.*)"id":"harbour-1".*"connected":true'),
    ("trigger", '"outcome":"accepted"'),
    ("occupancy", r'"connector_number":1,.*"evidence":\[(?s:.*)"items":\['),
    ("unplaced-transactions", r'"items":\[(?s:.*)"charger_id":"harbour-1",.*"standing":'),
    ("runtime.reconcile", r"^namespace default, .*: ours$"),
]
"""What a snippet with these words has to print, in the order of the page; a charger that is not let in exits with 1."""

_END = "--- end of snippet, status "


@dataclass(frozen=True)
class Ran:
    snippet: str
    status: int
    output: str


@pytest.fixture
async def up(tmp_path: Path) -> AsyncIterator[Path]:
    """The folder of a running `make up` on free ports."""
    settings = {f"SLOTKEEPER_UP_{name.upper()}": "0" for name in UpSettings.model_fields if name != "folder"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "runtime.cli", "up",
        cwd=REPOSITORY, env=os.environ | settings | {"SLOTKEEPER_UP_FOLDER": str(tmp_path)},
        stdout=PIPE, stderr=STDOUT,
    )  # fmt: skip
    said = await _until(process, "Ctrl-C stops everything")
    try:
        assert f". '{tmp_path}/environment'" in said
        yield tmp_path
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 0


async def _until(process: Process, text: str) -> str:
    assert process.stdout is not None
    said = ""
    async for line in process.stdout:
        said += line.decode()
        if text in said:
            return said
    raise AssertionError(said)


async def test_every_snippet_does_what_the_page_says(up: Path) -> None:
    ran = await _run(_on_other_ports(up))
    failed = [f"{one.snippet}\n{one.output}" for one in ran if one.status and "--once" not in one.snippet]
    assert not failed, failed[0]
    following = iter(ran)
    for words, printed in EXPECTED:
        one = next((one for one in following if words in one.snippet), None)
        assert one is not None, f"no snippet with {words} where it was expected"
        assert re.search(printed, one.output, re.MULTILINE), f"{one.snippet}\n{one.output}"
    keys = [path for path in (up / "tls").iterdir() if path.suffix == ".key"]
    assert len(keys) == 3
    assert (up / "tls").stat().st_mode & 0o077 == 0


def _on_other_ports(folder: Path) -> list[str]:
    """The snippets as they are, but for the ports and the folder, so that two runs do not meet."""
    ports = {number: str(free_port()) for number in ("9010", "9011")}
    texts = [text for text in snippets(OPERATING) if not text.startswith(TOO_LONG)]
    assert all("9000" not in text for text in texts)
    for number, other in ports.items():
        texts = [text.replace(number, other) for text in texts]
    return [text.replace(".slotkeeper", str(folder)) for text in texts]


async def _run(texts: list[str]) -> list[Ran]:
    """One shell for all; a curl that gets an error as its answer fails."""
    script = 'curl() { command curl --fail-with-body "$@"; }\n'
    script += "".join(f'{text}\necho "\n{_END}$?"\n' for text in texts)
    script += "wait\n"  # for the second gateway to end
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", script,
        cwd=REPOSITORY, env={n: v for n, v in os.environ.items() if not n.startswith("SLOTKEEPER_")},
        stdout=PIPE, stderr=STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        out, _ = await shell.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)  # the second gateway, should a snippet not have ended it
    parts = re.split(rf"\n{_END}(\d+)\n", out.decode())
    assert len(parts) == 2 * len(texts) + 1, out.decode()
    outputs, statuses = parts[:-1:2], parts[1::2]
    return [Ran(*one) for one in zip(texts, map(int, statuses), outputs, strict=True)]
