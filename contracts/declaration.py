"""How an activity is declared: by name and shapes, without its implementation.

Workflows call declarations, workers register implementations; a test compares the two. So a workflow reaches neither
a database nor a payment provider, not even through an import.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from temporalio import activity

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Activity(Generic[Ask, Answer]):
    """`name` on the wire, what it takes (one value) and what it gives. Names stay for ever: histories carry them."""

    name: str
    takes: type[Ask]
    gives: type[Answer]


def implements(
    declared: Activity[Ask, Answer],
) -> Callable[
    [Callable[[Any, Ask], Coroutine[Any, Any, Answer]]], Callable[[Any, Ask], Coroutine[Any, Any, Answer]]
]:
    """Decorates the method that does what `declared` says; it is registered under the declared name.

    Other decorators of the method go below this one.
    """
    return activity.defn(name=declared.name)
