"""Live progress of the demo: a table on a terminal, plain lines otherwise."""

import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from simulator.scenarios.stage import Scenario

_MARKS = {"waiting": "·", "running": "▶", "passed": "✓", "failed": "✗"}
_STYLES = {"waiting": "dim", "running": "cyan", "passed": "green", "failed": "bold red"}


class Progress(AbstractContextManager["Progress"], Protocol):
    """Hears what the stack and the stories do."""

    def stack(self, text: str) -> None: ...

    def story(self, scenario: Scenario, text: str) -> None: ...

    def outcome(self, scenario: Scenario, *, passed: bool, seconds: float) -> None: ...


class PlainProgress:
    """One line an event, for logs and pipes."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def stack(self, text: str) -> None:
        self._line("stack", text)

    def story(self, scenario: Scenario, text: str) -> None:
        self._line(scenario.id, text)

    def outcome(self, scenario: Scenario, *, passed: bool, seconds: float) -> None:
        self._line(scenario.id, f"{'passed' if passed else 'FAILED'} after {seconds:.1f} s")

    def _line(self, who: str, text: str) -> None:
        print(f"[{time.monotonic() - self._began:5.1f} s] {who:<12} {text}", flush=True)


@dataclass(slots=True)
class _Row:
    title: str
    status: str = "waiting"
    text: str = ""


class TableProgress:
    """A table that is redrawn in place."""

    def __init__(self, scenarios: tuple[Scenario, ...], console: Console) -> None:
        self._began = time.monotonic()
        self._stack = ""
        self._rows = {scenario.id: _Row(scenario.title) for scenario in scenarios}
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=4)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def stack(self, text: str) -> None:
        self._stack = text

    def story(self, scenario: Scenario, text: str) -> None:
        row = self._rows[scenario.id]
        row.status, row.text = "running", text

    def outcome(self, scenario: Scenario, *, passed: bool, seconds: float) -> None:
        row = self._rows[scenario.id]
        row.status, row.text = ("passed" if passed else "failed"), f"{seconds:.1f} s"

    def _table(self) -> Table:
        table = Table(
            title=f"Slotkeeper demo · {time.monotonic() - self._began:.0f} s · {self._stack}",
            title_justify="left",
            box=None,
            expand=False,
        )
        table.add_column("")
        table.add_column("scenario", no_wrap=True, overflow="ellipsis")
        table.add_column("now", no_wrap=True, overflow="ellipsis")
        for row in self._rows.values():
            style = _STYLES[row.status]
            table.add_row(Text(_MARKS[row.status], style), Text(row.title), Text(row.text, style))
        return table


def progress_for(scenarios: tuple[Scenario, ...]) -> Progress:
    """The table when standard output is a terminal that can redraw."""
    console = Console()
    if sys.stdout.isatty() and console.is_terminal and not console.is_dumb_terminal:
        return TableProgress(scenarios, console)
    return PlainProgress()
