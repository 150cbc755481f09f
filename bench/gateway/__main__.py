"""`python -m bench.gateway`: measures the gateway on servers of its own, prints each goal, writes JSON."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable

import uvloop

from bench.gateway.report import RESULTS, lines
from bench.gateway.run import PARTS, run
from bench.gateway.sizes import FULL, QUICK
from bench.report import write
from runtime.logging import configure_logging

_LIMIT_S = 1_800.0


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options, with their help."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.gateway",
        description="Measures the charger gateway: calls per core beside two other OCPP servers, durable status "
        "changes, memory per idle charger, access decisions, Postgres going away, and a storm of chargers that "
        "come back at once. Takes some six minutes.",
        epilog=f"The figures are also written to {RESULTS.relative_to(RESULTS.parents[2])}.",
    )
    parser.add_argument("--quick", action="store_true", help="shorter and smaller, for a first impression")
    parser.add_argument(
        "--only",
        choices=tuple(PARTS),
        action="append",
        help="measure this part (may be repeated; default: all)",
    )
    return parser.parse_args(arguments)


async def measured(options: argparse.Namespace) -> bool:
    """Whether every part could be measured. Raises TimeoutError after half an hour: something hangs then."""
    async with asyncio.timeout(_LIMIT_S):
        results = await run(QUICK if options.quick else FULL, options.only or tuple(PARTS), _clock())
    write(results, RESULTS)
    print("\n".join(lines(results)))
    print(f"\nwritten to {RESULTS.relative_to(RESULTS.parents[2])}")
    return not results["failed"]


def _clock() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda text: print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)


def main() -> None:
    options = parse_arguments()
    configure_logging(log_format="json", level="ERROR", process="bench")
    sys.exit(0 if uvloop.run(measured(options)) else 1)


if __name__ == "__main__":
    main()
