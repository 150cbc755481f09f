"""A charger on the command line: it stays until it is told to go, and says whether it was let in."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from tests.simulator.charge_point.csms import HonestCSMS

ONLY_16 = pytest.mark.parametrize("csms", ["1.6"], indirect=True)


@ONLY_16
async def test_the_command_line_keeps_a_charger_connected_until_sigterm(csms: HonestCSMS) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator.charge_point",
        "--url", csms.url, "--id", "CLI-1", "--version", "1.6",
        stdout=asyncio.subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    lines: list[str] = []
    async for line in process.stdout:
        lines.append(line.decode().strip())
        if lines[-1] == "CLI-1 accepted":
            process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert lines[-1] == "CLI-1 stopped"
    assert any("-> call BootNotification" in line for line in lines)


@ONLY_16
@pytest.mark.parametrize(
    ("turned_away", "status", "outcome"), [(0, 0, "accepted"), (1, 1, "not connected: server rejected")]
)
async def test_the_command_line_tells_whether_a_charger_is_let_in(
    csms: HonestCSMS, turned_away: int, status: int, outcome: str
) -> None:
    csms.overloaded = turned_away
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator.charge_point", "--once", "--quiet",
        "--url", csms.url, "--id", "CLI-1",
        stdout=asyncio.subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == status
    assert f"CLI-1 {outcome}" in out.decode()
