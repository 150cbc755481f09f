"""`python -m bench.money`: measures settlements on servers of its own, prints ratios, writes JSON."""

import asyncio

from bench.command import Bench, quiet
from bench.money.report import RESULTS, lines
from bench.money.run import FULL, QUICK, run

_BENCH = Bench(
    prog="python -m bench.money",
    description="Measures settlements on an embedded Postgres and the stand-in for Stripe: how many a second, how "
    "many calls to the provider and statements to Postgres each kind of end takes. Compare ratios, not "
    "milliseconds: those are of this machine in this minute.",
    quick_help="fewer rounds, for a first impression",
    results=RESULTS,
    limit_s=300.0,
    lines=lines,
)


def main() -> None:
    options = _BENCH.parse()
    quiet()
    sizes = QUICK if options.quick else FULL
    asyncio.run(_BENCH.measured(lambda say: run(sizes, say)))


if __name__ == "__main__":
    main()
