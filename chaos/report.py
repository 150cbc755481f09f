"""What a run came to: lines for people, a document for machines."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from chaos.audit.evidence import Violation
from chaos.run import Outcome

_SHOWN = 5
_DETAIL = 220


def document(outcome: Outcome) -> dict[str, Any]:
    """Everything, JSON once `str` writes what JSON has no word for."""
    beliefs, processes = outcome.beliefs, outcome.processes
    options = outcome.options
    return {
        "seed": options.seed,
        "minutes": options.minutes,
        "blows": options.blows,
        "targets": options.targets,
        "drivers": options.drivers,
        "without": options.without,
        "kills": dict(processes.kills),
        "freezes": dict(processes.freezes),
        "connections": dict(outcome.storm.connections),
        "provider": dict(outcome.provider.troubles),
        "chargers": dict(outcome.chargers.troubles),
        "operator": dict(outcome.operator.acts),
        "resolved_by_operator": dict(outcome.operator.resolved),
        "ended_by_themselves": [asdict(end) for end in processes.own_ends],
        "back_after_s": {name: _spread(times) for name, times in processes.back_after_s.items()},
        "not_back": outcome.not_back,
        "settled_s": outcome.settled_s,
        "left": outcome.left,
        "hold_looks": outcome.looks,
        "plans": dict(Counter(trip.plan for trip in beliefs.trips.values())),
        "reservations": reservations(outcome),
        "messages_answered": len(beliefs.answered),
        "calls": {" ".join(map(str, call)): count for call, count in sorted(beliefs.calls.items())},
        "unanswered": [asdict(call) for call in beliefs.unanswered],
        "own_faults": beliefs.own_faults,
        "by_invariant": by_invariant(outcome.violations),
        "violations": [asdict(violation) for violation in outcome.violations],
        "log": outcome.storm.log,
    }


def lines(outcome: Outcome) -> list[str]:
    """The last one counts kills, reservations and violations."""
    beliefs, processes = outcome.beliefs, outcome.processes
    text = [
        f"kills       {_counts(processes.kills)}",
        f"freezes     {_counts(processes.freezes)}",
        f"connections {_counts(outcome.storm.connections)}",
        f"provider    {_counts(outcome.provider.troubles)}",
        f"chargers    {_counts(outcome.chargers.troubles)}",
        f"operator    {_counts(outcome.operator.acts)}; resolved: {_counts(outcome.operator.resolved)}",
        f"reservations {_counts(reservations(outcome))}",
        f"heard       {beliefs.calls.total()} answers, {len(beliefs.unanswered)} calls given up; "
        f"{len(beliefs.answered)} charger messages",
        _calm(outcome),
    ]
    text += [f"left out: drivers who are {plan}" for plan in outcome.options.without]
    text += [f"ended by itself: {end.name} (status {end.status}) at {end.at}" for end in processes.own_ends]
    text += [f"not back: {name}" for name in outcome.not_back]
    text += [f"fault of the harness: {fault}" for fault in beliefs.own_faults]
    text += _violations(outcome.violations)
    total = sum(reservations(outcome).values())
    return [
        *text,
        "",
        f"seed {outcome.options.seed}: {processes.kills.total()} kills, {total} reservations, "
        f"{len(outcome.violations)} violations",
    ]


def reservations(outcome: Outcome) -> dict[str, int]:
    """How many ended in each state, by the list."""
    return dict(sorted(Counter(one.seen.state for one in outcome.evidence.listed.values()).items()))


def by_invariant(found: list[Violation]) -> dict[str, int]:
    """`I4 unbalanced` → how many."""
    return dict(sorted(Counter(f"{one.invariant} {one.what}" for one in found).items()))


def _violations(found: list[Violation]) -> list[str]:
    text: list[str] = []
    for kind, count in by_invariant(found).items():
        text.append(f"VIOLATED {kind}: {count}")
        shown = [one for one in found if f"{one.invariant} {one.what}" == kind][:_SHOWN]
        text += [f"    {one.about}: {one.detail}"[:_DETAIL] for one in shown]
    return text


def _calm(outcome: Outcome) -> str:
    if outcome.settled_s is None:
        return f"calm        {outcome.left} still on their way after {outcome.options.settle_s:g} s"
    return f"calm        everything had ended {outcome.settled_s:g} s after it was mended"


def _counts(counts: Counter[str] | dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"least": ordered[0], "median": ordered[len(ordered) // 2], "most": ordered[-1]}
