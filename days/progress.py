"""How far it is: a bar on a terminal, a line now and then anywhere else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

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
from days.run import Report

EVERY = 20
"""Days, where lines are written."""


class Shown(Protocol):
    def take(self, report: Report) -> None: ...


@contextmanager
def shown(console: Console, total: int) -> Iterator[Shown]:
    if not console.is_terminal:
        yield Lines(console, total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=False) as progress:
        yield Bar(progress, total)


class Bar:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._bar = progress.add_task("days", total=total)
        self._wrong = 0

    def take(self, report: Report) -> None:
        if isinstance(report, Outcome):
            self._wrong += bool(report.violations)
            said = f"days ({self._wrong} wrong)" if self._wrong else "days"
            self._progress.update(self._bar, advance=1, description=said)
            return
        small = f"making {report.seed} small: {report.deeds} deeds, try {report.attempts}"
        self._progress.update(self._bar, description=f"days ({self._wrong} wrong; {small})")


class Lines:
    """One every so many days, one for the last, and one for each that went wrong."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._lived = self._wrong = 0
        self._began = time.monotonic()

    def take(self, report: Report) -> None:
        if not isinstance(report, Outcome):
            return
        self._lived += 1
        if report.violations:  # said at once: a run that is broken off has told what it found
            self._wrong += 1
            what = ", ".join(sorted(report.kinds))
            self._console.print(f"seed {report.script.seed} went wrong: {what}", highlight=False)
        if self._lived % EVERY == 0 or self._lived == self._total:
            said = f"{self._lived}/{self._total} days, {self._wrong} wrong, {lasted(self._began)}"
            self._console.print(said, highlight=False)


def lasted(since: float) -> str:
    """`since`: of `time.monotonic`. Minutes and seconds."""
    minutes, seconds = divmod(int(time.monotonic() - since), 60)
    return f"{minutes}:{seconds:02d}"
