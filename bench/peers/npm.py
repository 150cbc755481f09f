"""Installs the npm peers into a folder that git ignores, from the lock beside this file. Once; then it is there."""

import asyncio
import hashlib
import os
import shutil
import signal
from pathlib import Path

HERE = Path(__file__).parent
_CACHE = HERE.parents[1] / ".slotkeeper" / "npm"
_FILES = ("package.json", "package-lock.json", ".npmrc")


class PeersMissing(Exception):
    """The npm peers cannot be had here; the message says why, for people."""

    code = "peers_missing"


async def installed(limit_s: float = 90.0) -> dict[str, str]:
    """What the environment of a `node` process needs to find the peers. Raises PeersMissing."""
    node()
    if shutil.which("npm") is None:
        raise PeersMissing("npm is not installed")
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    folder = _CACHE / digest
    if not folder.exists():
        try:
            await _install(folder, limit_s)
        except OSError as error:
            raise PeersMissing(f"{_CACHE.name} cannot be written: {error.strerror or error}") from error
    return {"NODE_PATH": str(folder / "node_modules"), "NODE_ENV": "production"}


def node() -> str:
    """The path of `node`. Raises PeersMissing."""
    found = shutil.which("node")
    if found is None:
        raise PeersMissing("node is not installed")
    return found


async def _install(folder: Path, limit_s: float) -> None:
    """Beside its place and renamed when complete: a kill leaves no half, two at once do no harm."""
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in _FILES:
        shutil.copy(HERE / name, fresh / name)
    try:
        await _npm_ci(fresh, limit_s)
        if not folder.exists():
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


async def _npm_ci(folder: Path, limit_s: float) -> None:
    process = await asyncio.create_subprocess_exec(
        *("npm", "ci", "--silent"),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate()
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        raise PeersMissing(f"npm ci did not end within {limit_s:g} s") from None
    if process.returncode != 0:
        said = output.decode(errors="replace").strip().splitlines()
        raise PeersMissing(f"npm ci failed: {said[-1] if said else process.returncode}")
