"""The command line: `python -m runtime.cli demo | up | reset`, behind `make demo`, `make up`, `make reset`."""

import argparse
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from runtime.demo.show import LIMIT_S, run_demo
from runtime.reset import NotReset, reset
from runtime.stack.plan import UpSettings
from runtime.up import run_up
from simulator.scenarios.catalogue import ALL

_UP_HELP = """Starts Postgres, Temporal with its UI, stand-ins for Stripe and for who signs people in, a mailbox, a
receiver of webhooks, API, worker, OCPP gateway and virtual chargers, and keeps them running until Ctrl-C. Data stays in
.slotkeeper; `reset` clears it.

environment (a port of 0 means any free one; two stacks need different ports and folders):
  SLOTKEEPER_UP_FOLDER            where data, keys, tokens and logs are kept (.slotkeeper)
  SLOTKEEPER_UP_API_PORT          HTTP API and its docs (8080)
  SLOTKEEPER_UP_GATEWAY_PORT      OCPP over WebSocket (9000)
  SLOTKEEPER_UP_TEMPORAL_PORT     Temporal's gRPC (7233)
  SLOTKEEPER_UP_TEMPORAL_UI_PORT  Temporal's web UI (8233)
  SLOTKEEPER_UP_POSTGRES_PORT     Postgres (5433)
  SLOTKEEPER_UP_STRIPE_PORT       the Stripe stand-in (12111)
  SLOTKEEPER_UP_IDENTITY_PORT     the stand-in that signs people in to the pages (8090)
  SLOTKEEPER_UP_MAIL_PORT         SMTP of the mailbox that takes all mail (1025)
  SLOTKEEPER_UP_MAILBOX_PORT      its page (8025)
  SLOTKEEPER_UP_FORECOURT_PORT    the page of the virtual chargers (8026)
  SLOTKEEPER_UP_RECEIVER_PORT     an engineer's receiver of webhooks, and its page (8027)
"""


SLOWEST = 20.0
_LONGEST_S = 3600.0


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command and its options."""
    parser = argparse.ArgumentParser(
        prog="python -m runtime.cli",
        description="Slotkeeper on this machine: no Docker, no root, no account.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo",
        help="run every scenario on a stack of its own, then stop it",
        description="Starts a stack with free ports and temporary data, runs the scenarios side by side, prints "
        "each reservation's timeline and money, stops everything. Exit status 0 if all passed, 1 otherwise.",
        epilog="scenarios: " + ", ".join(scenario.id for scenario in ALL),
    )
    _add_demo_options(demo)
    commands.add_parser(
        "up",
        help="keep the whole stack running until Ctrl-C",
        description=_UP_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands.add_parser(
        "reset",
        help="clear the data that `up` keeps",
        description="Removes what `up` keeps between runs: data, keys, tokens and logs in SLOTKEEPER_UP_FOLDER.",
    )
    options = parser.parse_args(arguments)
    if options.command == "demo":
        unknown = set(options.scenarios) - {scenario.id for scenario in ALL}
        if unknown:
            demo.error(f"no such scenario: {', '.join(sorted(unknown))}")
        if options.at_once is not None and options.at_once < 1:
            demo.error("--at-once is at least 1")
        if not 1 <= options.limit <= _LONGEST_S:
            demo.error(f"--limit is from 1 to {_LONGEST_S:g} seconds")
        if not 1 <= options.pace <= SLOWEST:
            demo.error(f"--pace is from 1 to {SLOWEST:g}")
    return options


def _add_demo_options(demo: argparse.ArgumentParser) -> None:
    demo.add_argument(
        "scenarios",
        nargs="*",
        metavar="SCENARIO",
        help="only these (default: all)",
    )
    demo.add_argument(
        "--limit",
        type=float,
        default=LIMIT_S,
        metavar="SECONDS",
        help="a scenario that takes longer has failed; times the pace (default: %(default)g)",
    )
    demo.add_argument(
        "--at-once",
        type=int,
        metavar="N",
        help="run N scenarios side by side, the next when one ends: for a busy machine (default: all)",
    )
    demo.add_argument(
        "--pace",
        type=float,
        default=1.0,
        metavar="FACTOR",
        help="make all times of the scenarios so many times as long: for a slow machine (default: %(default)g)",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status."""
    options = parse(arguments)
    if options.command == "demo":
        return run_demo(
            tuple(options.scenarios), limit=options.limit, at_once=options.at_once, pace=options.pace
        )
    try:
        settings = UpSettings()
    except ValidationError as error:
        wrong = "; ".join(f"SLOTKEEPER_UP_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        print(wrong, file=sys.stderr)
        return 2
    if options.command == "up":
        return run_up(settings)
    return _reset(settings)


def _reset(settings: UpSettings) -> int:
    try:
        removed = reset(settings.folder)
    except NotReset as refused:
        print(refused, file=sys.stderr)
        return 1
    print(
        f"Removed from {settings.folder}: {', '.join(removed)}" if removed else "There was nothing to remove."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
