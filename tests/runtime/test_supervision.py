"""What `make up` says when a part of the stack ends, and when it is back."""

import asyncio
import signal
import sys
from pathlib import Path

from runtime.embedded.process import ManagedProcess
from runtime.stack.supervision import Supervision


async def _supervised(tmp_path: Path, code: str, *, kill: bool) -> list[str]:
    """The first two sentences about a process that runs `code`."""
    said: asyncio.Queue[str] = asyncio.Queue()
    worker = ManagedProcess("worker", [sys.executable, "-c", code], log_file=tmp_path / "worker.log")

    async def answers(name: str) -> None:
        assert name == "worker"

    await worker.start()
    async with asyncio.timeout(30), Supervision({"worker": worker}, ready=answers, say=said.put_nowait):
        if kill:
            await worker.kill()
        sentences = [await said.get(), await said.get()]
    await worker.kill()
    return sentences


async def test_a_killed_part_is_named_with_its_signal_and_told_when_it_is_back(tmp_path: Path) -> None:
    code = "import time; print('an old line', flush=True); time.sleep(600)"
    ended, back = await _supervised(tmp_path, code, kill=True)
    assert ended == f"worker was killed ({signal.SIGKILL.name}); starting it again"
    assert back == f"worker is running again; its log: {tmp_path / 'worker.log'}"


async def test_a_part_that_ends_by_itself_shows_its_last_words(tmp_path: Path) -> None:
    ended, _ = await _supervised(tmp_path, "raise SystemExit('no database')", kill=False)
    assert ended == "worker ended with status 1; starting it again\nno database"
