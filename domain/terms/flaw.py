"""What is wrong with one figure of the rules of a site."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """`path`: the field, e.g. `overstay.step`. `problem`: a sentence's end, e.g. `must be longer than zero`."""

    path: str
    problem: str
