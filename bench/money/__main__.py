"""`python -m bench.money`: measures settlements on servers of its own, prints ratios, writes JSON."""

import argparse
import asyncio
import time
from collections.abc import Callable

from bench.money.report import RESULTS, lines
from bench.money.run import FULL, QUICK, run
from bench.report import write
from runtime.logging import configure_logging

_LIMIT_S = 300.0


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options, with their help."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.money",
        description="Measures settlements on an embedded Postgres and the stand-in for Stripe: how many a second, how "
        "many calls to the provider and statements to Postgres each kind of end takes. Compare ratios, not "
        "milliseconds: those are of this machine in this minute.",
        epilog=f"The figures are also written to {RESULTS.relative_to(RESULTS.parents[2])}.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for a first impression")
    return parser.parse_args(arguments)


async def measured(options: argparse.Namespace) -> None:
    """Raises TimeoutError after five minutes: something hangs then."""
    async with asyncio.timeout(_LIMIT_S):
        results = await run(QUICK if options.quick else FULL, _clock())
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


if __name__ == "__main__":
    main()
