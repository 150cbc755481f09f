"""The same page as an archive PDF (PDF/A-3B): laid out from the template's HTML, on A4, with a foot on each page.

The same document gives the same bytes, whenever it is made.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from texts.charts.shapes import Chart
from texts.documents.blocks import Block, Cell, Row, blocks_of
from texts.documents.drawing import draw
from texts.documents.xmp import metadata_of

_FONT = "source-sans"
_FILES = {"": "SourceSansPro-Regular.ttf", "B": "SourceSansPro-Semibold.ttf"}
_INK, _QUIET, _RULE, _ACCENT = (27, 36, 48), (102, 112, 125), (217, 222, 228), (11, 107, 87)
_MARGIN, _FOOT = 20.0, 28.0
_WIDTHS = {"lines": (76.0, 24.0, 27.0, 15.0, 28.0), "sums": (78.0, 28.0), "dl": (36.0, 134.0)}
"""Of a table's columns, in millimetres; a table that is narrower than the page stands at its right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An invoice by EN 16931 within the PDF: the same for machines."""

    name: str
    content: bytes
    about: str


def pdf_of(
    html: str,
    *,
    title: str,
    language: str,
    page: str,
    made_at: datetime,
    charts: Sequence[Chart] = (),
    attached: Attachment | None = None,
) -> bytes:
    """`page`: with `{page}` and `{pages}` in it. `charts`: what stands in the page's figure."""
    paper = _Paper(page, charts)
    paper.set_title(title)
    paper.set_lang(language)
    paper.set_creation_date(made_at)
    blocks = blocks_of(html)
    paper.foot = [row.cells[0].text for block in blocks if block.kind == "footer" for row in block.rows]
    paper.add_page()
    for block in blocks:
        paper.put(block)
    if attached is not None:
        paper.embed_file(
            bytes=attached.content,
            basename=attached.name,
            mime_type="text/xml",
            desc=attached.about,
            creation_date=made_at,
            modification_date=made_at,
            associated_file_relationship="Alternative",
        )
    invoice = attached.name if attached else ""
    paper.set_xmp_metadata(metadata_of(title=title, language=language, made_at=made_at, invoice=invoice))
    return bytes(paper.output())


@functools.cache
def _font(style: str) -> str:
    with as_file(files("font_source_sans_pro") / "files" / _FILES[style]) as path:
        return str(path)


class _Paper(FPDF):
    def __init__(self, page: str, charts: Sequence[Chart]) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-3B")
        self._charts = charts
        self.foot: Sequence[str] = ()
        self._page_text = page
        for style in _FILES:
            self.add_font(_FONT, style, _font(style))
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(auto=True, margin=_FOOT + 4)
        self.alias_nb_pages("{nb}")

    def header(self) -> None:
        self.set_fill_color(*_ACCENT)
        self.rect(0, 0, self.w, 2.5, style="F")
        self.set_y(_MARGIN)

    def footer(self) -> None:
        self.set_y(-_FOOT)
        self._rule(_RULE)
        self.set_y(self.get_y() + 2)
        for line in [*self.foot, self._page_text.format(page=self.page_no(), pages="{nb}")]:
            self._pen(7.5, _QUIET)
            self.cell(0, 3.6, line, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def put(self, block: Block) -> None:
        match block.kind:
            case "h2":
                self._pen(13, _ACCENT, "B")
                self._text(block.rows[0].cells[0].text, 6)
            case "address":
                self._address(block)
            case "h1":
                self._pen(19, _INK, "B")
                self._text(block.rows[0].cells[0].text, 9)
                self.ln(3)
            case "dl" | "lines" | "sums":
                self._table(block)
            case "p":
                self._pen(9, _QUIET)
                self._text(block.rows[0].cells[0].text, 4.6)
                self.ln(1)
            case "figure":
                draw(self, self._charts, _FONT)
            case _:
                pass

    def _address(self, block: Block) -> None:
        """At the right of the issuer's name."""
        self.set_y(_MARGIN)
        for row in block.rows:
            self._pen(9.5, _QUIET)
            self.cell(0, 4.6, row.cells[0].text, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_y(max(self.get_y(), _MARGIN + 8) + 12)

    def _table(self, block: Block) -> None:
        widths = _WIDTHS[block.kind]
        heads = [row for row in block.rows if row.head]
        for row in block.rows:
            if self.will_page_break(self._height(row, widths, block.kind)):
                self.add_page()
                for head in heads:
                    self._put_row(head, widths, block.kind)
            self._put_row(row, widths, block.kind)
        self.ln(6)

    def _put_row(self, row: Row, widths: Sequence[float], kind: str) -> None:
        height = self._height(row, widths, kind)
        top, left = self.get_y(), self.w - _MARGIN - sum(widths)
        if row.strong:
            self._rule(_INK, left, top + 0.8)
            top += 1.6
        x = left
        for number, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            self._put_cell(cell, row, kind, (x, top, width), quiet=row.head or (kind == "dl" and number == 0))
            x += width
        self.set_xy(_MARGIN, self.get_y() if height == 0 else top + height - (1.6 if row.strong else 0))
        if kind == "lines":
            self._rule(_INK if row.head else _RULE, left, self.get_y() - 0.6)

    def _put_cell(
        self, cell: Cell, row: Row, kind: str, at: tuple[float, float, float], *, quiet: bool
    ) -> None:
        x, y, width = at
        self._pen(10, _QUIET if quiet else _INK, "B" if row.head or row.strong else "")
        self.set_xy(x, y + (1 if kind == "lines" else 0))
        align = "R" if cell.number else "L"
        self._write(cell.text, width, 4.8, align)
        if cell.small:
            self._pen(8.5, _QUIET)
            self._write(cell.small, width, 4, align)

    def _write(self, text: str, width: float, line: float, align: str) -> None:
        written = self.cell if self._fits(text, width) else self.multi_cell
        written(width, line, text, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def _height(self, row: Row, widths: Sequence[float], kind: str) -> float:
        tallest = 0.0
        for cell, width in zip(row.cells, widths, strict=True):
            self._pen(10, _INK, "B" if row.head or row.strong else "")
            height = self._tall(cell.text, width, 4.8)
            if cell.small:
                self._pen(8.5, _QUIET)
                height += self._tall(cell.small, width, 4)
            tallest = max(tallest, height)
        return tallest + {"lines": 2.6, "sums": 0.6, "dl": 0.2}[kind] + (3.0 if row.strong else 0)

    def _fits(self, text: str, width: float) -> bool:
        """Into one line: most do, and breaking lines is what takes the time."""
        return "\n" not in text and self.get_string_width(text) <= width - 2 * self.c_margin

    def _tall(self, text: str, width: float, line: float) -> float:
        if self._fits(text, width):
            return line
        found = self.multi_cell(width, line, text, dry_run=True, output=MethodReturnValue.HEIGHT)
        return float(found) if isinstance(found, int | float) else line

    def _text(self, text: str, height: float) -> None:
        self.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _pen(self, size: float, colour: tuple[int, int, int], style: str = "") -> None:
        self.set_font(_FONT, style, size)
        self.set_text_color(*colour)

    def _rule(self, colour: tuple[int, int, int], left: float = _MARGIN, at: float | None = None) -> None:
        y = self.get_y() if at is None else at
        self.set_draw_color(*colour)
        self.set_line_width(0.25)
        self.line(left, y, self.w - _MARGIN, y)
