"""What the demo says at the end: each story's timeline and money, what failed and why, and the final line."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.scenarios.evidence import Books
from simulator.scenarios.expectation import Unmet
from simulator.scenarios.stage import Scenario
from simulator.scenarios.trip import Notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one story came out. `last`: what it was doing; `trace`: of an error nobody expected."""

    scenario: Scenario
    seconds: float
    error: BaseException | None
    last: str
    trace: str = ""
    notes: tuple[Notes, ...] = ()

    @property
    def passed(self) -> bool:
        return self.error is None


def print_legend() -> None:
    """How to read what follows; once, before the first story's block."""
    print("\nIn the ledger lines the accounts sum to zero: − is a credit, + a debit.")


def print_outcome(outcome: Outcome) -> None:
    """The story's block: title, then for each reservation its timeline and money."""
    mark = "✓" if outcome.passed else "✗"
    print(f"\n{mark} {outcome.scenario.title}  ({outcome.seconds:.1f} s)")
    for note in outcome.notes:
        print(f"  {note.heading}")
        for line in note.timeline():
            print(f"    {line}")
        print("    money")
        for line in note.money():
            print(f"      {line}")
    if outcome.error is not None:
        _print_failure(outcome)


def print_summary(outcomes: list[Outcome], books: Books, log_tails: Mapping[str, str]) -> int:
    """The books, log tails if anything failed, then the final line. Returns the exit status.

    Books that do not agree although every story passed count as a failure.
    """
    failed = [outcome for outcome in outcomes if not outcome.passed]
    print(f"\nThe books {'agree' if books.agree else 'DO NOT AGREE'}: {books}")
    if failed:
        for name, tail in log_tails.items():
            print(f"\n--- end of the log of {name} ---\n{tail}")
        print("\nFailed: " + ", ".join(outcome.scenario.id for outcome in failed))
    failures = len(failed) or int(not books.agree)
    print(f"\n{len(outcomes) - len(failed)} scenarios passed, {failures} failed", flush=True)
    return 1 if failures else 0


def _print_failure(outcome: Outcome) -> None:
    print(f"  FAILED while: {outcome.last}")
    error = outcome.error
    if isinstance(error, Unmet):
        print(f"    expected: {error.expected}")
        print(f"    seen:     {error.seen}")
    else:
        print(f"    {type(error).__name__}: {error}")
    if outcome.trace:
        print("    " + outcome.trace.replace("\n", "\n    "))
