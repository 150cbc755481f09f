"""The operator's certificate authority: a program of theirs, which is given a request and answers with a chain.

No shell, no arguments, and nothing of our environment but PATH: it reads the request (PEM) from its standard input and
learns from CHARGER_ID whose it is. Whatever it starts ends with it.
"""

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

_LARGEST_ANSWER = 64 * 1024
_END_S = 5.0
_SHOWN_OF_ERRORS = 500
_READ_OF_ERRORS = 8 * 1024


class AuthorityFailed(Exception):
    """It did not answer as it should; the message is for operators."""

    code = "authority_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """`command`: an executable file."""

    command: Path
    timeout_s: float = 30.0

    async def sign(self, charger_id: str, request: bytes) -> bytes:
        """What the program wrote, at most 64 KiB. Raises AuthorityFailed."""
        try:
            process = await asyncio.create_subprocess_exec(
                str(self.command),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={"PATH": os.environ.get("PATH", os.defpath), "CHARGER_ID": charger_id},
                start_new_session=True,
            )
        except OSError as error:
            raise AuthorityFailed(f"{self.command} does not start: {error.strerror}") from error
        try:
            async with asyncio.timeout(self.timeout_s):
                return await _answer(process, request)
        except TimeoutError as error:
            raise AuthorityFailed(f"no answer within {self.timeout_s:g} s") from error
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # Its end is noticed only once its pipes are read to theirs; one that it has given away may stay open.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_END_S):
            for pipe in (process.stdout, process.stderr):
                while pipe is not None and await pipe.read(_LARGEST_ANSWER):
                    pass
            await process.wait()


async def _answer(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    if stdin is None or stdout is None or stderr is None:
        raise AuthorityFailed("no pipes")
    errors = asyncio.create_task(_at_most(stderr, _READ_OF_ERRORS))
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            stdin.write(request)
            await stdin.drain()
        stdin.close()
        answer = await _at_most(stdout, _LARGEST_ANSWER + 1)
        if len(answer) > _LARGEST_ANSWER:
            raise AuthorityFailed("it answers with more than 64 KiB")
        status = await process.wait()
        if status != 0:
            said = (await errors).decode(errors="replace").strip()[-_SHOWN_OF_ERRORS:]
            raise AuthorityFailed(f"it ended with {status}: {said}")
        return answer
    finally:
        errors.cancel()
        await asyncio.gather(errors, return_exceptions=True)


async def _at_most(stream: asyncio.StreamReader, most: int) -> bytes:
    """To its end, or to so many bytes."""
    read = b""
    while len(read) < most and (piece := await stream.read(most - len(read))):
        read += piece
    return read
