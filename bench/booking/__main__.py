"""`python -m bench.booking`: measures booking at size on servers of its own, prints ratios, writes JSON."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable

from bench.booking.report import RESULTS, lines
from bench.booking.run import PARTS, run
from bench.booking.sizes import FULL, QUICK
from bench.report import write
from runtime import start
from runtime.logging import configure_logging

_LIMIT_S = 900.0


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options, with their help."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.booking",
        description="Measures a fortnight's availability in tables of up to a million holds, packing, what late choice "
        "of the bay is worth, and a race for the last seats. Compare ratios, not milliseconds: those are of this "
        "machine in this minute.",
        epilog=f"The figures are also written to {RESULTS.relative_to(RESULTS.parents[2])}.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="smaller tables, fewer rounds, for a first impression"
    )
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="measure this part (may be repeated; default: all)"
    )
    return parser.parse_args(arguments)


async def measured(options: argparse.Namespace) -> None:
    """Raises TimeoutError after a quarter of an hour: something hangs then."""
    start.spare_the_collector()  # as the processes do
    async with asyncio.timeout(_LIMIT_S):
        results = await run(QUICK if options.quick else FULL, options.only or PARTS, _clock())
    write(results, RESULTS)
    print("\n".join(lines(results)))
    print(f"\nwritten to {RESULTS.relative_to(RESULTS.parents[2])}")


def _clock() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda said: print(f"{time.monotonic() - began:6.1f} s  {said}", flush=True)


def main() -> None:
    options = parse_arguments()
    configure_logging(log_format="json", level="ERROR", process="bench")
    asyncio.run(measured(options))
    # Temporal's core can abort while the interpreter is finalised, which would look like a failure.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
