"""What a chart is made of, whoever draws it: lengths in units of a sheet of WIDTH, from its upper left corner."""

from dataclasses import dataclass
from enum import StrEnum

WIDTH = 400.0
TEXT = 12.0
"""Height of its letters."""


class Ink(StrEnum):
    """What a shape stands for; each medium has its colours for them."""

    GRID = "grid"
    AXIS = "axis"
    MAIN = "main"
    """What is, as a line or a bar."""
    SOFT = "soft"
    """What is below a line; what is only expected."""
    LIMIT = "limit"


class Anchor(StrEnum):
    """Which part of a text stands at its place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


Spot = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    spots: tuple[Spot, ...]
    ink: Ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A polygon."""

    spots: tuple[Spot, ...]
    ink: Ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`said`: what it stands for, to whom points at it."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """`y`: of the line that its letters stand on."""

    x: float
    y: float
    text: str
    anchor: Anchor


Shape = Line | Area | Bar | Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`name`: of the chart on its page, a word. `title`: what it shows, with its unit. `about`: what can be read from
    it, for who does not see it. Of WIDTH × `height`.
    """

    name: str
    title: str
    about: str
    height: float
    shapes: tuple[Shape, ...]
