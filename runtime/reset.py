"""`make reset`: clears what `make up` keeps."""

import fcntl
import shutil
from pathlib import Path

OURS = ("temporal", "keys", "tokens", "logs", "stripe.json", "environment", "past", "postgres")
"""What `make up` puts into its folder. Nothing else there is touched. The last is the proof that it was there."""

IGNORE, IGNORE_ALL = ".gitignore", "*\n"
"""Written by `make up` into a folder that it makes, so that no tokens or keys get into somebody's repository."""


class NotReset(Exception):
    """Nothing was removed."""

    code: str


class StillRunning(NotReset):
    """`make up` works with the folder right now."""

    code = "folder_in_use"


class NotOurs(NotReset):
    """No stack has ever run on the folder: what has our names there is somebody else's."""

    code = "folder_not_ours"


def reset(folder: Path) -> list[str]:
    """Remove the data of `make up` from `folder`; the names of what was removed.

    Raises StillRunning while a stack runs on the folder, NotOurs when none ever has.
    """
    if is_used(folder):
        raise StillRunning(f"a stack is running on {folder}; stop it first (Ctrl-C)")
    found = [name for name in OURS if (folder / name).exists()]
    if found and not _lock(folder).exists():
        raise NotOurs(f"no stack has run on {folder}, so {', '.join(found)} there may be somebody else's")
    removed = []
    for name in OURS:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        else:
            continue
        removed.append(name)
    ignore = folder / IGNORE
    if ignore.is_file() and ignore.read_text() == IGNORE_ALL:
        ignore.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    return removed


def is_used(folder: Path) -> bool:
    """Does a stack run on the folder? Its Postgres' folder is locked by whoever runs it."""
    lock = _lock(folder)
    if not lock.exists():
        return False
    with lock.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(folder: Path) -> Path:
    return folder / "postgres" / "lock"
