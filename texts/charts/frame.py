"""The field of a chart with marks at its left: what stands in it is placed by its figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from texts.charts.shapes import TEXT, WIDTH, Anchor, Ink, Label, Line, Shape, Spot
from texts.charts.ticks import Scale
from texts.reader import Reader

HEIGHT = 190.0
_LETTER = TEXT * 0.58
"""Width of a digit, in most fonts."""
_ABOVE, _BELOW, _RIGHT = TEXT * 0.7, TEXT * 1.8, TEXT
_GAP = TEXT / 2


def width_of(text: str) -> float:
    """About."""
    return len(text) * _LETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`left`: where the field begins. `scale`: of what goes up."""

    left: float
    scale: Scale

    @property
    def right(self) -> float:
        return WIDTH - _RIGHT

    @property
    def floor(self) -> float:
        return HEIGHT - _BELOW

    @property
    def width(self) -> float:
        return self.right - self.left

    def y(self, value: float) -> float:
        part = min(max(value, 0), self.scale.top) / self.scale.top
        return self.floor - part * (self.floor - _ABOVE)

    def below(self, spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
        """The polygon between a line and the floor."""
        return ((spots[0][0], self.floor), *spots, (spots[-1][0], self.floor))


def frame_for(scale: Scale, reader: Reader) -> Frame:
    """With room for what its marks say."""
    widest = max(width_of(_said(mark, scale, reader)) for mark in scale.marks)
    return Frame(left=widest + 2 * _GAP, scale=scale)


def levels(frame: Frame, reader: Reader) -> Iterator[Shape]:
    """Lines across the field, and what they stand for."""
    for mark in frame.scale.marks:
        y = frame.y(mark)
        yield Line(spots=((frame.left, y), (frame.right, y)), ink=Ink.GRID if mark else Ink.AXIS)
        text = _said(mark, frame.scale, reader)
        yield Label(x=frame.left - _GAP, y=y + TEXT * 0.35, text=text, anchor=Anchor.END)


def below(frame: Frame, x: float, text: str) -> Label:
    """Under the field, at its edges within it."""
    half = width_of(text) / 2
    return Label(
        x=min(max(x, half), WIDTH - half), y=frame.floor + TEXT * 1.4, text=text, anchor=Anchor.MIDDLE
    )


def _said(mark: float, scale: Scale, reader: Reader) -> str:
    return reader.decimal(mark, scale.digits) if mark else "0"
