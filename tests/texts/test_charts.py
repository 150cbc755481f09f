"""Charts: round marks on their axes, bars and lines as long and high as what they stand for, nothing outside."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.settlement.course import stretches_of
from domain.settlement.so_far import Point
from texts.charts.bars import Column, Row, column_chart, row_chart
from texts.charts.charging import STRETCHES, charging_charts
from texts.charts.shapes import WIDTH, Anchor, Area, Bar, Chart, Ink, Label, Line
from texts.charts.svg import svg_of
from texts.charts.ticks import scale_to, times_between
from texts.languages import Language
from texts.reader import Reader

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
AMOUNTS = st.floats(min_value=0, max_value=1e7, allow_nan=False).map(lambda value: round(value, 3))
SVG = "{http://www.w3.org/2000/svg}"


@given(most=st.floats(min_value=0.01, max_value=1e9), steps=st.integers(2, 8))
def test_an_axis_reaches_what_it_shows_in_round_steps(most: float, steps: int) -> None:
    scale = scale_to(most, steps)
    assert scale.top >= most * 0.999_99
    assert scale.count <= steps
    assert scale.top <= most * 3, "and little more"
    assert float(f"{scale.step:.1e}") == pytest.approx(scale.step), "two digits tell a step"
    said = {f"{mark:.{scale.digits}f}" for mark in scale.marks}
    assert len(said) == len(scale.marks), "each mark reads differently"
    assert [float(f"{mark:.{scale.digits}f}") for mark in scale.marks] == pytest.approx(list(scale.marks))


@given(seconds=st.integers(1, 400 * 86_400), zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]))
def test_times_are_few_in_order_and_round_on_the_clock_of_the_place(seconds: int, zone: str) -> None:
    end = NOON + timedelta(seconds=seconds)
    found = times_between(NOON, end, zone)
    assert 2 <= len(found) <= 5
    assert all(NOON <= one < after <= end for one, after in pairwise(found))
    if seconds > 180:
        assert all(at.second == 0 for at in found)


DAYS_OF_CHANGE = (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC))
"""Midnights in Berlin."""


@given(
    midnight=st.sampled_from(DAYS_OF_CHANGE),
    begins=st.integers(-6 * 3600, 24 * 3600),
    minutes=st.integers(4, 30 * 60),
)
@example(midnight=DAYS_OF_CHANGE[0], begins=1800, minutes=160)
@example(midnight=DAYS_OF_CHANGE[1], begins=2 * 3600 + 3000, minutes=20)
def test_marks_are_round_and_none_is_missing_when_clocks_change(
    midnight: datetime, begins: int, minutes: int
) -> None:
    start = midnight + timedelta(seconds=begins)
    end = start + timedelta(minutes=minutes)
    found = times_between(start, end, "Europe/Berlin")
    assert 2 <= len(found) <= 5
    assert all(start <= one < after <= end for one, after in pairwise(found))
    if list(found) == [start, end]:
        return
    assert all(at.second == at.microsecond == 0 for at in found)
    step = math.gcd(*map(_of_day, found), 1440)
    minute = timedelta(minutes=1)
    first = start + -(start - midnight) % minute
    clock = [first + n * minute for n in range((end - first) // minute + 1)]
    assert list(found) == [at for at in clock if _of_day(at) % step == 0], (
        "each time that the clock shows one"
    )


def _of_day(at: datetime) -> int:
    here = at.astimezone(BERLIN)
    return here.hour * 60 + here.minute


def _points(rises: list[tuple[int, int]]) -> list[Point]:
    at, energy, found = NOON, 0, [Point(at=NOON, energy_wh=0)]
    for seconds, wh in rises:
        at, energy = at + timedelta(seconds=seconds), energy + wh
        found.append(Point(at=at, energy_wh=energy))
    return found


@given(
    rises=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 5000)), max_size=200),
    most=st.integers(1, 60),
)
def test_a_course_tells_all_the_energy_in_few_stretches(rises: list[tuple[int, int]], most: int) -> None:
    points = _points(rises)
    found = stretches_of(points, most)
    if points[-1].at == points[0].at:
        assert found == ()
        return
    assert 1 <= len(found) <= most
    assert (found[0].start, found[-1].end) == (points[0].at, points[-1].at)
    assert all(one.end == after.start for one, after in pairwise(found)), "without a gap"
    assert found[-1].energy_wh == points[-1].energy_wh
    told = sum(one.power_w * ((one.end - one.start) / timedelta(hours=1)) for one in found)
    hours = (points[-1].at - points[0].at) / timedelta(hours=1)
    assert told == pytest.approx(points[-1].energy_wh, abs=hours + 1), "to a watt"
    assert all(one.power_w >= 0 for one in found)


def test_two_readings_at_almost_one_time_make_no_peak() -> None:
    points = _points([(600, 4000), (1, 3000), (599, 1000)])
    assert max(one.power_w for one in stretches_of(points, 2)) <= 42_000


@given(
    later=st.lists(st.tuples(st.integers(-4000, 4000), st.integers(0, 5000)), min_size=1, max_size=60),
    most=st.integers(1, 60),
)
def test_no_stretch_runs_backwards_where_a_document_keeps_points_out_of_order(
    later: list[tuple[int, int]], most: int
) -> None:
    found = stretches_of(_points(later), most)
    assert all(one.start < one.end and one.power_w >= 0 for one in found)
    assert all(one.end == after.start for one, after in pairwise(found))


@given(
    mains=st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=31),
    language=st.sampled_from(list(Language)),
)
def test_columns_are_as_high_as_what_they_stand_for(
    mains: list[tuple[float, float]], language: Language
) -> None:
    columns = [Column(label=f"{n}.", main=main, soft=soft, said="it") for n, (main, soft) in enumerate(mains)]
    chart = column_chart("days", "kWh", "about", columns, Reader(language))
    _nothing_outside(chart)
    bars = [one for one in chart.shapes if isinstance(one, Bar) and one.ink is Ink.MAIN]
    shown = [main for main, _ in mains if main > 0]
    assert len(bars) == len(shown)
    highest = max(range(len(shown)), key=shown.__getitem__, default=None)
    for bar, main in zip(bars, shown, strict=True):
        assert highest is not None
        assert bar.height == pytest.approx(bars[highest].height * main / shown[highest], abs=0.01)
    _no_label_runs_into_another(chart)


@given(
    rows=st.lists(
        st.tuples(AMOUNTS, AMOUNTS, st.none() | AMOUNTS, st.text("Vé<n ", max_size=99)),
        min_size=1,
        max_size=9,
    )
)
def test_rows_keep_within_their_sheet_whatever_they_are_called(
    rows: list[tuple[float, float, float | None, str]],
) -> None:
    made = [
        Row(label=label, main=main, soft=soft, limit=limit, said=label) for main, soft, limit, label in rows
    ]
    _nothing_outside(row_chart("rows", "EUR", "about", made, Reader()))


@given(rises=st.lists(st.tuples(st.integers(1, 4000), st.integers(0, 5000)), min_size=1, max_size=150))
def test_power_and_energy_are_drawn_within_their_field(rises: list[tuple[int, int]]) -> None:
    points = _points(rises)
    power, energy = charging_charts(points, Reader(zone="Europe/Berlin"))
    for chart in (power, energy):
        _nothing_outside(chart)
    line = next(one for one in energy.shapes if isinstance(one, Line) and one.ink is Ink.MAIN)
    assert len(line.spots) <= STRETCHES + 1
    assert [y for _, y in line.spots] == sorted((y for _, y in line.spots), reverse=True), "it never falls"
    assert f"{points[-1].energy_wh / 1000:.2f} kWh" in energy.about


def test_one_moment_is_no_course() -> None:
    assert charging_charts(_points([(0, 5)]), Reader()) == ()


def test_what_a_chart_says_is_no_markup() -> None:
    bad = "<script>&\"'"
    row = Row(label=bad, main=1, said=bad)
    root = ElementTree.fromstring(
        svg_of(row_chart("rows", bad, bad, [row], Reader())).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1)
    )
    assert root.findtext(f"{SVG}title") == bad
    assert root.findtext(f"{SVG}desc") == bad
    assert root.get("aria-labelledby") == "rows-title rows-about"
    assert bad in [one.text for one in root.iter(f"{SVG}text")]
    assert "style" not in {name for one in root.iter() for name in one.attrib}, "nor style within the page"


def _nothing_outside(chart: Chart) -> None:
    for shape in chart.shapes:
        match shape:
            case Line(spots=spots) | Area(spots=spots):
                places = list(spots)
            case Bar():
                places = [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
                assert min(shape.width, shape.height) >= 0
            case Label():
                places = [(shape.x, shape.y)]
        assert all(-0.01 <= x <= WIDTH + 0.01 and -0.01 <= y <= chart.height + 0.01 for x, y in places), shape


def _no_label_runs_into_another(chart: Chart) -> None:
    below = [one for one in chart.shapes if isinstance(one, Label) and one.anchor is Anchor.MIDDLE]
    assert all(after.x - one.x >= (len(one.text) + len(after.text)) / 2 * 6 for one, after in pairwise(below))
