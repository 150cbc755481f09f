"""`python -m db.migrations.check`: migrate a database, compare it with the tables; exit 1 on drift.

Uses DATABASE_URL, else a server of its own: the one place where db reaches for the embedded stack.
"""

import asyncio
import os
import sys

from db.migrations import upgrade
from db.migrations.drift import drift
from runtime.embedded.postgres import EmbeddedPostgres


def main() -> int:
    found = asyncio.run(_found(os.environ.get("DATABASE_URL", "").strip()))
    if found:
        sys.stderr.write("The migrations and db/tables differ:\n" + "".join(f"  {line}\n" for line in found))
        return 1
    sys.stdout.write("The migrations make exactly the declared tables.\n")
    return 0


async def _found(url: str) -> list[str]:
    if url:
        return await asyncio.to_thread(_upgrade_and_compare, url)
    async with EmbeddedPostgres(durable=False) as server:
        return await asyncio.to_thread(_upgrade_and_compare, await server.create_database("drift"))


def _upgrade_and_compare(url: str) -> list[str]:
    upgrade(url)
    return drift(url)


if __name__ == "__main__":
    sys.exit(main())
