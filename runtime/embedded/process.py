"""A supervised child process: started, watched, ended by its id, and never outliving us (on Linux)."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.embedded.failures import EmbeddedServerFailed

_TETHER = Path(__file__).with_name("tether.py")
_TAIL_BYTES = 4096
_PROBE_EVERY_S = 0.03

Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a process runs as."""

    name: str
    uid: int
    gid: int


class ManagedProcess:
    """One child process in a session of its own, writing stdout and stderr to `log_file`.

    `env` is the whole environment; None inherits ours. `stop_signal` is what `terminate` sends, and what
    the kernel sends when we die (Linux).
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log_file: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.argv = [str(part) for part in argv]
        self.log_file = log_file
        self._env = None if env is None else dict(env)
        self._cwd = cwd
        self._account = account
        self._stop_signal = stop_signal
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id. Raises EmbeddedServerFailed `not_ready` before the first start."""
        return self._started().pid

    @property
    def returncode(self) -> int | None:
        """The exit status; negative for a signal; None while running or never started."""
        return None if self._process is None else self._process.returncode

    @property
    def running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process. A process that runs already is left alone.

        Raises EmbeddedServerFailed `binary_missing` if the command does not exist.
        """
        if self.running:
            return
        if not Path(self.argv[0]).is_file():
            raise EmbeddedServerFailed("binary_missing", f"{self.name}: {self.argv[0]} does not exist")
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        account = "-" if self._account is None else f"{self._account.uid}:{self._account.gid}"
        tied = [str(os.getpid()), str(int(self._stop_signal)), account]
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(_TETHER), *tied),
                *self.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,  # Ctrl-C reaches us, and we stop our children in order
            )

    async def wait_until_ready(self, probe: Probe, *, timeout: float = 30.0) -> None:  # seconds
        """Wait until `probe` answers True.

        Raises EmbeddedServerFailed `exited_early` if the process ends first, `not_ready` after `timeout`.
        """
        exited = asyncio.ensure_future(self.exited())
        ready = asyncio.ensure_future(_until(probe))
        try:
            await asyncio.wait({exited, ready}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                ready.result()
            elif exited.done():
                raise self._failed("exited_early", f"ended with status {exited.result()} before it was ready")
            else:
                raise self._failed("not_ready", f"not ready after {timeout:g} s")
        finally:
            for pending in (exited, ready):
                pending.cancel()
            await asyncio.gather(exited, ready, return_exceptions=True)

    async def exited(self) -> int:
        """Wait for the process to end, for whatever reason, and return its exit status."""
        return await self._started().wait()

    async def terminate(self, grace: float = 10.0) -> int | None:  # seconds
        """Ask the process to stop and insist after `grace`; its exit status (None if never started)."""
        if self._process is None:
            return None
        if self.running:
            self._signal(self._stop_signal)
            try:
                async with asyncio.timeout(grace):
                    await self._process.wait()
            except TimeoutError:
                await self.kill()
        return self._process.returncode

    async def kill(self) -> None:
        """End the process and its group with SIGKILL, as a crash would, and wait until it is gone."""
        if self._process is not None and self.running:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    async def restart(self, grace: float = 10.0) -> None:
        """Stop the process if it runs, then start it again with the same command."""
        await self.terminate(grace)
        await self.start()

    def log_tail(self) -> str:
        """The last lines written to the log file."""
        if not self.log_file.exists():
            return ""
        with self.log_file.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
            return log.read().decode(errors="replace").strip()

    def _started(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise EmbeddedServerFailed("not_ready", f"{self.name} was not started")
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        try:
            if number is signal.SIGKILL:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            return  # it ended meanwhile, which is what the caller wants

    def _failed(self, code: str, what: str) -> EmbeddedServerFailed:
        return EmbeddedServerFailed(code, f"{self.name} {what}", log_tail=self.log_tail())


async def _until(probe: Probe) -> None:
    while not await probe():  # noqa: ASYNC110 - another process has no event to wait for
        await asyncio.sleep(_PROBE_EVERY_S)
