"""`python -m bench.pages`: measures the pages on a stack of its own, prints figures against goals, writes JSON."""

import asyncio

from bench.command import Bench, leave, quiet
from bench.pages.report import RESULTS, lines
from bench.pages.run import PARTS, run
from bench.pages.sizes import FULL, QUICK

_BENCH = Bench(
    prog="python -m bench.pages",
    description="Measures the pages of a whole stack on this machine: what they weigh, how long they take to be made, "
    "when a throttled phone first shows them, and what five hundred take who look at a site while it changes. Without "
    "chromium nothing is painted.",
    quick_help="fewer of everything, for a first impression",
    results=RESULTS,
    limit_s=420.0,
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
