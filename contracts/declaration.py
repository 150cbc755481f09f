"""How an activity is declared: by name and shapes, without its implementation.

Workflows call declarations, workers register implementations; a test compares the two. So a workflow reaches neither
a database nor a payment provider, not even through an import.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from temporalio import activity

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Kind(StrEnum):
    """What becomes of an effect whose workflow task is lost: docs/decisions/0014-two-kinds-of-effects.md."""

    READS = "reads"
    """Changes nothing."""
    CONVERGENT = "convergent"
    """Says what the world should be now. When its task is lost, the next attempt says so anew, and the later wins."""
    DECIDED = "decided"
    """Cannot be taken back, or not by saying something else: it happens once nothing can change the decision."""


@dataclass(frozen=True, slots=True)
class Activity(Generic[Ask, Answer]):
    """`name` on the wire, what it takes (one value) and what it gives. Names stay for ever: histories carry them."""

    name: str
    takes: type[Ask]
    gives: type[Answer]
    kind: Kind


SUPERSEDED = "superseded"
"""Type of the failure that says: something later was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned:
    """An ask of which the world keeps the highest version. `version`: the length of the workflow's history.

    Filled in by the engine. A later attempt at a lost task has at least the same, and is asked later.
    """

    version: int = 0


def implements(
    declared: Activity[Ask, Answer],
) -> Callable[
    [Callable[[Any, Ask], Coroutine[Any, Any, Answer]]], Callable[[Any, Ask], Coroutine[Any, Any, Answer]]
]:
    """Decorates the method that does what `declared` says; it is registered under the declared name.

    Other decorators of the method go below this one.
    """
    return activity.defn(name=declared.name)
