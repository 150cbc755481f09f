"""PyPI's `localstripe`, somebody else's stand-in, in a process of its own on loopback.

It is installed into a folder that git ignores, by `python -m tests.simulator.stripe_api.localstripe_peer` (`make
stripe-peer`), and left out where it is not there: it would bring a second HTTP stack into our environment.
"""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

HERE = Path(__file__).parent
LOCK = HERE / "localstripe.txt"
CACHE = HERE.parents[2] / ".slotkeeper" / "python"
START_SECONDS = 20.0

SERVE = """
import socket, sys
sys.path.insert(0, sys.argv[1])
from aiohttp import web
from localstripe.server import app
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
web.run_app(app, sock=listener, print=None, access_log=None)
"""


def folder() -> Path:
    """Where it is, or would be: another one for each lock and interpreter."""
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    return CACHE / f"localstripe-{digest}"


def install() -> None:
    """Fetch it, once. Beside its place and renamed when complete: a kill leaves no half. Raises CalledProcessError."""
    if folder().exists():
        return
    fresh = folder().with_name(f"{folder().name}.{os.getpid()}")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(fresh)]
    try:
        subprocess.run([*pip, "-r", str(LOCK)], check=True)
        fresh.rename(folder())
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@asynccontextmanager
async def running_localstripe(scratch: Path) -> AsyncIterator[str]:
    """Its address for the length of the block; it keeps its objects in `scratch`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVE, str(folder())),
        cwd=scratch,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            port = int(await process.stdout.readline())
            async with httpx.AsyncClient(trust_env=False) as client:
                await client.get(f"http://127.0.0.1:{port}/v1/balance")  # waits until it is served
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    install()
