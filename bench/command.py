"""What every bench's command does: reads its options, says how it gets on, prints its figures and writes them."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bench.report import write
from runtime.logging import configure_logging

Say = Callable[[str], None]
Results = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`parts`: that may be measured alone; empty: only all of it. `limit_s`: beyond it something hangs."""

    prog: str
    description: str
    quick_help: str
    results: Path
    limit_s: float
    lines: Callable[[Results], list[str]]
    parts: Sequence[str] = ()

    def parse(self, arguments: list[str] | None = None) -> argparse.Namespace:
        """The options, with their help."""
        epilog = f"The figures are also written to {self._shown}."
        parser = argparse.ArgumentParser(prog=self.prog, description=self.description, epilog=epilog)
        parser.add_argument("--quick", action="store_true", help=self.quick_help)
        if self.parts:
            told = "measure this part (may be repeated; default: all)"
            parser.add_argument("--only", choices=tuple(self.parts), action="append", help=told)
        return parser.parse_args(arguments)

    async def measured(self, run: Callable[[Say], Awaitable[Results]]) -> Results:
        """What `run` found, printed and written. Raises TimeoutError."""
        async with asyncio.timeout(self.limit_s):
            results = await run(_clock())
        write(results, self.results)
        print("\n".join(self.lines(results)))
        print(f"\nwritten to {self._shown}")
        return results

    @property
    def _shown(self) -> Path:
        return self.results.relative_to(self.results.parents[2])


def quiet() -> None:
    """Only what failed is logged beside the figures."""
    configure_logging(log_format="json", level="ERROR", process="bench")


def leave() -> NoReturn:
    """At once: Temporal's core can abort while the interpreter is finalised, which would look like a failure."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _clock() -> Say:
    began = time.monotonic()
    return lambda said: print(f"{time.monotonic() - began:6.1f} s  {said}", flush=True)
