"""`python -m db.seed FILE.json`: put sites, chargers, rules and drivers into the database of DATABASE_URL."""

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError

from db.engine import create_engine, create_sessions
from db.seed.checks import SeedInvalid, check
from db.seed.example import example
from db.seed.plan import Seed
from db.seed.sowing import Sown, seed

_DESCRIPTION = """\
Put sites, pools, chargers, policies, tariffs, drivers and cards into the database named by DATABASE_URL.

A site's policy and tariff are that site's. `default_policy` and `default_tariff`, beside `sites`, are for every
site without its own, also for those that are not in the file: name them only to set them for all.

Running the same file again changes nothing. A changed policy or tariff becomes a new version, for bookings
from then on; those already made keep the terms they were made with. What the file does not name stays as it
is, nothing is deleted. Chargers' passwords are stored as hashes; leaving one out keeps the stored one.
Amounts are whole minor units (cents), durations ISO 8601 (PT15M) or seconds, instants of a day 22:00:00.
All or nothing: a file with a mistake is not written at all.
"""
_TABLES = {"policies": "policy versions", "tariffs": "tariff versions", "tokens": "cards"}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m db.seed",
        description=_DESCRIPTION,
        epilog="Start with: python -m db.seed --example > sites.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", metavar="FILE.json", type=Path, help="what is installed where")
    what.add_argument("--example", action="store_true", help="print a complete example file")
    parser.add_argument("--check", action="store_true", help="only check the file, write nothing")
    asked = parser.parse_args()
    if asked.example:
        sys.stdout.write(TypeAdapter(Seed).dump_json(example(), indent=2).decode() + "\n")
        return 0
    try:
        plan = _read(asked.file)
        check(plan)
    except SeedInvalid as invalid:
        return _refused(asked.file, invalid)
    except OSError as error:
        return _failed(f"{asked.file} cannot be read: {error.strerror}")
    if asked.check:
        sys.stdout.write(f"{asked.file} is fine.\n")
        return 0
    return _write(plan, asked.file)


def _read(file: Path) -> Seed:
    try:
        return TypeAdapter(Seed).validate_json(file.read_bytes())
    except ValidationError as error:
        # The values stay out of the messages: passwords are among them.
        raise SeedInvalid(
            f"{_path(found['loc'])}: {found['msg']}"
            for found in error.errors(include_input=False, include_url=False, include_context=False)
        ) from None


def _path(loc: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return path.removeprefix(".") or "the file"


def _write(plan: Seed, file: Path) -> int:
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return _failed("DATABASE_URL is not set; e.g. postgresql://user:password@localhost/slotkeeper")
    try:
        sown = asyncio.run(_sow(url, plan))
    except SeedInvalid as invalid:
        return _refused(file, invalid)
    except DBAPIError as error:
        # The wrapper's text carries the statement's parameters, hashes among them.
        return _failed(
            f"the database refused, nothing was written (has `python -m db.migrations` run?): {error.orig}"
        )
    _tell(sown)
    return 0


async def _sow(url: str, plan: Seed) -> Sown:
    engine = create_engine(url, pool_size=1)
    try:
        async with create_sessions(engine).begin() as session:
            return await seed(session, plan, now=datetime.now(UTC))
    finally:
        await engine.dispose()


def _tell(sown: Sown) -> None:
    for table in sorted(sown.added.keys() | sown.changed.keys()):
        name = _TABLES.get(table, table)
        sys.stdout.write(f"{name}: {sown.added[table]} added, {sown.changed[table]} changed\n")
    if not sown.added and not sown.changed:
        sys.stdout.write("Nothing to do: the database says the same already.\n")
    for rules in sown.new_defaults:
        sys.stdout.write(f"the default {rules} is a new one, for every site without its own\n")
    for site in sown.without_terms:
        sys.stdout.write(f"site {site} cannot be booked yet: it has no policy or no tariff in force\n")


def _refused(file: Path, invalid: SeedInvalid) -> int:
    for problem in invalid.problems:
        sys.stderr.write(f"{file}: {problem}\n")
    return _failed("nothing was written")


def _failed(message: str) -> int:
    sys.stderr.write(message.rstrip() + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
