"""A chart as SVG within a page: colours come from the page's style sheet, by the class that its ink has."""

from collections.abc import Iterable
from html import escape

from texts.charts.shapes import WIDTH, Area, Bar, Chart, Label, Line, Shape, Spot


def svg_of(chart: Chart) -> str:
    """Markup, with all texts in it escaped."""
    name = escape(chart.name)
    head = (
        f'<svg viewBox="0 0 {WIDTH:g} {_figure(chart.height)}" role="img" '
        f'aria-labelledby="{name}-title {name}-about">'
    )
    told = (
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-about">{escape(chart.about)}</desc>'
    )
    return "\n".join((head, told, *map(_drawn, chart.shapes), "</svg>"))


def _drawn(shape: Shape) -> str:
    match shape:
        case Line(spots=spots, ink=ink):
            return f'<polyline class="{ink}" points="{_points(spots)}"/>'
        case Area(spots=spots, ink=ink):
            return f'<polygon class="{ink}" points="{_points(spots)}"/>'
        case Bar():
            at = f'x="{_figure(shape.x)}" y="{_figure(shape.y)}"'
            size = f'width="{_figure(shape.width)}" height="{_figure(shape.height)}"'
            said = f"<title>{escape(shape.said)}</title>" if shape.said else ""
            return f'<rect class="{shape.ink}" {at} {size}>{said}</rect>'
        case Label():
            at = f'x="{_figure(shape.x)}" y="{_figure(shape.y)}"'
            return f'<text {at} text-anchor="{shape.anchor}">{escape(shape.text)}</text>'


def _points(spots: Iterable[Spot]) -> str:
    return " ".join(f"{_figure(x)},{_figure(y)}" for x, y in spots)


def _figure(length: float) -> str:
    return f"{length:.1f}".removesuffix(".0")
