"""`python -m bench.gateway`: measures the gateway on servers of its own, prints each goal, writes JSON."""

import sys

import uvloop

from bench.command import Bench, quiet
from bench.gateway.report import RESULTS, lines
from bench.gateway.run import PARTS, run
from bench.gateway.sizes import FULL, QUICK

_BENCH = Bench(
    prog="python -m bench.gateway",
    description="Measures the charger gateway: calls per core beside two other OCPP servers, durable status "
    "changes, memory per idle charger, access decisions, Postgres going away, and a storm of chargers that "
    "come back at once. Takes some six minutes.",
    quick_help="shorter and smaller, for a first impression",
    results=RESULTS,
    limit_s=1_800.0,
    lines=lines,
    parts=tuple(PARTS),
)


def main() -> None:
    """Leaves with 1 where a part could not be measured."""
    options = _BENCH.parse()
    quiet()
    sizes = QUICK if options.quick else FULL
    results = uvloop.run(_BENCH.measured(lambda say: run(sizes, options.only or tuple(PARTS), say)))
    sys.exit(1 if results["failed"] else 0)


if __name__ == "__main__":
    main()
