"""What the demo says at the end: each story's timeline and money, what failed and why, and the final line."""

from dataclasses import dataclass

from runtime.demo.machine import Conditions
from simulator.scenarios.evidence import Books
from simulator.scenarios.expectation import Unmet
from simulator.scenarios.stage import Scenario, Wait
from simulator.scenarios.trip import Notes

_SLOW = 0.5
"""A booking that uses up so much of the time that its driver has leaves too little for the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one story came out. `last`: what it was doing; `trace`: of an error nobody expected."""

    scenario: Scenario
    seconds: float
    error: BaseException | None
    last: str
    trace: str = ""
    notes: tuple[Notes, ...] = ()
    waits: tuple[Wait, ...] = ()

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


def print_summary(outcomes: list[Outcome], books: Books, conditions: Conditions) -> int:
    """The books; if anything failed, whether the machine was slow; then the final line. Returns the exit status.

    Books that do not agree although every story passed count as a failure.
    """
    failed = [outcome for outcome in outcomes if not outcome.passed]
    print(f"\nThe books {'agree' if books.agree else 'DO NOT AGREE'}: {books}")
    if failed:
        print("\nFailed: " + ", ".join(outcome.scenario.id for outcome in failed))
        _print_slowness(outcomes, conditions)
    failures = len(failed) or int(not books.agree)
    print(f"\n{len(outcomes) - len(failed)} scenarios passed, {failures} failed", flush=True)
    return 1 if failures else 0


def _print_slowness(outcomes: list[Outcome], conditions: Conditions) -> None:
    """What was measured of it, and how to give the stories more time."""
    waits = [(outcome.scenario.id, wait) for outcome in outcomes for wait in outcome.waits]
    waits.sort(key=lambda one: one[1].used, reverse=True)
    slow = [one for one in waits if one[1].used > _SLOW]
    for scenario, wait in slow or waits[:1]:
        print(
            f"{scenario}: {wait.driver}'s booking took {wait.took:.1f} s; the grace ended after {wait.allowed:.1f} s."
        )
    print(conditions)
    print(
        "This is slow for rules in seconds, and may be why. Once more, a few at a time and with longer seconds:"
        if slow or conditions.busy
        else "This is not slow. If you think the machine is, once more, a few at a time and with longer seconds:"
    )
    pace = max((outcome.scenario.pace for outcome in outcomes), default=1.0)
    print(f'  make demo DEMO="--at-once 4 --pace {2 * pace:g}"')


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
