"""Charts on paper: the shapes that pages have as SVG, in a document's colours."""

from collections.abc import Sequence

from fpdf import FPDF

from texts.charts.shapes import TEXT, WIDTH, Anchor, Area, Bar, Chart, Ink, Label, Line, Shape

_COLOURS = {
    Ink.GRID: (217, 222, 228),
    Ink.AXIS: (102, 112, 125),
    Ink.MAIN: (11, 107, 87),
    Ink.SOFT: (211, 228, 224),
    Ink.LIMIT: (163, 24, 43),
}
_TEXT = (102, 112, 125)
_THIN, _THICK = 0.2, 0.5
"""Millimetres."""
_TITLE, _APART, _BELOW = 5.0, 6.0, 4.0
_ALONE = 110.0
_POINTS_A_MM = 72 / 25.4
_SHIFTS = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}


def draw(paper: FPDF, charts: Sequence[Chart], font: str) -> None:
    """One alone, or two side by side, from where the paper is; none is torn apart."""
    paper.ln(_APART)
    for n in range(0, len(charts), 2):
        pair = charts[n : n + 2]
        width = (paper.epw - _APART) / 2 if len(charts) > 1 else _ALONE
        scale = width / WIDTH
        height = _TITLE + max(one.height for one in pair) * scale + _BELOW
        if paper.will_page_break(height):
            paper.add_page()
        top = paper.get_y()
        for column, chart in enumerate(pair):
            left = paper.l_margin + column * (width + _APART)
            _Sheet(paper, font, left, top, scale).draw(chart)
        paper.set_xy(paper.l_margin, top + height)


class _Sheet:
    """A chart's on the paper: its corner in millimetres, and how many of them are one of its units."""

    def __init__(self, paper: FPDF, font: str, left: float, top: float, scale: float) -> None:
        self._paper, self._font = paper, font
        self._left, self._top, self._scale = left, top + _TITLE, scale

    def draw(self, chart: Chart) -> None:
        self._write(chart.title, self._left, self._top - 1.5, Anchor.START, 9.0)
        for shape in chart.shapes:
            self._put(shape)

    def _put(self, shape: Shape) -> None:
        match shape:
            case Line():
                self._paper.set_draw_color(*_COLOURS[shape.ink])
                self._paper.set_line_width(_THICK if shape.ink is Ink.MAIN else _THIN)
                self._paper.polyline([self._at(x, y) for x, y in shape.spots])
            case Area():
                self._paper.set_fill_color(*_COLOURS[shape.ink])
                self._paper.polygon([self._at(x, y) for x, y in shape.spots], style="F")
            case Bar():
                self._paper.set_fill_color(*_COLOURS[shape.ink])
                size = (shape.width * self._scale, shape.height * self._scale)
                self._paper.rect(*self._at(shape.x, shape.y), *size, style="F")
            case Label():
                size_pt = TEXT * self._scale * _POINTS_A_MM
                self._write(shape.text, *self._at(shape.x, shape.y), shape.anchor, size_pt)

    def _write(self, text: str, x: float, y: float, anchor: Anchor, size_pt: float) -> None:
        self._paper.set_font(self._font, "", size_pt)
        self._paper.set_text_color(*_TEXT)
        self._paper.text(x - _SHIFTS[anchor] * self._paper.get_string_width(text), y, text)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self._left + x * self._scale, self._top + y * self._scale
