"""A managed process is started, watched, ended, and does not outlive us."""

import asyncio
import signal
import sys
from pathlib import Path

import psutil
import pytest

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.ports import free_port, require_free
from runtime.embedded.process import ManagedProcess

POLITE = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {POLITE}"
OWNER = """
import asyncio, sys
from pathlib import Path
from runtime.embedded.process import ManagedProcess

async def main():
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = ManagedProcess("child", sleeper, log_file=Path(sys.argv[1]))
    await child.start()
    print(child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def python(code: str, log_file: Path, **environment: str) -> ManagedProcess:
    return ManagedProcess("example", [sys.executable, "-c", code], log_file=log_file, env=environment or None)


async def up(process: ManagedProcess) -> None:
    async def probe() -> bool:
        return process.log_tail().endswith("up")

    await process.start()
    await process.wait_until_ready(probe)


async def never() -> bool:
    return False


async def test_output_and_exit_status_are_kept(tmp_path: Path) -> None:
    process = python(
        "import os, sys; print(os.environ['GREETING']); sys.exit(3)", tmp_path / "log", GREETING="hallo"
    )
    await process.start()
    assert await process.exited() == 3
    assert process.returncode == 3
    assert process.log_tail() == "hallo"


async def test_a_process_that_ends_before_it_is_ready_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = python("raise SystemExit('no database')", tmp_path / "log")
    await process.start()
    with pytest.raises(EmbeddedServerFailed) as failed:
        await process.wait_until_ready(never)
    assert failed.value.code == "exited_early"
    assert failed.value.log_tail == "no database"


async def test_a_process_that_never_gets_ready_is_reported(tmp_path: Path) -> None:
    process = python(POLITE, tmp_path / "log")
    await process.start()
    with pytest.raises(EmbeddedServerFailed) as failed:
        await process.wait_until_ready(never, timeout=0.1)
    assert failed.value.code == "not_ready"
    await process.kill()


async def test_an_error_of_the_probe_is_passed_on(tmp_path: Path) -> None:
    async def broken() -> bool:
        raise ZeroDivisionError

    process = python(POLITE, tmp_path / "log")
    await process.start()
    with pytest.raises(ZeroDivisionError):
        await process.wait_until_ready(broken)
    await process.kill()


async def test_a_missing_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerFailed) as failed:
        await ManagedProcess("ghost", ["/nonexistent/ghost"], log_file=tmp_path / "log").start()
    assert failed.value.code == "binary_missing"


async def test_terminate_asks_first(tmp_path: Path) -> None:
    process = python(POLITE, tmp_path / "log")
    await up(process)
    assert await process.terminate() == -signal.SIGTERM


async def test_terminate_insists_after_the_grace(tmp_path: Path) -> None:
    process = python(STUBBORN, tmp_path / "log")
    await up(process)
    assert await process.terminate(grace=0.1) == -signal.SIGKILL


async def test_restart_after_a_crash_gives_a_new_process(tmp_path: Path) -> None:
    process = python(POLITE, tmp_path / "log")
    await up(process)
    crashed = process.pid
    await process.kill()
    assert process.returncode == -signal.SIGKILL
    await process.restart()
    assert process.running
    assert process.pid != crashed
    await process.kill()


async def test_stopping_what_was_never_started_is_harmless(tmp_path: Path) -> None:
    process = python(POLITE, tmp_path / "log")
    assert await process.terminate() is None
    await process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
async def test_a_child_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(tmp_path / "log"), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    child = psutil.Process(int(await owner.stdout.readline()))
    owner.kill()
    await owner.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, [child], timeout=30)
    assert not alive


def test_free_ports_differ_and_can_be_bound_at_once() -> None:
    ports = [free_port() for _ in range(20)]
    assert len(set(ports)) == 20
    assert [require_free(port) for port in ports] == ports
