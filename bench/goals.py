"""What is held to what: a figure with its goal, whether it is met, and what held it back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Parts = dict[str, Any]
AT_LEAST, AT_MOST = "≥", "≤"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`read` finds the value in the measured parts; KeyError or None: not measured. `hint`: said when missed."""

    name: str
    sense: str
    bound: float
    unit: str
    read: Callable[[Parts], float | None]
    aim: float | None = None
    hint: str

    def meets(self, value: float) -> bool:
        return value >= self.bound if self.sense == AT_LEAST else value <= self.bound


def figures(goals: Sequence[Goal], parts: Parts) -> dict[str, Any]:
    """Name → value, goal, whether it is met, and a note. Value None: not measured this time."""
    return {goal.name: _figure(goal, parts) for goal in goals}


def told(figures_: dict[str, Any]) -> list[str]:
    """A line for each, under a heading."""
    return [
        f"{'':42}{'measured':>12}   {'goal':10}{'aim':>6}",
        *(_line(name, figure) for name, figure in figures_.items()),
    ]


def _figure(goal: Goal, parts: Parts) -> dict[str, Any]:
    try:
        value = goal.read(parts)
    except KeyError:
        value = None
    met = None if value is None else goal.meets(value)
    return {
        "value": value,
        "unit": goal.unit,
        "goal": f"{goal.sense} {goal.bound:g}",
        "aim": goal.aim,
        "met": met,
        "note": "not measured" if value is None else "" if met else f"held back by: {goal.hint}",
    }


def _line(name: str, figure: dict[str, Any]) -> str:
    value = "–" if figure["value"] is None else f"{figure['value']:,} {figure['unit']}".strip()
    aim = "" if figure["aim"] is None else f"{figure['aim']:g}"
    verdict = {True: "met", False: "missed", None: ""}[figure["met"]]
    return f"  {name:40}{value:>12}   {figure['goal']:10}{aim:>6}  {verdict} {figure['note']}".rstrip()
