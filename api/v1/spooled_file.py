"""A file that is made before it is sent: whoever reads it slowly keeps no connection of the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile

_IN_MEMORY = 1 << 20
_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """`size` in bytes."""

    spool: SpooledTemporaryFile[bytes]
    size: int

    async def parts(self) -> AsyncIterator[bytes]:
        """Once; then it is gone."""
        with self.spool as spool:
            while part := spool.read(_AT_ONCE):
                yield part


async def spooled(parts: AsyncIterator[bytes]) -> SpooledFile:
    """All of `parts`. Raises what they raise, so that a failure is a problem and never half a file."""
    spool = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)
    try:
        async for part in parts:
            spool.write(part)
    except BaseException:
        spool.close()
        raise
    size = spool.tell()
    spool.seek(0)
    return SpooledFile(spool, size)
