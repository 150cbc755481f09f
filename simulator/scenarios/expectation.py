"""What a story expected and what it saw instead."""

from collections.abc import Iterable
from typing import Any


class Unmet(Exception):
    """An expectation that did not come true: `expected` and `seen` are sentences or values for people."""

    code = "expectation_unmet"

    def __init__(self, expected: str, seen: object) -> None:
        super().__init__(f"expected {expected}; seen: {seen}")
        self.expected = expected
        self.seen = seen


def expect(condition: bool, expected: str, seen: object) -> None:
    """Raise Unmet unless `condition` holds."""
    if not condition:
        raise Unmet(expected, seen)


def expect_equal(what: str, seen: Any, wanted: Any) -> None:
    """Raise Unmet unless both are equal."""
    if seen != wanted:
        raise Unmet(f"{what} = {wanted!r}", repr(seen))


def expect_in_order(what: str, seen: Iterable[str], wanted: Iterable[str]) -> None:
    """Every wanted text begins one of the seen ones, in this order; others may lie between."""
    left = list(seen)
    for text in wanted:
        place = next((n for n, line in enumerate(left) if line.startswith(text)), None)
        if place is None:
            raise Unmet(f"{what} to go on with “{text}”", " | ".join(seen))
        del left[: place + 1]
