"""`python -m db.migrations`: upgrade the database named by DATABASE_URL."""

import os
import sys

from db.migrations import upgrade


def main() -> int:
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        sys.stderr.write("DATABASE_URL is not set; e.g. postgresql://user:password@localhost/slotkeeper\n")
        return 2
    upgrade(url)
    sys.stdout.write("The database is up to date.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
