"""Turn into another command that does not outlive its parent. Run by path, with `python -I -S`.

usage: tether.py PARENT_PID SIGNAL UID:GID COMMAND [ARGUMENT…]

On Linux the kernel sends SIGNAL when the parent dies, however it dies. Elsewhere there is no such service
and only an orderly stop ends the command. A program of its own, and not a `preexec_fn`, because a fork that
runs Python in a process with threads (Temporal's core has some) may deadlock. `UID:GID` may be `-`.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal_number: int, account: str, command: list[str]) -> None:
    """Give up privileges, tie to the parent, become the command."""
    if account != "-":
        uid, gid = (int(part) for part in account.split(":"))
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)  # clears the death signal, so it comes first
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
            sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit("the parent died before the command started")
    os.execvp(command[0], command)  # noqa: S606 - becoming the command is the purpose


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
