"""The template's HTML as blocks, in the few elements that it has: what the PDF is laid out from."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Cell:
    """`small`: what stands below, quieter."""

    text: str = ""
    small: str = ""
    number: bool = False


@dataclass(slots=True)
class Row:
    cells: list[Cell] = field(default_factory=list)
    head: bool = False
    strong: bool = False


@dataclass(slots=True)
class Block:
    """`kind`: the element, or a table's class. `rows`: of a table, of a list of terms, of lines one below the other."""

    kind: str
    rows: list[Row] = field(default_factory=list)


_BLOCKS = frozenset({"h1", "h2", "address", "dl", "table", "p", "figure", "footer"})
_CELLS = frozenset({"th", "td", "dt", "dd", "span"})


def blocks_of(html: str) -> list[Block]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._cell: Cell | None = None
        self._small = False
        self._head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag in _BLOCKS:
            self.blocks.append(Block(classes[0] if tag == "table" and classes else tag))
            if tag in {"h1", "h2", "p"}:
                self._row().cells.append(self._begun(Cell()))
        elif tag == "thead":
            self._head = True
        elif tag == "tr":
            self._row().strong = "strong" in classes
        elif tag == "small":
            self._small = True
        elif tag in _CELLS and self.blocks:
            row = self._row() if tag in {"dt", "span"} else self.blocks[-1].rows[-1]
            row.cells.append(self._begun(Cell(number="number" in classes)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._head = False
        elif tag == "small":
            self._small = False
        elif tag in _CELLS or tag in {"h1", "h2", "p"}:
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is None:
            return
        if self._small:
            self._cell.small += data
        else:
            self._cell.text += data

    def _row(self) -> Row:
        row = Row(head=self._head)
        self.blocks[-1].rows.append(row)
        return row

    def _begun(self, cell: Cell) -> Cell:
        self._cell = cell
        return cell
