"""Whoever cannot see a bar sees how far it is, too."""

import io

from rich.console import Console

from chaos.audit.evidence import Violation
from days.chance import script_of
from days.living import Outcome
from days.progress import EVERY, shown
from days.run import Tried

SCRIPT = script_of(1)


def test_without_a_terminal_a_line_is_written_every_so_many_days_and_for_the_last() -> None:
    written = io.StringIO()
    wrong = Outcome(SCRIPT, violations=(Violation(invariant="day", what="wrong", about=""),))
    with shown(Console(file=written, force_terminal=False), EVERY + 3) as progress:
        for report in [Outcome(SCRIPT)] * (EVERY - 1):
            progress.take(report)
        assert not written.getvalue()
        progress.take(Tried(seed=1, attempts=2, deeds=3))
        for report in [wrong, Outcome(SCRIPT), Outcome(SCRIPT), Outcome(SCRIPT)]:
            progress.take(report)
    at_once, *told = written.getvalue().splitlines()
    assert at_once == "seed 1 went wrong: wrong"
    counted = [line.rpartition(",")[0] for line in told]
    assert counted == [f"{EVERY}/{EVERY + 3} days, 1 wrong", f"{EVERY + 3}/{EVERY + 3} days, 1 wrong"]


def test_on_a_terminal_a_bar_is_drawn() -> None:
    written = io.StringIO()
    with shown(Console(file=written, force_terminal=True, width=100), 2) as progress:
        progress.take(Outcome(SCRIPT))
        progress.take(Tried(seed=7, attempts=2, deeds=3))
        progress.take(Outcome(SCRIPT))
    assert "2/2" in written.getvalue()
