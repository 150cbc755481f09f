"""`python -m chaos`: breaks everything for some minutes, mends it, audits what is left. Status 0: all is clean."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from chaos.breaking.storm import TARGETS
from chaos.people.driver import PLANS
from chaos.report import document, lines
from chaos.run import Options, Outcome, run
from runtime.embedded.failures import EmbeddedServerFailed
from runtime.logging import configure_logging

RESULTS = Path(__file__).parent / "results"
_LONGEST_MINUTES, _MOST_BLOWS = 120.0, 120.0
_TEMPORARY = "slotkeeper-chaos-"


def parse(arguments: Sequence[str] | None = None) -> tuple[Options, Path]:
    """The options, and where the JSON report goes."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if not 0 < given.minutes <= _LONGEST_MINUTES or given.drivers < 1 or given.chargers < 1:
        parser.error(f"more than 0 and at most {_LONGEST_MINUTES:g} minutes; at least 1 driver and 1 charger")
    if not 1 <= given.blows <= _MOST_BLOWS:
        parser.error(f"blows from 1 to {_MOST_BLOWS:g}")
    if given.folder is not None and given.folder.exists() and any(given.folder.iterdir()):
        parser.error(f"{given.folder} is not empty")
    options = Options(
        folder=(given.folder or Path(tempfile.mkdtemp(prefix=_TEMPORARY))).resolve(),
        seed=given.seed,
        minutes=given.minutes,
        targets=given.targets,
        drivers=given.drivers,
        chargers=given.chargers,
        blows=given.blows,
        without=given.without,
    )
    by_default = (given.folder or RESULTS) / ("report.json" if given.folder else f"seed-{given.seed}.json")
    return options, given.json or by_default


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chaos",
        description="Runs the embedded stack with two copies of each process, drivers, chargers and an operator, "
        "kills, freezes and cuts whatever the targets name, mends everything, waits until all has ended and audits "
        "the invariants I1 to I8. The last line counts kills, reservations and violations.",
        epilog="targets: " + ", ".join(TARGETS),
    )
    parser.add_argument("--seed", type=int, default=1, help="of all chance (default: %(default)s)")
    parser.add_argument(
        "--minutes", type=float, default=5.0, help="of storm; the calm comes on top (default: %(default)g)"
    )
    parser.add_argument(
        "--targets", type=_targets, default=TARGETS, help="comma-separated; `all` (the default) or `none`"
    )
    parser.add_argument(
        "--without", type=_plans, default=(), help=f"drivers' plans to leave out, of {', '.join(PLANS)}"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        help="for data and logs; kept (default: temporary, and kept unless all is clean)",
    )
    parser.add_argument(
        "--json",
        type=Path,
        help="the report (default: report.json in the folder, or chaos/results/seed-<seed>.json)",
    )
    parser.add_argument("--drivers", type=int, default=18, help="default: %(default)s")
    parser.add_argument("--chargers", type=int, default=5, help="of each of two sites (default: %(default)s)")
    parser.add_argument(
        "--blows", type=float, default=18.0, help="a minute; about four of ten kill (default: %(default)g)"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit status."""
    options, report = parse(arguments)
    (options.folder / "logs").mkdir(parents=True, exist_ok=True)
    with (options.folder / "logs" / "chaos.log").open("a") as log:
        configure_logging(log_format="console", process="chaos", stream=log)
        try:
            outcome = asyncio.run(run(options, _clock()))
        except EmbeddedServerFailed as failure:
            print(f"the stack did not start: {failure}\nlogs: {options.folder / 'logs'}")
            return 1
    told = lines(outcome)
    print("\n".join(told[:-1]))
    _write(outcome, report)
    if options.folder.name.startswith(_TEMPORARY) and outcome.is_clean:
        shutil.rmtree(options.folder, ignore_errors=True)
    else:
        print(f"data and logs: {options.folder}")
    print(told[-1], flush=True)
    return 0 if outcome.is_clean else 1


def _targets(text: str) -> tuple[str, ...]:
    if text in ("all", "none"):
        return TARGETS if text == "all" else ()
    return _chosen(text, TARGETS)


def _plans(text: str) -> tuple[str, ...]:
    return _chosen(text, PLANS)


def _chosen(text: str, known: Collection[str]) -> tuple[str, ...]:
    wanted = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise argparse.ArgumentTypeError(f"not known: {', '.join(unknown)}")
    return wanted


def _clock() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda text: print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)


def _write(outcome: Outcome, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document(outcome), indent=1, default=str))
    print(f"report: {path}")


if __name__ == "__main__":
    status = main()
    # Temporal's core can abort while the interpreter is finalised, which would look like a failure.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
