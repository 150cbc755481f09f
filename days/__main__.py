"""`python -m days`: lives random days and audits each. Status 0: nothing was wrong."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from days.living import Outcome
from days.run import Tried, run, scripts_of
from days.script import Script, explained, read_script

RESULTS = Path(__file__).parent / "results"
_MOST_DAYS = 100_000
_SHOWN = 300
"""Characters of a violation's detail."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if not 1 <= given.days <= _MOST_DAYS or given.first < 0 or given.processes < 1 or given.shrink < 0:
        parser.error(f"days from 1 to {_MOST_DAYS}, at least one process, nothing below zero")
    console = Console(stderr=False)
    try:
        scripts = _scripts(given)
    except (OSError, ValueError) as error:
        parser.error(f"no script of a day: {error}")
    failed = 0
    events = 0
    for outcome in _lived(scripts, given.processes, 0 if given.replay else given.shrink, console):
        events += outcome.events
        if outcome.violations:
            failed += 1
            _explain(outcome, given.results, console)
        if given.replay and given.story:
            console.print("\n".join(outcome.story), highlight=False, markup=False)
    seeds = f"seeds {scripts[0].seed}-{scripts[-1].seed}"
    console.print(
        f"{len(scripts)} days ({seeds}), {events} events, {failed} with violations", highlight=False
    )
    return 1 if failed else 0


def _scripts(given: argparse.Namespace) -> list[Script]:
    if given.replay:
        return [read_script(given.replay)]
    return scripts_of(range(given.first, given.first + given.days))


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
        "--shrink",
        type=int,
        default=60,
        help="days to live to make a failing one small (default: %(default)s)",
    )
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="where scripts are kept (default: days/results)"
    )
    return parser


def _lived(scripts: list[Script], processes: int, shrink: int, console: Console) -> list[Outcome]:
    outcomes: list[Outcome] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=False) as progress:
        bar = progress.add_task("days", total=len(scripts))
        wrong = 0
        for report in run(scripts, processes=processes, shrink=shrink):
            if isinstance(report, Tried):
                said = f"days ({wrong} wrong; making {report.seed} small: {report.deeds} deeds, try {report.attempts})"
                progress.update(bar, description=said)
                continue
            outcomes.append(report)
            wrong += bool(report.violations)
            progress.update(bar, advance=1, description=f"days ({wrong} wrong)" if wrong else "days")
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
