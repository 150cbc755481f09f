"""`python -m bench.booking`: measures booking at size on servers of its own, prints ratios, writes JSON."""

import asyncio

from bench.booking.report import RESULTS, lines
from bench.booking.run import PARTS, run
from bench.booking.sizes import FULL, QUICK
from bench.command import Bench, leave, quiet
from runtime import start

_BENCH = Bench(
    prog="python -m bench.booking",
    description="Measures a fortnight's availability in tables of up to a million holds, packing, what it costs that "
    "others make way, what late choice of the bay is worth, bookings next to a bare workflow, and a race for the last "
    "seats; each where bays differ, too. Compare ratios, not milliseconds: those are of this "
    "machine in this minute.",
    quick_help="smaller tables, fewer rounds, for a first impression",
    results=RESULTS,
    limit_s=900.0,
    lines=lines,
    parts=PARTS,
)


def main() -> None:
    options = _BENCH.parse()
    quiet()
    start.spare_the_collector()  # as the processes do
    sizes = QUICK if options.quick else FULL
    asyncio.run(_BENCH.measured(lambda say: run(sizes, options.only or PARTS, say)))
    leave()


if __name__ == "__main__":
    main()
