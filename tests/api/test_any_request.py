"""Any request at all, made up from the OpenAPI document: no 5xx, and no answer that the document does not show.

`make any-request` runs it for long; what is found is repeated by the same seed.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.chargers.commands import charger_activities
from contracts.names import gateway_queue
from tests.api.served import serving
from tests.api.stage import Stage
from tests.api.willing_link import WillingLink

SETTINGS = Path(__file__).with_name("any_request.toml")
FINDINGS = re.compile(
    r"^=+ (?:FAILURES|ERRORS) =+$.*?(?=^=+ (?:WARNINGS|SUMMARY) =+$)", re.MULTILINE | re.DOTALL
)
CHARGERS, OPERATIONS = "^/v1/operations/chargers", "^/v1/operations/"
THOROUGH, BRIEF = "--phases=examples,coverage,fuzzing", "--phases=fuzzing"


@dataclass(frozen=True, kw_only=True)
class Round:
    """Who asks what. Together the rounds of one caller ask everything."""

    who: str
    options: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.who, *self.options))


ROUNDS = [
    Round(who="operator", options=(THOROUGH, f"--include-path-regex={CHARGERS}")),
    Round(
        who="operator",
        options=(THOROUGH, f"--include-path-regex={OPERATIONS}", f"--exclude-path-regex={CHARGERS}"),
    ),
    Round(who="operator", options=(BRIEF, f"--exclude-path-regex={OPERATIONS}")),
    Round(who="driver", options=(THOROUGH, f"--exclude-path-regex={OPERATIONS}")),
    Round(who="driver", options=(BRIEF, "--max-examples=1", f"--include-path-regex={OPERATIONS}")),
    Round(who="fleet", options=(BRIEF, "--max-examples=1")),
    Round(who="nobody", options=(BRIEF, "--max-examples=1")),
]


@pytest.fixture(scope="module")
async def gateway(temporal: Client) -> AsyncIterator[Worker]:
    activities = charger_activities(WillingLink())
    async with Worker(temporal, task_queue=gateway_queue("test-gateway"), activities=activities) as worker:
        yield worker


@pytest.mark.timeout(600)  # a minute where nothing else runs
@pytest.mark.usefixtures("gateway")
@pytest.mark.parametrize("asked", ROUNDS, ids=str)
async def test_any_request_gets_an_answer_that_is_documented(
    stage: Stage, asked: Round, tmp_path: Path
) -> None:
    callers = {"operator": stage.operators(), "driver": stage.driver(), "fleet": stage.fleet(), "nobody": {}}
    headers = [f"--header={name}: {value}" for name, value in callers[asked.who].items()]
    async with serving(stage.app) as address:
        status, said = await schemathesis(tmp_path, f"{address}/openapi.json", *asked.options, *headers)
    assert status == 0, "".join(FINDINGS.findall(said)) or said


async def schemathesis(folder: Path, *arguments: str) -> tuple[int | None, str]:
    """Run its command within `folder`, a minute of examples or as many as the environment asks for."""
    more = [f"--max-examples={count}", THOROUGH] if (count := os.environ.get("EXAMPLES")) else []
    seed = os.environ.get("SEED", "1")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run", f"--seed={seed}",
        "--no-color", *arguments, *more,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, said.decode()
