"""A figure over time: a line, and the times of a clock below it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from texts.charts.frame import HEIGHT, Frame, below, frame_for, levels
from texts.charts.shapes import Area, Chart, Ink, Line, Shape, Spot
from texts.charts.ticks import scale_to, times_between
from texts.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`points`: when and how much, the first first, none below zero, of more than one moment."""

    name: str
    title: str
    about: str
    points: Sequence[tuple[datetime, float]]


def course_chart(course: Course, reader: Reader) -> Chart:
    """On the reader's clock."""
    scale = scale_to(max(value for _, value in course.points))
    return Chart(
        name=course.name,
        title=course.title,
        about=course.about,
        height=HEIGHT,
        shapes=tuple(_shapes(course, frame_for(scale, reader), reader)),
    )


def _shapes(course: Course, frame: Frame, reader: Reader) -> Iterator[Shape]:
    start, end = course.points[0][0], course.points[-1][0]

    def x(at: datetime) -> float:
        return frame.left + frame.width * ((at - start) / (end - start))

    line: tuple[Spot, ...] = tuple((x(at), frame.y(value)) for at, value in course.points)
    yield Area(spots=frame.below(line), ink=Ink.SOFT)
    yield from levels(frame, reader)
    yield Line(spots=line, ink=Ink.MAIN)
    for at in times_between(start, end, reader.zone):
        yield Line(spots=((x(at), frame.floor), (x(at), frame.floor + 4)), ink=Ink.AXIS)
        yield below(frame, x(at), reader.clock(at.replace(microsecond=0)))
