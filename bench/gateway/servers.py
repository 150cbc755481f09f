"""The servers under load: ours and the peers, each a process of its own on the servers' core."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.gateway.cores import SERVER_CORE, cpu_seconds, on_core, rss_kb
from bench.peers import npm
from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.ports import free_port
from runtime.embedded.process import ManagedProcess
from runtime.stack.processes import listens

OURS, OCPP_PYTHON, OCPP_RPC = "slotkeeper", "ocpp (Python)", "ocpp-rpc (npm, strict)"
_REPOSITORY = Path(__file__).parents[2]
_NOT_FOR_CHILDREN = ("SLOTKEEPER_", "DATABASE_", "TEMPORAL_")
_NOBODY_LISTENS = "127.0.0.1:1"
_ANY_RATE = "1000000"
"""Messages per second and charger: the limit that protects the gateway from one charger would be the figure."""


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    port: int
    process: ManagedProcess

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    def rss_kb(self) -> float:
        return rss_kb(self.process.pid)

    def require_running(self) -> None:
        """Raises EmbeddedServerFailed when the process has ended."""
        if not self.process.running:
            raise EmbeddedServerFailed(
                "exited_early", f"{self.name} ended under load", log_tail=self.process.log_tail()
            )


async def gateway(folder: Path, database_url: str, instance: str = "bench") -> Server:
    """Ours, with the settings of production but the message rate; without Temporal, so events wait for it."""
    port = free_port()
    told = {
        "DATABASE_URL": database_url,
        "TEMPORAL_ADDRESS": _NOBODY_LISTENS,
        "SLOTKEEPER_GATEWAY_PORT": str(port),
        "SLOTKEEPER_GATEWAY_INSTANCE": instance,
        "SLOTKEEPER_GATEWAY_MESSAGES_PER_SECOND": _ANY_RATE,
        "SLOTKEEPER_LOG_LEVEL": "WARNING",
    }
    return await _start(OURS, [sys.executable, "-m", "ocpp_gateway"], port, folder, told)


async def ocpp_python(folder: Path) -> Server:
    port = free_port()
    argv: list[str | Path] = [sys.executable, "-m", "bench.peers.ocpp_package_server", str(port)]
    return await _start(OCPP_PYTHON, argv, port, folder, {})


async def ocpp_rpc(folder: Path) -> Server:
    """Raises PeersMissing without node or npm, or when the installation fails."""
    surroundings = await npm.installed()
    port = free_port()
    argv: list[str | Path] = [npm.node(), npm.HERE / "ocpp_rpc_server.js", str(port)]
    return await _start(OCPP_RPC, argv, port, folder, surroundings)


async def _start(
    name: str, argv: list[str | Path], port: int, folder: Path, told: Mapping[str, str]
) -> Server:
    inherited = {n: value for n, value in os.environ.items() if not n.startswith(_NOT_FOR_CHILDREN)}
    log_file = folder / f"{name.split()[0]}-{port}.log"
    process = ManagedProcess(name, argv, log_file=log_file, env={**inherited, **told}, cwd=_REPOSITORY)
    with on_core(SERVER_CORE):
        await process.start()
    await process.wait_until_ready(lambda: listens(port), timeout=60)
    return Server(name, port, process)
