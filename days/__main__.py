"""`python -m days`: lives random days and audits each. Status 0: nothing was wrong."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from rich.console import Console

from days.living import Outcome
from days.progress import lasted, shown
from days.quirks import told
from days.run import Asked, days_of, run
from days.script import explained, read_script

RESULTS = Path(__file__).parent / "results"
_MOST_DAYS = 100_000
_SHOWN = 300
"""Characters of a violation's detail."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    too_little = given.processes < 1 or min(given.first, given.shrink, given.sockets) < 0
    if not 1 <= given.days <= _MOST_DAYS or too_little:
        parser.error(f"days from 1 to {_MOST_DAYS}, at least one process, nothing below zero")
    try:
        days = _days(given)
    except (OSError, ValueError) as error:
        parser.error(f"no script of a day: {error}")
    console, began = Console(), monotonic()
    outcomes = _lived(days, given.processes, 0 if given.replay else given.shrink, console)
    for outcome in outcomes:
        if outcome.violations:
            _explain(outcome, given.results, console)
        if given.replay and given.story:
            console.print("\n".join(outcome.story), highlight=False, markup=False)
    met = sum((Counter(outcome.quirks) for outcome in outcomes), Counter[str]())
    console.print(told(met), highlight=False, soft_wrap=True)
    console.print(_summary(days, outcomes, lasted(began)), highlight=False, soft_wrap=True)
    return 1 if any(outcome.violations for outcome in outcomes) else 0


def _summary(days: Sequence[Asked], outcomes: Sequence[Outcome], lasted: str) -> str:
    seeds = sorted(day.script.seed for day in days)
    over_sockets = sum(day.over_sockets for day in days)
    events = sum(outcome.events for outcome in outcomes)
    violations = sum(len(outcome.violations) for outcome in outcomes)
    return (
        f"{len(days)} days (seeds {seeds[0]}-{seeds[-1]}, {over_sockets} over sockets) in {lasted}, "
        f"{events} events, {violations} violations"
    )


def _days(given: argparse.Namespace) -> list[Asked]:
    if given.replay:
        return [Asked(read_script(given.replay), given.sockets == 1)]
    return days_of(range(given.first, given.first + given.days), every=given.sockets)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m days",
        description="Makes days at a site by chance (drivers early, late, unpaid, at the wrong bay; chargers that lose "
        "power, connection, memory and time), lives them in virtual time with the real workflow, gateway and Postgres, "
        "and audits each: every session explained, every kWh priced once, no fee in trouble, ledger equal to provider. "
        "A failing day is made small and kept as a script.",
    )
    parser.add_argument("--days", type=int, default=200, help="how many (default: %(default)s)")
    parser.add_argument("--first", type=int, default=1, help="seed of the first one (default: %(default)s)")
    parser.add_argument("--replay", type=Path, help="a script that was kept: live this one day instead")
    parser.add_argument("--story", action="store_true", help="with --replay: what happened, minute by minute")
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="at the same time (default: %(default)s)"
    )
    parser.add_argument(
        "--sockets",
        type=int,
        default=20,
        help="one of so many days is lived over real sockets, a minute in 0.2 s; 0: none (default: %(default)s)",
    )
    parser.add_argument(
        "--shrink",
        type=int,
        default=60,
        help="days to live to make a failing one small (default: %(default)s)",
    )
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="where scripts are kept (default: days/results)"
    )
    return parser


def _lived(days: list[Asked], processes: int, shrink: int, console: Console) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with shown(console, len(days)) as progress:
        for report in run(days, processes=processes, shrink=shrink):
            if isinstance(report, Outcome):
                outcomes.append(report)
            progress.take(report)
    return sorted(outcomes, key=lambda outcome: outcome.script.seed)


def _explain(outcome: Outcome, results: Path, console: Console) -> None:
    script = outcome.script
    results.mkdir(parents=True, exist_ok=True)
    file = results / f"seed-{script.seed}.json"
    file.write_text(script.written())
    kinds = Counter(violation.what for violation in outcome.violations)
    console.print(
        f"\nday {script.seed}: {', '.join(f'{n} x {kind}' for kind, n in kinds.items())}", markup=False
    )
    for violation in outcome.violations:
        said = f"  {violation.what} {violation.about} {str(violation.detail)[-_SHOWN:]}"
        console.print(said, markup=False, highlight=False)
    for number, charger in enumerate(script.chargers, start=1):
        console.print(f"  c{number}: {charger}", markup=False, highlight=False)
    for deed in script.deeds:
        console.print(f"  {explained(deed)}", markup=False, highlight=False)
    console.print(f"  replay it: python -m days --replay {file} --story", markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
