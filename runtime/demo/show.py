"""The demo from start to finish: stack, stories, report, exit status."""

import asyncio
import shutil
import signal
import tempfile
from pathlib import Path

from runtime.demo.machine import Conditions, load
from runtime.demo.performance import Performance
from runtime.demo.progress import progress_for
from runtime.demo.report import print_legend, print_outcome, print_summary
from runtime.embedded.failures import EmbeddedServerFailed
from runtime.logging import configure_logging
from runtime.stack.plan import StackPlan, Watch, free_ports
from runtime.stack.stack import Stack
from simulator.scenarios.catalogue import ALL
from simulator.scenarios.stage import Scenario, seed_of

LIMIT_S = 75.0
_LOGS = ("api", "worker", "gateway", "demo")
_INTERRUPTED = 130
_WATCH = Watch(ask_after_seconds=2.0, watch_seconds=1.0, settle_seconds=5.0)
"""Stories have seconds for hours: with the gateway's own, slots are over before a charger is asked what it forgot."""


def run_demo(
    only: tuple[str, ...] = (), *, limit: float = LIMIT_S, at_once: int | None = None, pace: float = 1.0
) -> int:
    """Run the stories (all, or those named) and print the report. Returns the exit status.

    `limit`: seconds a story may take at pace 1; `at_once`: how many run side by side, None: all; `pace`: how many
    times as long all their seconds are. Logs are kept when something failed, and their files are named.
    """
    scenarios = tuple(scenario.at_pace(pace) for scenario in ALL if not only or scenario.id in only)
    folder = Path(tempfile.mkdtemp(prefix="slotkeeper-demo-"))
    try:
        status = asyncio.run(_demo(scenarios, folder, limit * pace, at_once))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\nStopped; nothing is left running.")
        status = _INTERRUPTED
    if status == 1:
        print(f"Logs: {folder / 'logs'} ({', '.join(f'{name}.log' for name in _LOGS)})")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return status


async def _demo(scenarios: tuple[Scenario, ...], folder: Path, limit: float, at_once: int | None) -> int:
    _stop_on_signals()
    load_before = load()
    plan = StackPlan(folder=folder, ports=free_ports(), keep=False, ui=False, watch=_WATCH)
    plan.logs.mkdir(parents=True, exist_ok=True)
    try:
        # Our own log, the virtual chargers' with it, must not run through the table.
        with (plan.logs / "demo.log").open("a") as log, progress_for(scenarios) as progress:
            configure_logging(log_format="console", process="demo", stream=log)
            async with Stack(plan, seed_of(scenarios), say=progress.stack) as stack:
                progress.stack("everything is ready")
                performance = Performance(scenarios, stack, progress, limit=limit, at_once=at_once)
                outcomes, books = await performance.run()
                progress.stack("stopping everything")
    except EmbeddedServerFailed as failure:
        print(f"\nThe stack did not start: {failure}")
        print(f"\n0 scenarios passed, {len(scenarios)} failed", flush=True)
        return 1
    print_legend()
    for outcome in outcomes:
        print_outcome(outcome)
    return print_summary(outcomes, books, Conditions(load_before=load_before, load_after=load()))


def _stop_on_signals() -> None:
    """The first SIGINT or SIGTERM cancels the main task, and every block is left in order; more do nothing."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    signalled = False

    def stop() -> None:
        nonlocal signalled
        if task is not None and not signalled:
            signalled = True
            print("\nStopping …", flush=True)
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
