"""`python -m bench`: measures on servers of its own, prints ratios, writes JSON."""

import asyncio

from bench.command import Bench, leave, quiet
from bench.report import RESULTS, lines
from bench.run import PARTS, run
from bench.sizes import FULL, QUICK

_BENCH = Bench(
    prog="python -m bench",
    description="Measures bookings, actions, history and availability on embedded servers, in one run. "
    "Compare ratios, not milliseconds: those are of this machine in this minute.",
    quick_help="fewer rounds, for a first impression",
    results=RESULTS,
    limit_s=180.0,
    lines=lines,
    parts=PARTS,
)


def main() -> None:
    options = _BENCH.parse()
    quiet()
    sizes = QUICK if options.quick else FULL
    asyncio.run(_BENCH.measured(lambda say: run(sizes, options.only or PARTS, say)))
    leave()


if __name__ == "__main__":
    main()
