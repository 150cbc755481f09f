"""Figures side by side: columns over time, and rows of what has a name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from texts.charts.frame import HEIGHT, Frame, below, frame_for, levels, width_of
from texts.charts.shapes import TEXT, WIDTH, Anchor, Bar, Chart, Ink, Label, Line, Shape
from texts.charts.ticks import Scale, scale_to
from texts.reader import Reader

_FILLS = 0.7
"""Of the room of a column."""
_ROW, _THICK = TEXT * 3, TEXT * 1.1
_LETTERS = int(WIDTH / width_of("n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`soft`: on top of it, what is only expected. `label`: below it, where there is room. `said`: all of it."""

    label: str
    main: float
    said: str
    soft: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The same lying down under its `label`; `limit`: a line at so much."""

    label: str
    main: float
    said: str
    soft: float = 0
    limit: float | None = None


def column_chart(name: str, title: str, about: str, columns: Sequence[Column], reader: Reader) -> Chart:
    """The first at the left; there is one at least. Less than nothing is not drawn."""
    scale = scale_to(max(max(one.main, 0) + max(one.soft, 0) for one in columns))
    shapes = tuple(_columns(columns, frame_for(scale, reader), reader))
    return Chart(name=name, title=title, about=about, height=HEIGHT, shapes=shapes)


def row_chart(name: str, title: str, about: str, rows: Sequence[Row], reader: Reader) -> Chart:
    """The first on top; there is one at least."""
    scale = scale_to(max(max(max(one.main, 0) + max(one.soft, 0), one.limit or 0) for one in rows), steps=5)
    height = _ROW * len(rows) + TEXT * 2.2
    return Chart(
        name=name, title=title, about=about, height=height, shapes=tuple(_rows(rows, scale, height, reader))
    )


def _columns(columns: Sequence[Column], frame: Frame, reader: Reader) -> Iterator[Shape]:
    yield from levels(frame, reader)
    room = frame.width / len(columns)
    every = _every(columns, room)
    for number, one in enumerate(columns):
        x, main = frame.left + room * (number + 0.5), max(one.main, 0)
        left, width = x - room * _FILLS / 2, room * _FILLS
        foot, top = frame.y(main), frame.y(main + max(one.soft, 0))
        if main:
            height = frame.floor - foot
            yield Bar(x=left, y=foot, width=width, height=height, ink=Ink.MAIN, said=one.said)
        if one.soft > 0:
            yield Bar(x=left, y=top, width=width, height=foot - top, ink=Ink.SOFT, said=one.said)
        if (len(columns) - 1 - number) % every == 0:
            yield below(frame, x, one.label)


def _every(columns: Sequence[Column], room: float) -> int:
    """How many columns share one label, so that none runs into the next."""
    needs = max(width_of(one.label) for one in columns) + TEXT / 2
    return max(1, -int(-needs // room))


def _rows(rows: Sequence[Row], scale: Scale, height: float, reader: Reader) -> Iterator[Shape]:
    left, floor = 1.0, height - TEXT * 1.8
    width = WIDTH - 2 * left

    def x(value: float) -> float:
        return left + width * min(max(value, 0), scale.top) / scale.top

    for mark in scale.marks:
        yield Line(spots=((x(mark), 0), (x(mark), floor)), ink=Ink.GRID if mark else Ink.AXIS)
        text = reader.decimal(mark, scale.digits) if mark else "0"
        half = width_of(text) / 2
        at = min(max(x(mark), half), WIDTH - half)
        yield Label(x=at, y=floor + TEXT * 1.4, text=text, anchor=Anchor.MIDDLE)
    for number, one in enumerate(rows):
        top = _ROW * number
        yield Label(x=left + TEXT / 3, y=top + TEXT * 1.1, text=_short(one.label), anchor=Anchor.START)
        y, middle = top + TEXT * 1.5, x(max(one.main, 0))
        yield Bar(x=left, y=y, width=middle - left, height=_THICK, ink=Ink.MAIN, said=one.said)
        end = x(max(one.main, 0) + max(one.soft, 0))
        if end > middle:
            yield Bar(x=middle, y=y, width=end - middle, height=_THICK, ink=Ink.SOFT, said=one.said)
        if one.limit is not None:
            at = min(x(one.limit), WIDTH - 3)
            yield Bar(x=at, y=y - 3, width=3, height=_THICK + 6, ink=Ink.LIMIT, said=one.said)


def _short(label: str) -> str:
    return label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}…"
